"""A week of one lane in fast motion: 20,000 crossings offline, then sent; --events N, --json.

The tablet's real core writes them in Chromium, the clock running over seven days. The yardstick is
the first day of the same run: what a crossing takes must not grow with what lies in the queue. Then
the tablet itself starts on that store, a shift opens, a crossing is tapped, and everything is sent.
Fails where the last day is slower than the first by more than the stated ratio, where the store
grows by more than is written, where a tap waits too long for its frame, or where an event is
missing.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import CHROMIUM
from tests.e2e.browser import launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, chot, free_port, serving
from tests.e2e.tablet import Tablet
from tests.e2e.week import DAY_MS, Week, build

CHECKPOINT = "nt-ca-na"
EVENTS = 20_000
DAYS = 7
SAMPLE = 50
MOST_SLOWER = 1.5
"""The last day's crossings to the first day's."""
MOST_BYTES = 4_000
"""On disk for each crossing written."""
MOST_FRAME_MS = 100
"""From a tap to the next frame on the screen, while the tablet still reads what it holds."""


@dataclass(frozen=True, slots=True)
class Day:
    written: int
    save_ms: float
    bare_ms: float
    list_ms: float
    decide_ms: float
    disk_mb: float


@dataclass(frozen=True, slots=True)
class Found:
    days: list[Day]
    start_s: float
    shift_s: float
    frame_ms: float
    drain_s: float
    held: int


def run(served: Served, playwright: Playwright, folder: Path, events: int) -> Found:
    browser = launch(playwright, folder / "tablet", served.url)
    browser.context.set_default_timeout(600_000)
    week = Week(browser, served.url)
    week.enrol(served, CHECKPOINT, served.url)
    week.offline()
    week.behind(DAYS * DAY_MS)
    days = [_day(week, events // DAYS, n + 1) for n in range(DAYS)]
    written = days[-1].written

    # The real screens on this store, still without a network.
    browser.page.route("**/api/**", lambda route: route.abort())
    tablet = Tablet(browser)
    began = time.monotonic()
    tablet.start(served.url, served.badge(f"{CHECKPOINT}-quet"))
    start_s = time.monotonic() - began
    began = time.monotonic()
    tablet.open_shift(served.pin)
    shift_s = time.monotonic() - began
    with flow(tablet, "một lượt sau một tuần") as taps:
        tablet.quick_crossing("85C12345")
    browser.page.unroute("**/api/**")
    began = time.monotonic()
    tablet.send_now()
    tablet.expect_unsent(0, timeout_ms=600_000)
    drain_s = time.monotonic() - began
    browser.context.close()
    with served.store() as store:
        held = after = 0
        while True:
            page = store.pull((CHECKPOINT,), after, 10_000, False)
            held += len(page.events)
            if not page.more:
                break
            after = page.events[-1].n
    if held != written + 1:
        raise AssertionError(f"{written + 1} written, {held} in the log")
    return Found(days, start_s, shift_s, taps.frame_ms, drain_s, held)


def _day(week: Week, count: int, number: int) -> Day:
    took = week.cross(count, DAY_MS // count)
    bare = week.yardstick(SAMPLE)
    # The last of the day stand beside the yardstick: a busy machine meets both.
    return Day(
        count * number,
        _quick(took[-10 * SAMPLE :]),
        _quick(bare),
        week.recent(100)["ms"],
        statistics.median(week.decide(SAMPLE)),
        week.usage() / 1e6,
    )


def _quick(taken_ms: list[float]) -> float:
    """The first tenth: what is slower waited for a busy machine."""
    return sorted(taken_ms)[len(taken_ms) // 10]


def main() -> int:
    if not os.access(CHROMIUM, os.X_OK):
        print(f"no Chromium at {CHROMIUM}: skipped")
        return 0
    given = sys.argv.index("--events") if "--events" in sys.argv else None
    events = EVENTS if given is None else int(sys.argv[given + 1])
    build()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        chot("demo", "--data", folder / "data", "--days", "0")
        with serving(folder / "data", port=free_port()) as served:
            found = run(served, playwright, folder, events)
    slower = found.days[-1].save_ms / found.days[0].save_ms
    grown = (found.days[-1].disk_mb - found.days[0].disk_mb) * 1e6
    each = grown / (found.days[-1].written - found.days[0].written)
    if "--json" in sys.argv:
        print(json.dumps(asdict(found) | {"slower": slower, "bytes_each": each}))
    else:
        for day in found.days:
            print(
                f"{day.written:6} written: save {day.save_ms:.1f} ms,"
                f" bare store {day.bare_ms:.1f} ms; history {day.list_ms:.0f} ms,"
                f" rules {day.decide_ms:.2f} ms, disk {day.disk_mb:.1f} MB"
            )
        print(
            f"last day to first: ratio {slower:.2f} (bound {MOST_SLOWER}),"
            f" {each:.0f} bytes each (bound {MOST_BYTES})"
        )
        print(
            f"then the tablet starts in {found.start_s:.1f} s, a shift opens in"
            f" {found.shift_s:.1f} s, a tap waits at most {found.frame_ms:.0f} ms for its frame"
            f" (bound {MOST_FRAME_MS}),"
            f" all {found.held} sent in {found.drain_s:.0f} s"
        )
    good = slower <= MOST_SLOWER and each <= MOST_BYTES and found.frame_ms <= MOST_FRAME_MS
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
