"""The whole of a crossing by keyboard and hand scanner: no finger on the glass."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Launch
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import scan_by_wedge

CHECKPOINT = "hd-to-huu"
MOST_TABS = 60
TYPED_MS = 90
"""Between two keys of a person; what is much faster is a scanner."""

PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))"
"""A screen listens to keys from its first picture on."""

FOCUSED = """() => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return {
        name: one.getAttribute("aria-label") ?? one.innerText ?? "",
        ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 3,
        inside: one.closest("[role=dialog]") !== null,
    };
}"""


def press(page: Page, name: str, key: str = "Enter") -> int:
    """Tab to what is called so, where the ring must be seen, and press it; how many keys."""
    for tabs in range(1, MOST_TABS + 1):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["name"].strip().startswith(name):
            assert focused["ring"], f"no ring around {name}"
            page.keyboard.press(key)
            return tabs + 1
    raise AssertionError(f"«{name}» cannot be reached by Tab")


@pytest.fixture
def tablet(served: Served, browser: Launch) -> Tablet:
    """A shift opened by a badge from the hand scanner and a PIN from the keyboard."""
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url))
    scan_by_wedge(tablet.page, served.badge(f"{CHECKPOINT}-quet"))
    expect(tablet.button("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
    tablet.page.keyboard.type(served.pin, delay=TYPED_MS)
    tablet.page.keyboard.press("Enter")
    expect(tablet.page.get_by_text("Đưa mã vào khung")).to_be_visible(timeout=PATIENCE_MS)
    return tablet


def test_a_crossing_needs_keyboard_and_hand_scanner_alone(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    scan_by_wedge(page, PC_COVID)
    expect(page.get_by_role("button", name="Thẻ xanh")).to_be_visible(timeout=PATIENCE_MS)
    keys = press(page, "Thẻ xanh")
    expect(page.get_by_role("searchbox")).to_be_visible()
    keys += press(page, "Không rõ nơi đi", "Space")
    expect(tablet.button("LƯU")).to_be_visible()
    keys += press(page, "Biển số")
    expect(tablet.sheet("Biển số")).to_be_visible()
    page.evaluate(PAINTED)
    page.keyboard.type("30A00099", delay=TYPED_MS)
    keys += 8 + press(page, "Xong")
    expect(tablet.sheet("Biển số")).to_be_hidden()
    keys += press(page, "LƯU")
    expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    print(f"{keys} keys")
    wait_for("the crossing", lambda: served.plates(CHECKPOINT).count("30A00099") == 1)


def test_tab_stays_in_a_sheet_and_escape_closes_the_topmost(tablet: Tablet) -> None:
    page = tablet.page
    press(page, "Mở bảng tình trạng")
    expect(tablet.sheet("Tình trạng máy")).to_be_visible(timeout=PATIENCE_MS)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(20):
            page.keyboard.press(key)
            assert page.evaluate(FOCUSED)["inside"], key
    press(page, "Xem · Hộp việc")
    expect(tablet.sheet("Hộp việc")).to_be_visible()
    page.keyboard.press("Escape")
    expect(tablet.sheet("Hộp việc")).to_be_hidden()
    expect(tablet.sheet("Tình trạng máy")).to_be_visible()
    page.keyboard.press("Escape")
    expect(tablet.sheet("Tình trạng máy")).to_be_hidden()
    assert page.evaluate(FOCUSED)["name"] == "Mở bảng tình trạng"


def test_a_code_scanned_where_nobody_asks_presses_no_button(tablet: Tablet) -> None:
    page = tablet.page
    tablet.button("Không có mã").click()
    tablet.button("Quay lại").focus()
    scan_by_wedge(page, PC_COVID)
    # Were it pressed, the lane would be there in the next frames.
    page.evaluate(PAINTED)
    expect(tablet.heading("Không có mã")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đưa mã vào khung")).to_be_visible(timeout=PATIENCE_MS)
