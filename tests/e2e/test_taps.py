"""Fingers in a hurry: what the second half of a double tap must not press."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Launch
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-thuan-bac"


def test_a_double_tap_on_save_presses_no_button_of_the_lane(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    link = served.enrolment_link(CHECKPOINT, "o-to", served.url)
    tablet.enrol(link, served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    no_code = tablet.button("Không có mã")
    x, y = middle(no_code)
    tablet.prepare_crossing("85C40077")
    save = tablet.button("LƯU").bounding_box()
    assert save is not None
    assert save["x"] <= x <= save["x"] + save["width"]
    assert save["y"] <= y <= save["y"] + save["height"], "the lane's button lies elsewhere now"
    page.mouse.click(x, y)
    expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    expect(no_code).to_be_visible()
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    # Were it pressed, the lane would be gone in the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
    expect(no_code).to_be_visible()
    # A tap by itself counts.
    page.mouse.click(x, y)
    expect(tablet.heading("Không có mã")).to_be_visible()


def middle(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
