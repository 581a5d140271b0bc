"""A clock that jumps in mid-shift: work goes on, order holds, and contact tells how wrong it is."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-ql21b"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
JUMPS_MS = (3 * HOUR_MS, -10 * DAY_MS, 40 * HOUR_MS)
CLOCK = """() => {
    const real = Date.now.bind(Date);
    const Real = Date;
    window.jump_ms = 0;
    window.Date = class extends Real {
        constructor(...given) {
            super(...(given.length === 0 ? [real() + window.jump_ms] : given));
        }
        static now() { return real() + window.jump_ms; }
    };
}"""


def test_crossings_are_saved_in_order_whatever_the_clock_says(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    page = tablet.page
    page.add_init_script(f"({CLOCK})()")
    link = served.enrolment_link(CHECKPOINT, "o-to", proxy.url)
    tablet.enrol(link, served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.installed()
    proxy.down()
    # With a clock so wrong a token is refused once, with a word to sign instead of the time.
    tablet.browser.watch.expected += ["net::ERR_", "401 (Unauthorized) (/api/v1/auth/device-token)"]
    before_ms = time.time_ns() // 1_000_000
    plates = ["29A11100"]
    tablet.quick_crossing(plates[0])
    for at, jump_ms in enumerate(JUMPS_MS, 1):
        page.evaluate("ms => { window.jump_ms = ms; }", jump_ms)
        plates.append(f"29A1110{at}")
        tablet.quick_crossing(plates[-1])
    tablet.expect_unsent(len(plates))
    # A second of a stopped undo must not come back with the clock.
    expect(page.get_by_role("button", name="Hoàn tác")).to_have_count(1)

    proxy.up()
    tablet.send_now()
    tablet.expect_unsent(0)
    wait_for("all of them", lambda: served.plates(CHECKPOINT) == plates)
    bodies = _bodies(served)
    stamps = [one["stamp"] for one in bodies]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) == len(stamps)
    # The device's own word is kept as it was; how wrong it was nobody knew by then.
    for body, jump_ms in zip(bodies, (0, *JUMPS_MS), strict=True):
        assert 0 <= body["time"] - jump_ms - before_ms < HOUR_MS

    # The answer told: said on the screen, and from here on with each crossing.
    expect(page.locator(".status-bar")).to_contain_text("lệch giờ", timeout=PATIENCE_MS)
    tablet.quick_crossing("29A11199")
    tablet.send_now()
    wait_for("the last", lambda: len(served.plates(CHECKPOINT)) == len(plates) + 1)
    last = _bodies(served)[-1]
    assert abs(last["time"] + last["offset"] - time.time_ns() // 1_000_000) < HOUR_MS / 6


def _bodies(served: Served) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in served.events(CHECKPOINT)]
