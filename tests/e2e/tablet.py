"""What an officer does on the tablet, by the words and roles on its screens."""

from __future__ import annotations

import re
from typing import Literal

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.browser import Browser
from tests.e2e.wedge import scan_by_wedge

PATIENCE_MS = 20_000
"""For what waits on a camera, a decoder or the network; two slow cores do the work of four."""

Card = Literal["Thẻ xanh", "Thẻ vàng", "Không có – không rõ"]
Outcome = Literal["CHO QUA", "KIỂM TRA THÊM", "QUAY ĐẦU"]
LEVEL_4 = "Phường An Lạc"


class Tablet:
    """One tablet: its browser, and what people do with it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.page: Page = browser.page

    # --- shift -------------------------------------------------------------------------------

    def enrol(self, link: str, badge: str | None = None) -> None:
        """Open the one-time link; with a badge, hold it ready for the screen that follows."""
        self.browser.camera.show(badge)
        self.page.goto(link)
        expect(self.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)

    def start(self, url: str, badge: str | None = None) -> None:
        """Open the application, enrolled before, with or without a network."""
        self.browser.camera.show(badge)
        self.page.goto(f"{url}/tablet/")
        expect(self.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)

    def open_shift(self, pin: str) -> None:
        """PIN for the badge in front of the camera, then the lane's screen."""
        self.enter_pin(pin)
        expect(self.page.get_by_role("radiogroup", name="Chiều đi")).to_be_visible(
            timeout=PATIENCE_MS
        )

    def enter_pin(self, pin: str) -> None:
        """Each digit on the pad, then «Đăng nhập»."""
        expect(self.button("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
        self.browser.camera.show(None)
        for digit in pin:
            self.button(digit).click()
        self.button("Đăng nhập").click()

    def installed(self) -> None:
        """Wait until the service worker holds every file: from here on no network is needed."""
        ready = "() => navigator.serviceWorker.ready.then(one => one.active.state)"
        assert self.page.evaluate(ready) in ("activating", "activated")

    # --- one crossing ------------------------------------------------------------------------

    def scan(self, text: str) -> None:
        """Hold a code in front of the camera until it is read; then take it away."""
        # A camera still opening may already see the code, and leave this screen by itself.
        expect(self.page.get_by_text("Đưa mã vào khung")).to_be_visible(timeout=PATIENCE_MS)
        self.browser.camera.show(text)
        self.reopen_camera()
        # What is verified and complete goes on to the verdict by itself.
        asked = self.page.get_by_role("radiogroup", name="Người này là")
        expect(asked.or_(self.last_person())).to_be_visible(timeout=PATIENCE_MS)
        self.browser.camera.show(None)

    def reopen_camera(self) -> None:
        """Away from the lane's screen and back: the camera closes and opens again."""
        self.button("Không có mã").click()
        self.button("Quay lại").click()

    def tap_card(self, card: Card) -> None:
        """The colour seen on the phone."""
        self.button(card).click()

    def come_from(self, place: str, search: str) -> None:
        """Search the place without marks and choose it."""
        self.page.get_by_role("searchbox").fill(search)
        self.page.get_by_role("button", name=place).first.click()

    def expect_verdict(self, outcome: Outcome, reason: str = "") -> None:
        """The big word and its one reason."""
        answer = self.page.get_by_role("alert").filter(has=self.heading(outcome))
        expect(answer).to_be_visible(timeout=PATIENCE_MS)
        expect(answer).to_contain_text(reason)

    def enter_plate(self, plate: str) -> None:
        """One tap a character on the plate's own keypad."""
        self.page.get_by_role("button", name=re.compile("^Biển số")).click()
        sheet = self.sheet("Biển số")
        for character in plate:
            sheet.get_by_role("button", name=character, exact=True).first.click()
        sheet.get_by_role("button", name="Xong", exact=True).click()
        expect(sheet).to_be_hidden()

    def choose_vehicle(self, vehicle: str) -> None:
        group = self.page.get_by_role("radiogroup", name="Loại xe")
        group.get_by_role("radio", name=vehicle, exact=True).click()

    def enter_goods(self, group: str, quantity: str, unit: str) -> None:
        """The one goods line."""
        self.page.get_by_role("button", name="Hàng hóa").click()
        sheet = self.sheet("Hàng hóa")
        sheet.get_by_role("radio", name=group, exact=True).click()
        for key in quantity:
            sheet.get_by_role("button", name=key, exact=True).click()
        sheet.get_by_role("radio", name=unit, exact=True).click()
        sheet.get_by_role("button", name="Xong", exact=True).click()
        expect(sheet).to_be_hidden()

    def act(self, action: str, override: str | None = None) -> None:
        """What is done, and why where that differs from the verdict."""
        group = self.page.get_by_role("radiogroup", name="Xử lý")
        group.get_by_role("radio", name=action).click()
        if override is not None:
            # Beside it may stand that a lead has to agree.
            reasons = self.sheet("Khác với kết quả: vì sao?")
            reasons.get_by_role("button", name=override).click()

    def agree(self, badge: str, pin: str) -> None:
        """The lead's badge by hand scanner and PIN, where an override asks for them."""
        sheet = self.sheet("Chốt trưởng duyệt")
        expect(sheet.get_by_role("heading", name="Quét thẻ chốt trưởng")).to_be_visible()
        scan_by_wedge(self.page, badge)
        for digit in pin:
            sheet.get_by_role("button", name=digit, exact=True).click()
        sheet.get_by_role("button", name="Đồng ý").click()
        expect(sheet).to_be_hidden(timeout=PATIENCE_MS)

    def last_person(self) -> Locator:
        """Who was read last, on the verdict's screen."""
        return self.page.locator(".last-person")

    def save(self) -> None:
        """«LƯU», and the word that it is saved."""
        self.button("LƯU").click()
        expect(self.saved_word()).to_be_visible(timeout=PATIENCE_MS)

    def discard(self) -> None:
        """«Bỏ lượt này», and sure of it."""
        self.button("Bỏ lượt này").click()
        self.button("Bỏ, không lưu").click()

    def choose_sample(self, title: str) -> None:
        """«Dùng mã mẫu», and one of the demo's pictures."""
        self.page.get_by_role("button", name="Dùng mã mẫu").click()
        sheet = self.page.get_by_role("dialog", name="Mã mẫu")
        sheet.get_by_role("button", name=title).first.click()

    def choose_photo(self, picture: bytes) -> None:
        """A picture of a code, as from the camera application."""
        file = FilePayload(name="ma.png", mimeType="image/png", buffer=picture)
        self.page.locator("input[type=file]").set_input_files(file)

    def saved_word(self) -> Locator:
        """What says that a crossing is on disk."""
        return self.page.get_by_role("status").filter(has_text="Đã lưu")

    def quick_crossing(self, plate: str) -> None:
        """A crossing of somebody without a code, saved, for tests of what comes after."""
        self.prepare_crossing(plate)
        self.save()

    def prepare_crossing(self, plate: str) -> None:
        """The same, up to «LƯU»."""
        self.button("Không có mã").click()
        self.button("Tiếp tục").click()
        self.button("Không rõ nơi đi").click()
        self.enter_plate(plate)

    # --- a wave-through ----------------------------------------------------------------------

    def button_of(self, vehicle: str) -> Locator:
        """The big button that counts one of these."""
        return self.page.get_by_role("button", name=re.compile(f"^Thêm 1 {vehicle},"))

    def expect_waved(self, count: int) -> None:
        """The number that says how many have passed; it is what the disk holds."""
        passed = self.page.get_by_role("status").filter(has_text="Đã qua")
        expect(passed).to_contain_text(re.compile(rf"\b{count}$"), timeout=PATIENCE_MS)

    # --- what the tablet says ----------------------------------------------------------------

    def expect_unsent(self, count: int, timeout_ms: int = PATIENCE_MS) -> None:
        """«chưa gửi: N» in the line at the top."""
        bar = self.page.locator(".status-bar")
        expect(bar).to_contain_text(f"chưa gửi: {count}", timeout=timeout_ms)

    def expect_advice(self, words: re.Pattern[str]) -> None:
        """What the status sheet says about the contact with the server."""
        self.button("Mở bảng tình trạng").click()
        sheet = self.sheet("Tình trạng máy")
        contact = sheet.get_by_role("listitem").filter(has_text="Liên lạc máy chủ")
        expect(contact).to_contain_text(words, timeout=PATIENCE_MS)
        sheet.get_by_role("button", name="Đóng").first.click()

    def expect_alert(self, words: str) -> None:
        """Something a person has to know, on the status sheet."""
        self.button("Mở bảng tình trạng").click()
        sheet = self.sheet("Tình trạng máy")
        expect(sheet.get_by_role("alert")).to_contain_text(words, timeout=PATIENCE_MS)
        sheet.get_by_role("button", name="Đóng").first.click()

    def strip(self) -> Locator:
        """The last few crossings, on the lane's screen."""
        return self.page.get_by_role("region", name="Vừa qua")

    def send_now(self) -> None:
        """«Gửi ngay» on the status sheet, which is closed again."""
        self.button("Mở bảng tình trạng").click()
        sheet = self.sheet("Tình trạng máy")
        sheet.get_by_role("button", name="Gửi ngay").click()
        sheet.get_by_role("button", name="Đóng").first.click()

    def expect_recent(self, plate: str, words: str = "", count: int = 1) -> None:
        """The rows of «Các lượt vừa qua» with this plate, however it is written; then the lane.

        The list may be of a moment ago at first: what is there now comes while it is shown.
        """
        self.page.get_by_role("button", name="Xem tất cả").click()
        expect(self.heading("Các lượt vừa qua")).to_be_visible()
        rows = self.page.get_by_role("listitem").filter(has_text=re.compile(r"\W*".join(plate)))
        expect(rows).to_have_count(count, timeout=PATIENCE_MS)
        if words:
            expect(rows).to_contain_text(words, timeout=PATIENCE_MS)
        self.button("Quay lại").click()

    # --- finding ------------------------------------------------------------------------------

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def sheet(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)
