"""The tablet's core driven without screens, in Chromium: for stores and queues of thousands."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.browser import Browser
from tests.e2e.server import Served
from tests.node import node

ROOT = Path(__file__).resolve().parents[2]
VITE = ROOT / "web" / "node_modules" / "vite" / "bin" / "vite.js"
BUILT = ROOT / "build" / "week"
PAGE = "<!doctype html><title>week</title><script type=module src=/week/week.js></script>"
DAY_MS = 86_400_000


def build() -> None:
    """`web/tablet/dev/week.ts` as one script beside the tablet's own."""
    if not VITE.exists():
        pytest.skip("no node_modules: make dev")
    command = [node(), str(VITE), "build", "web", "-c", "web/vite.config.ts", "--mode", "week"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


class Week:
    """One tablet, enrolled and with an open shift; its origin is the server's."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.page: Page = browser.page
        self.page.route("**/week.html", lambda route: _html(route, PAGE))
        self.page.route("**/week/**", _script)
        self.page.goto(f"{url}/week.html")
        self.page.wait_for_function("() => window.week !== undefined")

    def enrol(self, served: Served, checkpoint: str, url: str) -> None:
        link = served.enrolment_link(checkpoint, "o-to", url)
        badge = served.badge(f"{checkpoint}-quet")
        self.page.evaluate("args => week.enrol(...args)", [link, badge, served.pin])

    def offline(self) -> None:
        self.page.evaluate("() => week.setOnline(false)")

    def online(self) -> None:
        self.page.evaluate("() => week.setOnline(true)")

    def behind(self, milliseconds: int) -> None:
        self.page.evaluate("ms => week.setBehind(ms)", milliseconds)

    def cross(self, count: int, step_ms: int) -> list[float]:
        """How long each crossing took to be on disk, in ms; the clock goes on by `step_ms` each."""
        taken: list[float] = self.page.evaluate("args => week.cross(...args)", [count, step_ms])
        return taken

    def decide(self, count: int) -> list[float]:
        taken: list[float] = self.page.evaluate("count => week.decide(count)", count)
        return taken

    def yardstick(self, count: int) -> list[float]:
        """What the store alone takes for such a row, in ms each."""
        taken: list[float] = self.page.evaluate("count => week.yardstick(count)", count)
        return taken

    def recent(self, limit: int) -> dict[str, float]:
        """How many rows the history has, and how long it took to make them."""
        found: dict[str, float] = self.page.evaluate("limit => week.list(limit)", limit)
        return found

    def drain(self) -> float:
        """Milliseconds until nothing is unsent."""
        taken: float = self.page.evaluate("() => week.drain()")
        return taken

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("() => week.state()")
        return found

    def usage(self) -> int:
        """Bytes that the origin takes on the disk, as the browser says."""
        found: int = self.page.evaluate("() => week.usage()")
        return found


def _html(route: Route, text: str) -> None:
    route.fulfill(status=200, content_type="text/html; charset=utf-8", body=text)


def _script(route: Route) -> None:
    path = BUILT / route.request.url.split("/week/", 1)[1]
    route.fulfill(status=200, content_type="text/javascript; charset=utf-8", path=path)
