"""Turned back: one tap shows why, what would change it, whom to call, and a complaint code."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from sync.complaint import complaint_code, shown_code
from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import LEVEL_4, PATIENCE_MS, Tablet
from tests.qr import read_qr

CHECKPOINT = "nt-ca-na"
PLATE = "79C33445"


def test_one_tap_turns_the_answer_to_the_traveller_and_its_code_finds_the_crossing(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.installed()
    tablet.browser.context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    tablet.scan(PC_COVID)
    tablet.tap_card("Không có – không rõ")
    tablet.come_from(LEVEL_4, "an lac")
    tablet.expect_verdict("QUAY ĐẦU", "Từ vùng cấp 4")
    tablet.enter_plate(PLATE)
    screen = page.get_by_role("dialog", name="Màn hình cho người qua chốt")
    with flow(tablet, "xoay cho người dân xem") as counted:
        tablet.button("Xoay cho người dân xem").click()
        expect(screen).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (1, 0)
    expect(screen.get_by_role("heading", name="Bạn chưa được qua chốt")).to_be_visible()
    expect(screen).to_contain_text("128/NQ-CP")
    expect(screen.get_by_role("listitem")).to_have_text(["thẻ xanh Covid"])
    for personal in ("LE VAN THU", "058090", PLATE, "79C"):
        expect(screen).not_to_contain_text(personal)
    code = screen.locator(".traveller-code").inner_text()
    picture = tmp_path / "qr.png"
    screen.get_by_role("img").screenshot(path=picture)
    assert read_qr(picture) == f"{served.url}/khieu-nai#{code}"
    screen.get_by_role("button", name="English").click()
    expect(screen.get_by_role("heading", name="You may not pass yet")).to_be_visible()
    expect(screen).to_contain_text("a green Covid card")
    screen.get_by_role("button", name="Xong, về màn hình cán bộ").click()

    # Who was given a code must find it on record.
    tablet.button("Bỏ lượt này").click()
    sheet = page.get_by_role("dialog", name="Bỏ lượt này")
    expect(sheet).to_contain_text("phải lưu lượt này")
    expect(sheet.get_by_role("button", name="Bỏ, không lưu")).to_have_count(0)
    sheet.get_by_role("button", name="Giữ lại").click()
    tablet.save()
    tablet.browser.context.set_offline(False)
    tablet.send_now()
    wait_for("the crossing", lambda: PLATE in served.plates(CHECKPOINT))
    record = served.record(CHECKPOINT, PLATE)
    assert shown_code(complaint_code(record)) == code
    found = wait_for("the view", lambda: _found(served, code))
    assert found.rstrip().endswith(record)
    page.goto(f"{served.url}/khieu-nai#{code}")
    expect(page.get_by_role("heading", name="Khiếu nại việc qua chốt")).to_be_visible()


def test_an_officers_own_decision_is_not_given_the_rules_reason(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.scan(PC_COVID)
    tablet.tap_card("Thẻ xanh")
    tablet.come_from(LEVEL_4, "an lac")
    tablet.expect_verdict("CHO QUA", "Thẻ xanh: cho qua")
    tablet.act("Quay đầu", "Lệnh cấp trên")
    opener = tablet.button("Xoay cho người dân xem")
    opener.click()
    screen = page.get_by_role("dialog", name="Màn hình cho người qua chốt")
    expect(screen).to_contain_text("Cán bộ tại chốt quyết định: Lệnh cấp trên")
    # «Bạn chưa được qua chốt» because one may pass would be read out to a reporter.
    expect(screen).not_to_contain_text("cho qua")
    expect(screen).to_contain_text("gọi đường dây nóng")
    page.keyboard.press("Escape")
    expect(screen).to_be_hidden()
    expect(opener).to_be_focused()


def _found(served: Served, code: str) -> str:
    try:
        return chot("complaint", code, "--data", served.data)
    except AssertionError:
        return ""
