"""The console in real Chromium, without a script: sign in, review, nothing runs off the screen."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright
from werkzeug.serving import make_server

from tests.conftest import CHROMIUM
from tests.server.console.conftest import PASSWORD, Console
from tests.server.console.test_links import pair
from tests.server.store.tablets import enrolled

WIDTHS = (360, 390, 768, 1024, 1280)

pytestmark = pytest.mark.browser


@pytest.fixture
def address(console: Console) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, console.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/console/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(address: str, playwright: Playwright) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = browser.new_page(
        java_script_enabled=False, locale="vi-VN", viewport={"width": 1280, "height": 800}
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.fill("[name=login]", "reviewer")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    yield page
    browser.close()
    # Chromium reports what the CSP refuses here.
    assert complaints == []


def test_a_tap_anywhere_on_a_row_opens_it_and_a_button_reviews_it(
    console: Console, page: Page
) -> None:
    record = console.cross()
    page.reload()
    # The link of the row lies over the whole row: the tap meets it, not the cell.
    page.locator("tbody tr .why").click(force=True)
    assert record in page.url
    page.fill("[name=note]", "đã đối chiếu")
    page.click("[value=seen]")
    page.wait_for_selector(".empty")
    console.projector.catch_up()
    found = console.store.crossing(record)
    assert found is not None
    assert [one.person for one in found.reviews] == [{"note": "đã đối chiếu"}]


def test_no_page_is_wider_than_the_screen(console: Console, page: Page, address: str) -> None:
    record = console.cross(name="Nguyễn" * 30, lane="L" * 32)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("", "alerts", "searches", f"crossings/{record}"):
            page.goto(address + path)
            box = page.locator("body").bounding_box()
            assert box is not None
            overflow = page.locator("main").bounding_box()
            assert overflow is not None
            assert overflow["x"] + overflow["width"] <= width, (width, path)


def test_l4_a_duplicate_is_split_by_a_button_on_any_screen(
    console: Console, page: Page, address: str, rng: random.Random
) -> None:
    tablets = enrolled(console.store, rng), enrolled(console.store, rng)
    first, later = pair(console, tablets)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}crossings/{later}")
        box = page.locator(".twins").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
    page.click(".twin.linked a")
    assert first in page.url
    page.click(".twin.linked button")
    assert page.locator(".told").inner_text().startswith("Đã tách hai lượt")
    assert page.locator(".twin.split").count() == 1
