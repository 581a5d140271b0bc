"""The sheet of an issued document, printed by real Chromium: one page of the right size."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright
from werkzeug.serving import make_server

from credentials import parse_trust, read
from server.packs import trust_in_force
from tests.conftest import CHROMIUM
from tests.qr import read_qr
from tests.server.console.conftest import PASSWORD, Console

pytestmark = pytest.mark.browser


@pytest.fixture
def page(console: Console, playwright: Playwright) -> Iterator[Page]:
    server = make_server("127.0.0.1", 0, console.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"http://127.0.0.1:{server.server_port}/console/login")
    page.fill("[name=login]", "approver")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    yield page
    browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    # Chromium reports what the CSP refuses here.
    assert complaints == []


@pytest.mark.parametrize(
    ("kind", "size_mm"), [("permit", (210, 297)), ("pass", (210, 148))], ids=["A4", "A5"]
)
def test_a_printed_sheet_is_one_page_that_the_tablet_reads(
    console: Console, page: Page, tmp_path: Path, kind: str, size_mm: tuple[int, int]
) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no poppler-utils: no PDF was rendered")
    page.goto(page.url.split("/console")[0] + f"/console/documents?kind={kind}")
    for name, text in (
        ("name", "Nguyễn Thị Mẫu"), ("plate", "29C-123.45"), ("reason", "Chở rau quả " * 12),
        ("company", "Hợp tác xã Nông sản Thử Nghiệm"), ("route", "QL1A Hà Nội – Ninh Thuận"),
        ("hours", "5h-20h"), ("valid_until", "2026-12-31T18:00"),
    ):  # fmt: skip
        page.fill(f"[name={name}]", text)
    page.click("main form.card button")
    page.wait_for_selector("article.paper")
    path = tmp_path / "sheet.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    about = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True).stdout.decode()
    known = dict(line.split(":", 1) for line in about.splitlines() if ":" in line)
    width, _, height = known["Page size"].split()[:3]
    assert int(known["Pages"]) == 1
    points = (float(width), float(height))
    assert tuple(round(one / 72 * 25.4) for one in points) == size_mm
    subprocess.run(
        ["pdftoppm", "-r", "200", "-singlefile", "-png", str(path), str(tmp_path / "sheet")],
        check=True,
    )
    trust = parse_trust(trust_in_force(console.store))
    found = read(read_qr(tmp_path / "sheet.png"), trust, console.now_ms)
    assert found.status == "verified"
    assert found.subject is not None and found.subject["plate"] == "29C-123.45"
