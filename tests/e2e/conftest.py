"""One server for the run, a proxy that can fail in front of it, and a Chromium per tablet."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e.browser import CHROMIUM, Browser, launch
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot, free_port, serving

BUILT = Path(__file__).resolve().parents[2] / "web" / "dist" / "tablet" / "sw.js"
Launch = Callable[..., Browser]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo without traffic, served; at the end its log has no traceback and names nobody."""
    if not BUILT.exists():
        pytest.skip("the tablet is not built: make web")
    data = tmp_path_factory.mktemp("served") / "data"
    chot("demo", "--data", data, "--days", "0")
    with serving(data, port=free_port()) as running:
        yield running
    check_log(running)


@pytest.fixture
def proxy(served: Served) -> Iterator[Proxy]:
    """A proxy in front of the server, open and passing everything."""
    proxy = Proxy(served.port)
    yield proxy
    proxy.down()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}: apt install chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        yield playwright


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


UNWANTED = re.compile(
    r"Traceback|Nguy.n Th|NGUYEN|LE VAN|Ph.m V.n|0011900|058090|CHOT1:|eyJ[A-Za-z0-9_-]{20}"
)


def check_log(served: Served) -> None:
    """Nothing went wrong, and nothing personal or secret was written down.

    The links and log-ins that a demo prints for people when it starts are left out.
    """
    lines = served.log.read_text("utf-8").splitlines()
    bad = [line for line in lines if UNWANTED.search(line)]
    assert bad == [], f"the server's log: {bad[:5]}"
    assert not [line for line in lines if " ERROR " in line or " CRITICAL " in line]
