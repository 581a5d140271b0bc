"""A violation with its draft report, and an incident: counted taps, and what reaches the log."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import scan_by_wedge

CHECKPOINT = "hd-ql6"
PLATE = "30C11223"
CCCD = "001190000001||TRAN THI MAU|15081990|Nu|12 Pho Mau, Ha Dong|01052021"


def on_duty(served: Served, browser: Launch) -> Tablet:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    return tablet


def test_a_violation_is_four_taps_and_its_draft_report_is_there_at_once(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser)
    page = tablet.page
    tablet.quick_crossing(PLATE)
    with flow(tablet, "vi phạm, biên bản nháp") as counted:
        tablet.button("Việc khác").click()
        tablet.button("Vi phạm").click()
        expect(tablet.heading("Vi phạm")).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("which rule was broken")
        page.get_by_role("radio", name="Khai báo gian dối").click()
        tablet.button("LƯU").click()
        expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (4, 0)
    tablet.button("Xem biên bản nháp").click()
    report = page.get_by_role("article")
    expect(report).to_contain_text("Khai báo y tế gian dối")
    expect(report).to_contain_text("30C-112.23")
    expect(report).to_contain_text("117/2020/NĐ-CP")
    tablet.button("Quay lại").click()

    # With a fine and a person, and then taken back as a slip.
    tablet.button("Ghi vi phạm khác").click()
    page.get_by_role("radio", name="Không khẩu trang").click()
    page.get_by_role("radio", name="Phạt tiền").click()
    tablet.sheet("Tiền phạt").get_by_role("button", name="2.000.000 đ").click()
    page.get_by_role("button", name="Người vi phạm").click()
    sheet = tablet.sheet("Người vi phạm")
    scan_by_wedge(page, CCCD)
    expect(sheet.get_by_label("Số giấy tờ")).to_have_value("001190000001")
    expect(sheet.get_by_label("Họ tên")).to_have_value("TRAN THI MAU")
    sheet.get_by_label("Điện thoại").fill("0912345678")
    sheet.get_by_role("button", name="Xong").click()
    page.get_by_label("Việc đã xảy ra").fill("Nhắc hai lần không đeo.")
    tablet.button("LƯU").click()
    expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    tablet.button("Xong").click()
    tablet.button("Quay lại").click()
    tablet.send_now()

    crossing = wait_for("the crossing", lambda: PLATE in served.plates(CHECKPOINT))
    assert crossing
    first, second = wait_for("two violations", lambda: bodies(served, "violation", 2))
    assert first["set"] == {
        "lane": "o-to",
        "crossing": served.record(CHECKPOINT, PLATE),
        "plate": {"read": "30C11223", "normal": "30C11223", "candidates": ["car", "motorbike"]},
        "what": "false_declaration",
        "legal": {
            "document": "117/2020/NĐ-CP",
            "clause": "Điều 7: giám sát bệnh truyền nhiễm",
            "unconfirmed": True,
        },
        "action": "draft_report",
        "amount_vnd": None,
    }
    assert (second["set"]["action"], second["set"]["amount_vnd"]) == ("fined", 2_000_000)
    assert "TRAN" not in json.dumps(second, ensure_ascii=False)
    with served.store() as store:
        found = wait_for(
            "the second in the view", lambda: store.noted_whole(second["record"], persons=True)
        )
    assert found.person["who"] == {
        "name": "TRAN THI MAU",
        "id_number": "001190000001",
        "birth_date": "1990-08-15",
        "address": "12 Pho Mau, Ha Dong",
        "phone": "0912345678",
    }
    assert found.person["note"] == "Nhắc hai lần không đeo."


def test_an_incident_is_five_taps_says_whom_to_call_and_can_be_taken_back(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser)
    page = tablet.page
    with flow(tablet, "sự việc") as counted:
        tablet.button("Việc khác").click()
        tablet.button("Sự việc").click()
        expect(tablet.heading("Sự việc")).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("what happened")
        page.get_by_role("radio", name="Tai nạn").click()
        page.get_by_role("radio", name="Nghiêm trọng").click()
        tablet.button("LƯU").click()
        expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (5, 0)
    expect(page.get_by_role("link", name="Cấp cứu")).to_have_attribute("href", "tel:115")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(tablet.button("LƯU")).to_be_visible()
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.send_now()
    made, undone = wait_for("both events", lambda: bodies(served, "incident", 2))
    assert made["set"] == {"lane": "o-to", "what": "accident", "severity": "high"}
    assert (undone["record"], undone["set"]) == (made["record"], {"voided": "undone"})


def bodies(served: Served, kind: str, many: int) -> list[dict[str, Any]] | None:
    found = [json.loads(one.body) for one in served.events(CHECKPOINT, kind)]
    return found if len(found) == many else None
