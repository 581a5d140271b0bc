"""A demo without traffic, made once a session; tests that write take a copy."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.data import viewed
from cli.demo.make import make_demo
from cli.main import main

NOON_MS = 1_795_320_000_000
"""22 November 2026, 11:00 in Vietnam."""

Chot = Callable[..., Result]


@contextmanager
def since_noon() -> Iterator[None]:
    """The wall clock of this process goes on from NOON_MS, whatever the day.

    The home server looks back 30 days and a duty ends: without this a test fails one day.
    """
    real = time.time_ns
    shift_ns = NOON_MS * 1_000_000 - real()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: real() + shift_ns)
        yield


@pytest.fixture
def noon() -> Iterator[None]:
    with since_noon():
        yield


def demo_of_noon(data: Path, days: float) -> None:
    """A demo of the hours before NOON_MS, looked through by its home server at that time."""
    with since_noon():
        make_demo(data, NOON_MS, lambda _: None, days=days)
        with viewed(data):
            pass


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with the hours before NOON_MS; not to be written to."""
    data = tmp_path_factory.mktemp("traffic") / "data"
    demo_of_noon(data, 0.15)
    return data


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of the whole day before NOON_MS, each module's own."""
    data = tmp_path_factory.mktemp("busy") / "data"
    demo_of_noon(data, 1)
    return data


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    make_demo(data, NOON_MS, lambda _: None, days=0)
    return data


@pytest.fixture
def demo_data(made_demo: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_demo, tmp_path / "data")


@pytest.fixture
def chot() -> Iterator[Chot]:
    """Run `chot …` in this process; the exit code has to be `exit_code`."""
    log = logging.getLogger("chot")
    before = (log.handlers[:], log.level, log.propagate)

    def run(*args: str | Path, exit_code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(one) for one in args], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result

    yield run
    # `chot serve` has the log to itself: in this process other tests read it.
    log.handlers[:], log.level, log.propagate = before
