"""What the police do in the console, by the words on its pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Browser
from tests.e2e.server import Served


class Desk:
    """A browser at a desk, at the console of a served demo."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.page: Page = browser.page
        self.url = url

    def sign_in(self, served: Served, role: str = "reviewer") -> None:
        """With the demo's log-in of this role."""
        login = next(one for one in served.notes["logins"] if one["role"] == role)
        self.page.goto(f"{self.url}/console/")
        self.page.get_by_label("Tên đăng nhập").fill(login["login"])
        self.page.get_by_label("Mật khẩu").fill(login["password"])
        self.page.get_by_role("button", name="Đăng nhập").click()
        expect(self.page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    def open_queue(self) -> None:
        self.page.goto(f"{self.url}/console/")
        expect(self.page.get_by_role("heading", name="Cần xem")).to_be_visible()

    def enrolment_code(self, lane: str, name: str) -> bytes:
        """«Tạo mã đăng ký» for "checkpoint/lane"; a photo (PNG) of the code on the page."""
        self.page.get_by_role("link", name="Máy bảng", exact=True).click()
        self.page.get_by_role("combobox").select_option(lane)
        self.page.get_by_role("textbox", name="Tên máy").fill(name)
        self.page.get_by_role("button", name="Tạo mã đăng ký").click()
        return self.page.get_by_role("figure", name="Mã QR đăng ký").screenshot()

    def revoke(self, name: str) -> None:
        """«Thu hồi» the tablet of this name, and sure of it."""
        self.page.get_by_role("link", name="Máy bảng", exact=True).click()
        row = self.page.get_by_role("row").filter(has_text=name)
        row.get_by_role("link", name="Thu hồi").click()
        self.page.get_by_role("button", name="Thu hồi").click()
        expect(self.page.get_by_role("status")).to_contain_text("Đã thu hồi")

    def row(self, record: str) -> Locator:
        """The line of a crossing in the queue or among results."""
        return self.page.locator(f"tr[id='{record}']")

    def search_plate(self, fragment: str, request_number: str) -> None:
        """Tracing, for a request of the health authority, by a part of the plate."""
        self.page.get_by_role("link", name="Tra cứu").click()
        self.page.get_by_role("radio", name="Truy vết").check()
        self.page.get_by_role("textbox", name="Số yêu cầu").fill(request_number)
        self.page.get_by_role("textbox", name="Một phần biển số").fill(fragment)
        self.page.get_by_role("button", name="Tra cứu").click()
        expect(self.page.get_by_role("heading", name="Kết quả tra cứu")).to_be_visible()

    def open(self, record: str) -> None:
        """The crossing behind a line."""
        self.row(record).get_by_role("link").click()
        expect(self.page.get_by_role("heading", name="Kết luận và lý do")).to_be_visible()

    def review(self, decision: str, note: str) -> None:
        """«Đã xem» or «Cần xác minh», with a note."""
        self.page.get_by_role("textbox", name="Ghi chú").fill(note)
        self.page.get_by_role("button", name=decision, exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text(f"Đã ghi: {decision}.")
