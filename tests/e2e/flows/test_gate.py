"""A market's gate, one tap in and one tap out; and the queue before a lane with its wait."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ga-thap-cham"


def test_who_is_inside_and_how_long_the_queue_is(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "san-ga"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    tablet.button("Việc khác").click()
    tablet.button("Đếm ra vào").click()
    tablet.button("Đếm lại từ bây giờ…").click()
    count = tablet.sheet("Đếm lại từ bây giờ…")
    for key in "120":
        count.get_by_role("button", name=key, exact=True).click()
    count.get_by_role("button", name="Bắt đầu từ 120 người").click()
    inside = page.get_by_role("status", name="Người bên trong")
    expect(inside).to_contain_text("120")
    with flow(tablet, "đếm ra vào, 6 lượt", 6 * 1.2) as counted:
        for _ in range(5):
            page.get_by_role("button", name="VÀO +1").click()
        page.get_by_role("button", name="RA −1").click()
        expect(inside).to_contain_text("124", timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (6, 0)
    # A family of three leaves by one tap more for each of them.
    tablet.button("Thêm một người").click()
    tablet.button("Thêm một người").click()
    page.get_by_role("button", name="RA −3").click()
    expect(inside).to_contain_text("121", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(inside).to_contain_text("124", timeout=PATIENCE_MS)
    tablet.button("Quay lại").click()

    tablet.button("Hàng chờ").click()
    with flow(tablet, "độ dài hàng chờ", 2 * 1.2 + 1.35) as counted:
        counted.decide("how many vehicles wait")
        page.get_by_role("radio", name="20", exact=True).click()
        wait = page.get_by_role("status", name="Xe đến sau chờ khoảng")
        expect(wait).to_contain_text("phút", timeout=PATIENCE_MS)
        tablet.button("LƯU HÀNG CHỜ").click()
        expect(page.get_by_role("listitem").filter(has_text="20 xe")).to_be_visible(
            timeout=PATIENCE_MS
        )
    assert (counted.taps, counted.keys) == (2, 0)
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.send_now()
    tablet.expect_unsent(0)

    bodies = [json.loads(one.body)["set"] for one in served.events(CHECKPOINT)]
    passed = [one for one in bodies if one.get("brief")]
    assert [(one["direction"], one["headcount"]) for one in passed] == [
        *[("in", 1)] * 5,
        ("out", 1),
        ("out", 3),
    ]
    assert sum("voided" in one for one in bodies) == 1
    (queue,) = (json.loads(one.body)["set"] for one in served.events(CHECKPOINT, "queue"))
    assert (queue["lane"], queue["length_vehicles"]) == ("san-ga", 20)
    assert queue["wait_s"] > 0
