"""The counting itself: fingers count, scanners and scripts do not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import DECISION_S, KEY_S, TAP_S, flow
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ninh-son"


def test_taps_keys_scans_and_decisions_are_counted(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    link = served.enrolment_link(CHECKPOINT, "o-to")
    tablet.enrol(link, served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    with flow(tablet, "đếm thử") as counted:
        counted.scan(PC_COVID)
        expect(tablet.button("Thẻ xanh")).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("which colour the phone shows")
        tablet.tap_card("Thẻ xanh")
        field = page.get_by_role("searchbox")
        field.click()
        field.press_sequentially("an ")
        field.fill("an lac")
        # A script's click is nobody's.
        page.evaluate("() => document.querySelector('.label')?.click()")
        expect(page.get_by_role("button", name="Phường An Lạc").first).to_be_visible()
    assert (counted.taps, counted.scans, counted.keys) == (2, 1, 3 + 6)
    expected_s = 3 * TAP_S + DECISION_S + 9 * KEY_S
    assert counted.hands_s == pytest.approx(expected_s)
    assert counted.machine_ms > 0
    assert counted.slowest_ms <= counted.machine_ms

    with pytest.raises(AssertionError, match="2 taps"), flow(tablet, "quá lâu", 2.0):
        tablet.button("Quay lại").click()
        tablet.button("Quay lại").click()
