"""A tablet in the console: enrolled by the code on its page, revoked, and heard all the same."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.desk import Desk
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT, PLACE, LANE = "hd-phung-hung", "Chốt Phùng Hưng – Phúc La", "o-to"


def test_tablet_enrolled_and_revoked_in_the_console(served: Served, browser: Launch) -> None:
    desk = Desk(browser(served.url, "desk"), served.url)
    desk.sign_in(served, "admin")
    code = desk.enrolment_code(f"{CHECKPOINT}/{LANE}", "Máy thử")

    tablet = Tablet(browser(served.url))
    tablet.browser.camera.show(served.badge(f"{CHECKPOINT}-quet"))
    tablet.page.goto(f"{served.url}/tablet/")
    expect(tablet.heading("Máy chưa đăng ký")).to_be_visible(timeout=PATIENCE_MS)
    tablet.choose_photo(code)
    expect(tablet.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
    expect(tablet.page.get_by_text(PLACE).first).to_be_visible()
    tablet.open_shift(served.pin)
    tablet.quick_crossing("29C90001")
    tablet.expect_unsent(0)

    again = Tablet(browser(served.url, "another"))
    # A used code is refused by the server: 4xx is an error to the browser's console.
    again.browser.watch.expected.append("Failed to load resource")
    again.page.goto(f"{served.url}/tablet/")
    again.choose_photo(code)
    refused = again.page.get_by_role("alert").filter(has_text="đã dùng")
    expect(refused).to_be_visible(timeout=PATIENCE_MS)

    desk.revoke("Máy thử")
    tablet.quick_crossing("29C90002")
    with served.store() as store:
        device = next(one.id for one in store.devices() if one.name == "Máy thử")
        held = wait_for(
            "the event of the revoked tablet",
            lambda: store.held_events("device.revoked", 0, 10),
        )
    assert [one.device for one in held] == [device]
    assert json.loads(held[0].body)["set"]["plate"]["normal"] == "29C90002"
    tablet.expect_alert("Máy này đã bị thu hồi")
