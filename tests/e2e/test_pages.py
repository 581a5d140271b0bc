"""The pages that need no tablet: landing and samples, under their content policy."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.server import Served


def test_landing_and_samples_open_without_an_error(served: Served, browser: Launch) -> None:
    desk = browser(served.url)
    desk.page.goto(served.url)
    expect(desk.page.get_by_role("link", name="Mã mẫu")).to_be_visible()
    desk.page.goto(f"{served.url}/samples?checkpoint=nt-ca-na")
    expect(desk.page.get_by_role("img").first).to_be_visible()
    broken = "pictures => pictures.filter(one => one.complete && one.naturalWidth === 0).length"
    assert desk.page.get_by_role("img").evaluate_all(broken) == 0
