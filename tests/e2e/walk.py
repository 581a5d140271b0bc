"""Through the tablet's screens one after the other, as an officer meets them; each is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from playwright.sync_api import expect

from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ca-na"
RED_PLACE, RED_SEARCH = "Phường An Lạc", "an lac"

_NUMBERS = count(43_210)


def walk(tablet: Tablet, served: Served, url: str) -> Iterator[str]:
    """Yields the name of each screen while it is up. Ends on the screen that opens a shift."""
    page = tablet.page
    page.goto(f"{url}/tablet/")
    expect(tablet.heading("Máy chưa đăng ký")).to_be_visible(timeout=PATIENCE_MS)
    yield "enrol"
    page.goto("about:blank")  # the link differs by its fragment alone: that would load nothing
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", url))
    yield "shift"
    tablet.button("Tập dùng máy (2 phút)").click()
    expect(page.get_by_text("1/4")).to_be_visible(timeout=PATIENCE_MS)
    yield "practice"
    tablet.button("Thoát bản tập").click()
    tablet.browser.camera.show(served.badge(f"{CHECKPOINT}-truong"))
    page.reload()
    expect(tablet.button("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
    yield "pin"
    tablet.open_shift(served.pin)
    expect(page.get_by_text("Đưa mã vào khung")).to_be_visible(timeout=PATIENCE_MS)
    yield "lane"
    yield from _crossings(tablet)
    yield from _lane(tablet, served)
    yield from _besides(tablet)
    yield from _shift(tablet)
    yield from _status(tablet)


def _crossings(tablet: Tablet) -> Iterator[str]:
    page = tablet.page
    # What is verified and complete would go on to the verdict by itself.
    tablet.scan(PC_COVID)
    yield "person"
    tablet.tap_card("Thẻ xanh")
    expect(page.get_by_role("searchbox")).to_be_visible()
    yield "journey"
    page.get_by_role("searchbox").fill(RED_SEARCH)
    expect(page.get_by_role("button", name=RED_PLACE).first).to_be_visible()
    yield "journey-search"
    page.get_by_role("button", name=RED_PLACE).first.click()
    expect(page.get_by_role("alert").filter(has=page.get_by_role("heading"))).to_be_visible()
    yield "verdict"
    page.get_by_role("button", name=re.compile("^Biển số")).click()
    expect(tablet.sheet("Biển số")).to_be_visible()
    yield "plate"
    tablet.sheet("Biển số").get_by_role("button", name="Đóng").first.click()
    page.get_by_role("button", name="Hàng hóa").click()
    expect(tablet.sheet("Hàng hóa")).to_be_visible()
    yield "goods"
    tablet.sheet("Hàng hóa").get_by_role("button", name="Đóng").first.click()
    tablet.button("Bỏ lượt này").click()
    yield "discard"
    tablet.button("Bỏ, không lưu").click()
    tablet.button("Không có mã").click()
    yield "no-code"
    yield from _no_code(tablet)
    tablet.prepare_crossing("85C60001")
    tablet.button("Xoay cho người dân xem").click()
    expect(tablet.sheet("Màn hình cho người qua chốt")).to_be_visible()
    yield "traveller"
    page.keyboard.press("Escape")
    tablet.save()
    yield "saved"


def _lane(tablet: Tablet, served: Served) -> Iterator[str]:
    """What needs no look of its own, what a lead has to agree to, and a convoy."""
    page = tablet.page
    holder = {"n": "Nguyễn Thị Mẫu", "b": "1990-08-15", "i": "001190012345", "v": "85C-600.05"}
    trip = {"o": "2021/582", "d": "2021/582", "r": "work", "y": [], "x": False}
    tablet.scan(served.document("decl", {"jti": "walk-1"} | holder | trip))
    expect(tablet.last_person()).to_be_visible(timeout=PATIENCE_MS)
    yield "verdict-declared"
    tablet.last_person().click()
    expect(tablet.button("Bỏ người này")).to_be_visible()
    yield "people"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Khác").click()
    tablet.sheet("Loại xe").get_by_role("radio", name="Đầu kéo").click()
    yield "verdict-tractor"
    tablet.discard()
    tablet.prepare_crossing("85C60006")
    tablet.act("Cho qua")
    expect(tablet.sheet("Khác với kết quả: vì sao?")).to_be_visible()
    yield "override"
    page.keyboard.press("Escape")
    tablet.discard()
    tablet.button("Luồng xanh").click()
    expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    yield "saved-green-lane"
    tablet.button("Việc khác").click()
    tablet.button("Đoàn xe").click()
    for _ in range(2):
        tablet.button("Không rõ nơi đi").click()
    for plate in ("59X170018", "59X170019"):
        page.get_by_role("button", name="THÊM XE").click()
        sheet = tablet.sheet("Biển số")
        for character in plate:
            sheet.get_by_role("button", name=character, exact=True).first.click()
        sheet.get_by_role("button", name="Xong", exact=True).click()
    yield "convoy"
    tablet.button("Quay lại").click()
    tablet.button("Bỏ, không lưu").click()
    tablet.button("Quay lại").click()


def _no_code(tablet: Tablet) -> Iterator[str]:
    """From the screen of who has no code: declared, ill, and known the next time."""
    # One walk must not know whom another has met: they share a server.
    page, phone = tablet.page, f"09876{next(_NUMBERS):05}"
    for digit in phone:
        tablet.button(digit).click()
    expect(page.get_by_text("chưa gặp ở đây")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("Họ tên").fill("Trần Thị Thử")
    page.get_by_label("Năm sinh").fill("1985")
    yield "no-code-declare"
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    expect(tablet.heading("Sốt, ho, khó thở?")).to_be_visible(timeout=PATIENCE_MS)
    yield "signs"
    page.get_by_role("radio", name="38°").click()
    tablet.button("38,4 °C").click()
    tablet.button("Ho").click()
    yield "signs-fever"
    tablet.button("Tiếp tục").click()
    expect(page.get_by_role("link", name="Gọi")).to_be_visible(timeout=PATIENCE_MS)
    yield "verdict-call"
    tablet.enter_plate("85C60002")
    tablet.save()
    tablet.button("Không có mã").click()
    for digit in phone:
        tablet.button(digit).click()
    expect(tablet.button("Đúng người này")).to_be_visible(timeout=PATIENCE_MS)
    yield "no-code-found"
    tablet.button("Quay lại").click()


def _quick_test(tablet: Tablet) -> Iterator[str]:
    """From the screen of other work and back to it."""
    tablet.button("Test nhanh").click()
    tablet.page.get_by_role("button", name="85C-600.01").first.click()
    yield "quick-test"
    tablet.button("DƯƠNG TÍNH").click()
    expect(tablet.heading("DƯƠNG TÍNH")).to_be_visible(timeout=PATIENCE_MS)
    yield "quick-test-positive"
    tablet.button("Xong").click()
    tablet.button("Quay lại").click()


def _besides(tablet: Tablet) -> Iterator[str]:
    page = tablet.page
    page.get_by_role("button", name="Xem tất cả").click()
    expect(tablet.heading("Các lượt vừa qua")).to_be_visible()
    yield "recent"
    page.get_by_role("listitem").first.get_by_role("button").first.click()
    yield "recent-one"
    tablet.button("Sửa / Hủy lượt").click()
    expect(page.get_by_role("button", name=re.compile("^Biển số"))).to_be_visible()
    yield "mend"
    tablet.button("Hủy lượt…").click()
    expect(tablet.button("HỦY LƯỢT")).to_be_visible()
    yield "void"
    for title in ("Hủy lượt này: vì sao?", None, None):
        dialog = page.get_by_role("dialog") if title is None else tablet.sheet(title)
        dialog.get_by_role("button", name="Đóng").first.click()
    tablet.button("Quay lại").click()
    tablet.button("Việc khác").click()
    expect(tablet.heading("Việc khác")).to_be_visible()
    yield "more"
    tiles = page.locator(".more-tiles").get_by_role("button")
    for at in range(tiles.count()):
        name = tiles.nth(at).inner_text()
        tiles.nth(at).click()
        expect(tiles).to_have_count(0)
        yield f"more: {name}"
        page.keyboard.press("Escape")
        heading = tablet.heading("Việc khác")
        expect(heading.or_(tablet.button("Quay lại")).first).to_be_visible()
        if not heading.is_visible():
            tablet.button("Quay lại").first.click()
        expect(heading).to_be_visible()
    tablet.button("Vi phạm").click()
    page.get_by_role("radio", name="Ra đường không lý do").click()
    tablet.button("LƯU").click()
    tablet.button("Xem biên bản nháp").click()
    yield "violation-report"
    tablet.button("Quay lại").click()
    yield "violation-saved"
    tablet.button("Xong").click()
    tablet.button("Sự việc").click()
    page.get_by_role("radio", name="Cháy").click()
    yield "incident-what"
    tablet.button("Quay lại").click()
    yield from _quick_test(tablet)
    tablet.button("Quay lại").click()


def _shift(tablet: Tablet) -> Iterator[str]:
    page = tablet.page
    tablet.button("Chưa nhận ca trực").click()
    tablet.button("NHẬN CA").click()
    expect(page.get_by_role("status").filter(has_text="Đã nhận ca")).to_be_visible()
    yield "team-running"
    tablet.button("Đổi phân công").click()
    yield "team-roster"
    tablet.button("Quay lại").click()
    tablet.button("Giao ca").click()
    expect(page.locator(".counts")).to_contain_text("Lượt")
    yield "team-hand-over"
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.button("Việc khác").click()
    tablet.button("Xin ý kiến").click()
    page.get_by_role("radio", name="Sức khỏe").click()
    tablet.button("GHI CÂU HỎI").click()
    expect(tablet.heading("Đang chờ ý kiến")).to_be_visible()
    yield "consult-answer"
    tablet.button("Quay lại").click()
    expect(page.get_by_role("button", name="GHI Ý KIẾN")).to_be_visible()
    yield "consult"
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    expect(tablet.button("1 câu hỏi chờ ý kiến")).to_be_visible()
    yield "lane-question"


def _status(tablet: Tablet) -> Iterator[str]:
    page = tablet.page
    tablet.button("Mở bảng tình trạng").click()
    sheet = tablet.sheet("Tình trạng máy")
    expect(sheet).to_be_visible()
    yield "status"
    sheet.get_by_role("button", name=re.compile("Hộp việc")).click()
    expect(tablet.sheet("Hộp việc")).to_be_visible()
    yield "inbox"
    tablet.sheet("Hộp việc").get_by_role("button", name="Đóng").first.click()
    sheet.get_by_role("button", name=re.compile("^Máy này")).click()
    upkeep = tablet.sheet("Máy này")
    expect(upkeep).to_be_visible()
    yield "upkeep"
    upkeep.get_by_role("button", name="Xóa máy này").click()
    expect(tablet.sheet("Xóa mọi dữ liệu trên máy?")).to_be_visible()
    yield "wipe"
    tablet.sheet("Xóa mọi dữ liệu trên máy?").get_by_role("button", name="Hủy").click()
    upkeep.get_by_role("button", name="Đóng").first.click()
    sheet.get_by_role("button", name="Đăng xuất").click()
    yield "end-shift"
    page.keyboard.press("Escape")
    if not sheet.is_visible():
        tablet.button("Mở bảng tình trạng").click()
    sheet.get_by_role("button", name="Khóa máy").click()
    expect(tablet.heading("Máy đang khóa")).to_be_visible()
    yield "locked"
