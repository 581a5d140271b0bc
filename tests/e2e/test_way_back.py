"""Android's way back on each kind of screen: one step back, nothing lost, and never out."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-thuan-bac"
PHONE_NUMBER = "0987650123"


def test_the_way_back_goes_one_step_back_and_never_out(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.enrol(
        served.enrolment_link(CHECKPOINT, "o-to", served.url), served.badge(f"{CHECKPOINT}-truong")
    )
    tablet.open_shift(served.pin)
    no_code = tablet.button("Không có mã")
    no_code.click()
    for digit in PHONE_NUMBER:
        tablet.button(digit).click()
    expect(page.get_by_text("chưa gặp ở đây")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("Họ tên").fill("Trần Thị Thử")
    page.get_by_label("Năm sinh").fill("1985")
    page.get_by_role("radio", name="Đi cùng").click()
    tablet.button("Tiếp tục").click()
    expect(tablet.heading("Từ đâu đến?")).to_be_visible()

    page.go_back()
    # Who was typed in is still there.
    expect(page.get_by_label("Họ tên")).to_have_value("Trần Thị Thử")
    expect(page.get_by_label("Năm sinh")).to_have_value("1985")
    expect(page.get_by_role("radio", name="Đi cùng")).to_be_checked()
    expect(page.get_by_text("0987 6501 23")).to_be_visible()
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    signs = tablet.heading("Sốt, ho, khó thở?")
    save = tablet.button("LƯU")
    expect(signs.or_(save).first).to_be_visible(timeout=PATIENCE_MS)
    if signs.is_visible():
        tablet.button("Không triệu chứng").click()
    expect(save).to_be_visible()

    page.get_by_role("button", name="Hàng hóa").click()
    page.go_back()
    expect(tablet.sheet("Hàng hóa")).to_be_hidden()
    # A crossing is given up on purpose only.
    sure = tablet.sheet("Bỏ lượt này, không lưu?")
    page.go_back()
    expect(sure).to_be_visible()
    page.go_back()
    expect(sure).to_be_hidden()
    expect(save).to_be_visible()
    tablet.discard()

    tablet.button("Mở bảng tình trạng").click()
    expect(tablet.sheet("Tình trạng máy")).to_be_visible()
    page.go_back()
    expect(tablet.sheet("Tình trạng máy")).to_be_hidden()
    for _ in range(3):
        page.go_back()
        expect(no_code).to_be_visible()


def test_what_was_typed_for_a_violation_is_not_lost_by_a_slip(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.enrol(
        served.enrolment_link(CHECKPOINT, "o-to", served.url), served.badge(f"{CHECKPOINT}-truong")
    )
    tablet.open_shift(served.pin)
    tablet.button("Việc khác").click()
    tablet.button("Vi phạm").click()
    page.get_by_role("radio", name="Ra đường không lý do").click()
    note = page.get_by_label("Việc đã xảy ra")
    note.fill("Đi xe máy ra đường lúc 2 giờ sáng, nói là đi mua thuốc")
    page.go_back()
    sure = tablet.sheet("Bỏ những gì đã nhập?")
    sure.get_by_role("button", name="Giữ lại").click()
    expect(note).to_have_value("Đi xe máy ra đường lúc 2 giờ sáng, nói là đi mua thuốc")
    tablet.button("Quay lại").click()
    sure.get_by_role("button", name="Bỏ, không lưu").click()
    expect(tablet.heading("Việc khác")).to_be_visible()
