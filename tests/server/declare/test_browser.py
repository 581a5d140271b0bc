"""The declaration in real Chromium, as on a cheap telephone: 360 × 640, no script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright
from werkzeug.serving import make_server

from tests.conftest import CHROMIUM
from tests.qr import read_qr
from tests.server.declare.conftest import Site

MIN_TOUCH_PX = 44
TOUCHED = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), button, .option"

pytestmark = pytest.mark.browser


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(
        java_script_enabled=False, viewport={"width": 360, "height": 640}, has_touch=True
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    # Chromium reports what the CSP refuses here.
    assert complaints == []


def filled(page: Page, birth_date: str = "15/08/1990") -> None:
    page.fill("#name", "Nguyễn Thị Mẫu")
    page.fill("#birth_date", birth_date)
    page.fill("#id_number", "001190012345")
    page.fill("#phone", "0912 345 678")
    page.fill("#address", "Số 1 Láng, Đống Đa, Hà Nội")
    page.fill("#origin", "Hà Nội")
    page.fill("#destination", "Phường Mỹ Đông, Phan Rang-Tháp Chàm")
    page.check("[name=symptomatic][value=no]")
    page.check("[name=exposure][value=no]")


@pytest.mark.parametrize("url", ["/khai-bao", "/declare"])
def test_a_declaration_is_made_and_saved_without_a_script(
    site: Site, address: str, page: Page, tmp_path: Path, url: str
) -> None:
    page.goto(address + url)
    filled(page)
    page.click("form button")
    page.wait_for_selector(".code img")
    with page.expect_download() as download:
        page.click(".save button >> nth=0")
    saved = tmp_path / "saved.png"
    download.value.save_as(saved)
    found = site.evidence(read_qr(saved))
    assert (found["status"], found["identity"]["name"]) == ("verified", "Nguyễn Thị Mẫu")
    assert found["facts"]["declaration"]["destination"] == {"dataset": "2021", "code": "22771"}


@pytest.mark.parametrize("url", ["/khai-bao", "/declare"])
def test_the_pages_fit_a_small_screen_and_a_finger(
    address: str, browser: Browser, url: str
) -> None:
    # With scripts on, only so that the test can measure.
    page = browser.new_page(viewport={"width": 360, "height": 640})

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for box in (one.bounding_box() for one in page.locator(TOUCHED).all()):
            assert box is not None and box["height"] >= MIN_TOUCH_PX

    page.goto(address + url)
    fits()
    filled(page, birth_date="hôm qua")
    page.click("form button")
    page.wait_for_selector(".problem")
    fits()
    page.fill("#birth_date", "1990")
    page.fill("#address", "Đường" * 20)
    page.click("form button")
    page.wait_for_selector(".code img")
    fits()
    box = page.locator(".code img").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 640, "the code is below the fold"
