"""Our own tablet before the judge of `chot conformance`, as any client of somebody else's."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

from cli.conformance.harder_steps import HARDER
from cli.conformance.judge import judge_client
from cli.conformance.play import Play
from cli.conformance.stage import CHECKPOINT, Stage
from cli.conformance.steps import CORE
from tests.e2e.conftest import Launch
from tests.e2e.server import Served
from tests.e2e.tablet import Tablet

PATIENCE_S = 60.0


class Officer:
    """At the tablet: enrols it, opens the shift, writes crossings; it syncs by itself."""

    lasting = True
    idle = False

    def __init__(self, tablet: Tablet, served: Served) -> None:
        self._tablet = tablet
        self._served = served
        self._plates = 0

    def enrol(self, url: str, code: str) -> None:
        badge = self._served.badge(f"{CHECKPOINT}-quet")
        self._tablet.enrol(f"{url}/tablet/#enrol={code}", badge)
        self._tablet.open_shift(self._served.pin)

    def write(self, count: int) -> None:
        for _ in range(count):
            self._plates += 1
            self._tablet.quick_crossing(f"85C7{self._plates:04d}")

    def sync(self) -> None:
        # As when the network comes back: it asks at once.
        self._tablet.page.evaluate("() => window.dispatchEvent(new Event('online'))")

    def close(self) -> None:
        """The browser closes itself."""


def test_the_tablet_gets_everything_right(demo: Path, tmp_path: Path, browser: Launch) -> None:
    data = shutil.copytree(demo, tmp_path / "data")
    with contextlib.closing(Stage(data, "127.0.0.1", 0, time.time_ns() // 1_000_000)) as stage:
        url = f"http://localhost:{stage.port}"
        tablet = Tablet(browser(url))
        tablet.browser.watch.expected.append("Failed to load resource")
        officer = Officer(tablet, Served(data, stage.port, tmp_path / "none.log"))
        play = Play(stage, officer, url, PATIENCE_S)
        judged = list(judge_client(play, CORE + HARDER, False))
        assert [(one.step.name, one.outcome) for one in judged] == [
            (step.name, "pass") for step, _ in CORE + HARDER
        ], judged[-1]
