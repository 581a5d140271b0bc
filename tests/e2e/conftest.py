"""A server for each file of tests, a proxy that fails in front of it, a Chromium per tablet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.e2e.browser import Browser, launch
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot, free_port, serving
from tests.e2e.shown import pytest_runtest_makereport as pytest_runtest_makereport

BUILT = Path(__file__).resolve().parents[2] / "web" / "dist" / "tablet" / "sw.js"
Launch = Callable[..., Browser]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives Chromium; what is quick runs in `make check` too."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("quick") is None:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demo without traffic, made once; nobody serves it."""
    data = tmp_path_factory.mktemp("demo") / "data"
    chot("demo", "--data", data, "--days", "0")
    return data


@pytest.fixture(scope="module")
def served(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the demo, served; at the end its log has no traceback and names nobody.

    Each file has its own: what one left at a checkpoint must not be what another one counts.
    """
    if not BUILT.exists():
        pytest.skip("the tablet is not built: make web")
    data = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(demo, data)
    with serving(data, port=free_port()) as running:
        yield running
    check_log(running)


@pytest.fixture
def proxy(served: Served) -> Iterator[Proxy]:
    """A proxy in front of the server, open and passing everything."""
    proxy = Proxy(served.port)
    yield proxy
    proxy.down()


@pytest.fixture
def browser(playwright: Playwright, tmp_path: Path) -> Iterator[Launch]:
    """Starts Chromium: `browser(origin, "profile")`; again on the same name once it is closed.

    When the test is over nothing may have gone to another origin or to the console's errors.
    """
    started: list[Browser] = []

    def start(origin: str, profile: str = "tablet", **how: object) -> Browser:
        one = launch(playwright, tmp_path / profile, origin, **how)  # type: ignore[arg-type]
        started.append(one)
        return one

    yield start
    for one in started:
        one.context.close()
    for one in started:
        one.watch.check()


UNWANTED = {
    "a failure": r"Traceback| ERROR | CRITICAL ",
    "a name": r"Nguyễn|Phạm|NGUYEN|LE VAN",
    "an ID": r"001190012345|058090",
    "a plate": r"\b[0-9]{2}[A-Z][0-9]{5}\b",
    "a code or token": r"CHOT1:|eyJ[A-Za-z0-9_-]{20}",
}


def check_log(served: Served) -> None:
    """The server wrote of no failure, and nothing personal or secret; but it wrote.

    The log-ins and the one-time link that a demo prints for people at its start stand there too.
    """
    text = served.log.read_text("utf-8")
    assert "chot.request INFO" in text
    found = {what: one for what, pattern in UNWANTED.items() if (one := re.search(pattern, text))}
    assert found == {}, f"the server's log: {found}"
