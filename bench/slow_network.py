"""The tablet on a slow cell (400 kbit/s, 400 ms a round trip), in Chromium; --json for programs.

First load: an empty browser until the first screen, until the camera's decoder is there, and until
the service worker holds every file, so that no network is needed again; packs are not counted. Then
a thousand crossings written offline are sent: seconds, and bytes an event on the wire, headers and
signatures included. The yardstick is the wire itself: how long the same bytes take on it at best.
Fails where a bound of issue 6 is missed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Playwright, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import CHROMIUM
from tests.e2e.browser import launch
from tests.e2e.server import Served, chot, free_port, serving
from tests.e2e.slow_wire import SLOW_3G, SlowWire
from tests.e2e.week import DAY_MS, Week, build

CHECKPOINT = "nt-ca-na"
EVENTS = 1000
MOST_LOAD_S = 15.0
MOST_DRAIN_S = 8.0
MOST_EVENT_BYTES = 150.0
PATIENCE_MS = 90_000


@dataclass(frozen=True, slots=True)
class Load:
    first_screen_s: float
    installed_s: float
    received_kb: float
    at_best_s: float
    """What the wire alone needs for these bytes."""
    offline_start_s: float


@dataclass(frozen=True, slots=True)
class Drain:
    events: int
    seconds: float
    bytes_an_event: float
    at_best_s: float


def first_load(served: Served, playwright: Playwright, folder: Path) -> Load:
    wire = SlowWire(served.port)
    browser = launch(playwright, folder / "load", wire.url)
    page = browser.page
    began = time.monotonic()
    page.goto(f"{wire.url}/tablet/", timeout=PATIENCE_MS, wait_until="commit")
    expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE_MS)
    first_screen_s = time.monotonic() - began
    page.evaluate(
        """() => new Promise((done) => {
            if (navigator.serviceWorker.controller !== null) return done();
            navigator.serviceWorker.addEventListener("controllerchange", () => done());
        })"""
    )
    installed_s = time.monotonic() - began
    received = wire.received
    wire.close()
    began = time.monotonic()
    page.reload()
    expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE_MS)
    offline_start_s = time.monotonic() - began
    browser.context.close()
    at_best_s = received / SLOW_3G.bytes_a_second
    return Load(first_screen_s, installed_s, received / 1000, at_best_s, offline_start_s)


def drain(served: Served, playwright: Playwright, folder: Path) -> Drain:
    wire = SlowWire(served.port)
    browser = launch(playwright, folder / "drain", wire.url)
    browser.context.set_default_timeout(PATIENCE_MS)
    week = Week(browser, wire.url)
    week.enrol(served, CHECKPOINT, wire.url)
    week.offline()
    week.behind(DAY_MS)
    week.cross(EVENTS, DAY_MS // EVENTS)
    sent = wire.sent
    seconds = week.drain() / 1000
    bytes_sent = wire.sent - sent
    browser.context.close()
    wire.close()
    with served.store() as store:
        held = store.pull((CHECKPOINT,), 0, 10 * EVENTS, False).events
    if len(held) < EVENTS:
        raise AssertionError(f"of {EVENTS} events {len(held)} are in the log")
    at_best_s = bytes_sent / SLOW_3G.bytes_a_second
    return Drain(EVENTS, seconds, bytes_sent / EVENTS, at_best_s)


def main() -> int:
    if not os.access(CHROMIUM, os.X_OK):
        print(f"no Chromium at {CHROMIUM}: skipped")
        return 0
    build()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        chot("demo", "--data", folder / "data", "--days", "0")
        with serving(folder / "data", port=free_port()) as served:
            load = first_load(served, playwright, folder)
            drained = drain(served, playwright, folder)
    busy = os.getloadavg()[0]
    if "--json" in sys.argv:
        print(json.dumps({"load": asdict(load), "drain": asdict(drained), "busy": busy}))
    else:
        print(
            f"first load: screen {load.first_screen_s:.1f} s,"
            f" all installed {load.installed_s:.1f} s (bound {MOST_LOAD_S:g});"
            f" {load.received_kb:.0f} kB, on the wire alone"
            f" {load.at_best_s:.1f} s: ratio {load.installed_s / load.at_best_s:.2f};"
            f" next start without network {load.offline_start_s:.1f} s"
        )
        print(
            f"{drained.events} events sent in {drained.seconds:.1f} s (bound {MOST_DRAIN_S:g}),"
            f" {drained.bytes_an_event:.0f} bytes an event (bound {MOST_EVENT_BYTES:g});"
            f" on the wire alone {drained.at_best_s:.1f} s:"
            f" ratio {drained.seconds / drained.at_best_s:.2f}"
        )
        print(f"load of the machine {busy:.1f}")
    within = (
        load.installed_s <= MOST_LOAD_S
        and drained.seconds <= MOST_DRAIN_S
        and drained.bytes_an_event <= MOST_EVENT_BYTES
    )
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
