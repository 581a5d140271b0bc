"""A market's gate, one tap in and one tap out; and the queue before a lane with its wait."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, chot
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ga-thap-cham"
RULES = Path(__file__).parents[3] / "rules" / "packs" / "ninh_thuan_2021_10.json"
MOST = 200


def test_a_full_market_lets_in_nobody_unasked(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    limit = {"most_inside": [{"checkpoint": CHECKPOINT, "people": MOST}]}
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(json.loads(RULES.read_text("utf-8")) | limit), encoding="utf-8")
    chot("rules", "publish", file, "--checkpoint", CHECKPOINT, "--yes", "--data", served.data)
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "san-ga"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    begin_count(tablet, MOST - 1)
    inside = page.get_by_role("status", name="Người bên trong")
    expect(inside).to_contain_text("Còn chỗ cho 1")
    page.get_by_role("button", name="VÀO +1").click()
    expect(inside).to_contain_text("ĐÃ ĐẦY", timeout=PATIENCE_MS)
    page.get_by_role("button", name="VÀO +1").click()
    full = page.get_by_role("dialog", name="ĐÃ ĐẦY – tạm dừng cho vào")
    full.get_by_role("button", name="Không cho vào").click()
    expect(page.get_by_role("status").filter(has_text="Đã quay đầu")).to_be_visible()
    expect(inside).to_contain_text(f"{MOST} / {MOST}")
    page.get_by_role("button", name="RA −1").click()
    expect(inside).to_contain_text("Còn chỗ cho 1", timeout=PATIENCE_MS)


def begin_count(tablet: Tablet, people: int) -> None:
    """The count's screen, begun with so many inside."""
    tablet.button("Việc khác").click()
    tablet.button("Đếm ra vào").click()
    tablet.button("Đếm lại từ bây giờ…").click()
    count = tablet.sheet("Đếm lại từ bây giờ…")
    for key in str(people):
        count.get_by_role("button", name=key, exact=True).click()
    count.get_by_role("button", name=f"Bắt đầu từ {people} người").click()


def test_who_is_inside_and_how_long_the_queue_is(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "san-ga"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    begin_count(tablet, 120)
    inside = page.get_by_role("status", name="Người bên trong")
    expect(inside).to_contain_text("120")
    with flow(tablet, "đếm ra vào, 6 lượt") as counted:
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
    with flow(tablet, "độ dài hàng chờ") as counted:
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
    assert [(one["direction"], one["headcount"]) for one in passed[-7:]] == [
        *[("in", 1)] * 5,
        ("out", 1),
        ("out", 3),
    ]
    assert sum("voided" in one for one in bodies) == 1
    (queue,) = (json.loads(one.body)["set"] for one in served.events(CHECKPOINT, "queue"))
    assert (queue["lane"], queue["length_vehicles"]) == ("san-ga", 20)
    assert queue["wait_s"] > 0
