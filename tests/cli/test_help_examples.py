"""Every example of every help is run as it stands, in a folder with a demo of one day."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.data import viewed
from cli.demo.make import make_demo
from cli.main import main
from tests.cli.conftest import NOON_MS
from tests.cli.help_examples import (
    ANSWERS,
    ELSEWHERE,
    NOT_RUN,
    NOT_RUN_LINES,
    PREPARE,
    TYPED,
    commands,
    examples,
    manual_examples,
    prepared,
    shown,
)

EXAMPLES = list(examples())
MANUAL = [
    one
    for one in manual_examples()
    if one[0] not in NOT_RUN
    and not any(part in one[1] for part in ELSEWHERE)
    and not one[1].startswith(tuple(NOT_RUN_LINES))
]
EVENING_MS = NOON_MS + 9 * 3_600_000
"""After the cut-off at 18:00 of the day that the examples were written for."""


@pytest.fixture(scope="module", autouse=True)
def on_the_day_of_the_examples() -> Iterator[None]:
    """Dates in examples are of one day: they hold on every later one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: EVENING_MS * 1_000_000)
        yield


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("examples") / "data"
    make_demo(data, EVENING_MS, lambda _: None, days=1)
    with viewed(data):
        pass
    return data


@pytest.mark.parametrize(("name", "command"), [pytest.param(*one, id=one[0]) for one in commands()])
def test_every_help_has_an_example_of_its_own_command(name: str, command: click.Command) -> None:
    own = [text for one, text in EXAMPLES if one == name]
    assert own, f"{name}: no 'Ví dụ: {name} …' in its help"
    assert all(text.startswith(name) for text in own)
    assert command.get_short_help_str(200)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "example"),
    [
        pytest.param(*one, id=one[1])
        for one in EXAMPLES
        if one[0] not in NOT_RUN and not any(part in one[1] for part in ELSEWHERE)
    ],
)
def test_an_example_of_the_help_does_what_it_says(
    name: str, example: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    does_what_it_says(name, example, demo, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "example"), [pytest.param(*one, id=one[1]) for one in MANUAL])
def test_a_command_of_a_how_to_does_what_it_says(
    name: str, example: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    does_what_it_says(name, example, demo, tmp_path, monkeypatch)


def does_what_it_says(
    name: str, example: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run it in a folder of its own, after what its page has the reader do before."""
    shutil.copytree(demo, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHOT_DATA", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("CHOT_BACKUP_PASSPHRASE", "mat khau rat dai cua toi")
    run = runner(tmp_path, TYPED.get(name, "y\ny\n"))
    prepare = prepared(name, example)
    if prepare is not None:
        prepare(tmp_path, lambda *words: run(words, (0, 1)))
    run(shown(example, tmp_path), ANSWERS.get(example, ANSWERS.get(name, (0,))))


def runner(folder: Path, typed: str) -> Callable[[object, tuple[int, ...]], str]:
    def run(words: object, codes: tuple[int, ...]) -> str:
        assert isinstance(words, list | tuple)
        result = CliRunner().invoke(main, [str(one) for one in words], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in codes, f"{words}: {result.exit_code}\n{result.output[-1500:]}"
        return result.output

    return run


@pytest.mark.parametrize(("name", "example"), [pytest.param(*one, id=one[1]) for one in EXAMPLES])
def test_an_example_that_is_not_run_has_a_reason_that_still_holds(name: str, example: str) -> None:
    known = {one for one, _ in EXAMPLES}
    assert NOT_RUN.keys() <= known and PREPARE.keys() <= known | {text for _, text in EXAMPLES}
    assert name in known
