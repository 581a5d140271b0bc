"""A crossing put right afterwards: found by its plate, amended, voided; the log keeps it all."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ca-na"


def test_a_plate_read_wrongly_is_found_and_put_right(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "xe-tai"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.quick_crossing("85C70001")
    tablet.quick_crossing("79A70002")
    page = tablet.page
    with flow(tablet, "sửa biển số") as counted:
        tablet.page.get_by_role("button", name="Xem tất cả").click()
        tablet.button("Tìm biển số").click()
        search = tablet.sheet("Tìm biển số")
        for key in "7000":
            search.get_by_role("button", name=key, exact=True).click()
        search.get_by_role("button", name="85C-700.01").click()
        search.get_by_role("button", name="Xong").click()
        page.get_by_role("button", name=re.compile("85C-700.01")).last.click()
        tablet.button("Sửa / Hủy lượt").click()
        page.get_by_role("button", name=re.compile("^Biển số")).click()
        plate = tablet.sheet("Biển số")
        plate.get_by_role("button", name="Xóa một ký tự").click()
        plate.get_by_role("button", name="9", exact=True).click()
        plate.get_by_role("button", name="Xong").click()
        counted.decide("that this is what the plate really says")
        tablet.button("LƯU SỬA (1)").click()
        expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (15, 0)

    # The search still shows what was asked for; the other one is voided.
    tablet.button("Bỏ tìm").click()

    # Goods that nobody noted at the gate.
    page.get_by_role("button", name=re.compile("85C-700.09")).last.click()
    tablet.button("Sửa / Hủy lượt").click()
    tablet.button("Thêm dòng hàng").click()
    goods = tablet.sheet("Hàng hóa")
    goods.get_by_role("radio", name="Thực phẩm").click()
    goods.get_by_role("button", name="3", exact=True).click()
    goods.get_by_role("button", name="Xong").click()
    expect(page.get_by_role("button", name=re.compile(r"Hàng \+1"))).to_contain_text("Thực phẩm 3")
    tablet.button("LƯU SỬA (1)").click()
    expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE_MS)

    page.get_by_role("button", name=re.compile("79A-700.02")).click()
    tablet.button("Sửa / Hủy lượt").click()
    tablet.button("Hủy lượt…").click()
    page.get_by_role("radio", name="Ghi hai lần").click()
    tablet.button("HỦY LƯỢT").click()
    expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE_MS)
    tablet.button("Quay lại").click()
    tablet.send_now()
    tablet.expect_unsent(0)

    bodies = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    first = next(one for one in bodies if "85C70001" in json.dumps(one))
    amended = next(one for one in bodies if "plate" in one.get("over", {}))
    assert amended["record"] == first["record"]
    assert amended["set"] == {
        "plate": {"read": "85C70009", "normal": "85C70009", "candidates": ["car", "motorbike"]}
    }
    assert len(amended["over"]["plate"]) == 1
    (added,) = (
        one["items"]["goods"]
        for one in bodies
        if one["kind"] == "crossing" and "goods" in one.get("items", {})
    )
    ((name, line),) = added.items()
    assert re.fullmatch(r"[0-9a-f-]{36}:[0-9]+:1", name)
    assert (line["group"], line["quantity"], line["unit"]) == ("food", 3, "tonne")
    assert [one["set"] for one in bodies if "voided" in one["set"]] == [{"voided": "entered_twice"}]
    seen = served.crossing(first["record"])
    assert seen.row.plate == "85C70009"
    assert "conflict" not in seen.row.flags


def test_letting_through_more_afterwards_asks_a_lead(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    officer, lead = (served.badge(f"{CHECKPOINT}-{role}") for role in ("quet", "truong"))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "xe-tai"), officer)
    tablet.open_shift(served.pin)
    tablet.quick_crossing("85C70077")
    page = tablet.page
    page.get_by_role("button", name="Xem tất cả").click()
    page.get_by_role("button", name=re.compile("85C-700.77")).click()
    tablet.button("Sửa / Hủy lượt").click()
    page.get_by_role("button", name=re.compile("^Xử lý")).click()
    sheet = tablet.sheet("Xử lý")
    sheet.get_by_role("radio", name="Cho qua").click()
    tablet.browser.camera.show(lead)
    sheet.get_by_role("button", name="Người địa phương").click()
    agree = sheet.get_by_role("button", name="Đồng ý")
    expect(agree).to_be_visible(timeout=PATIENCE_MS)
    for digit in served.pin:
        sheet.get_by_role("button", name=digit, exact=True).click()
    tablet.browser.camera.show(None)
    agree.click()
    tablet.button("LƯU SỬA (1)").click()
    expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE_MS)
    tablet.button("Quay lại").click()
    tablet.send_now()
    tablet.expect_unsent(0)
    bodies = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    (amended,) = (one["set"] for one in bodies if "action" in one.get("over", {}))
    assert amended == {
        "action": "passed",
        "override": {
            "reason": "local_resident",
            "by": f"{CHECKPOINT}-quet",
            "approved_by": f"{CHECKPOINT}-truong",
        },
    }
