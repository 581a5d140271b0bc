"""A shift on the tablet: taken, asked in, answered elsewhere, another officer, handed over."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.desk import Desk
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import scan_by_wedge

CHECKPOINT = "nt-bac-ai"
OFFICER = f"{CHECKPOINT}-quet"
LEAD = f"{CHECKPOINT}-truong"
PLATE = "85C40123"


def on_duty(served: Served, browser: Launch, profile: str, lane: str, officer: str) -> Tablet:
    tablet = Tablet(browser(served.url, profile))
    tablet.enrol(served.enrolment_link(CHECKPOINT, lane), served.badge(officer))
    tablet.open_shift(served.pin)
    return tablet


def written(served: Served) -> list[dict[str, Any]]:
    """The bodies of kind `shift` in the server's log."""
    return [json.loads(one.body) for one in served.events(CHECKPOINT, "shift")]


def asked(served: Served) -> list[dict[str, Any]]:
    """What was written of questions and answers."""
    groups = (one.get("items", {}).get("consults", {}) for one in written(served))
    return [item for group in groups for item in group.values()]


def decisions(served: Served) -> list[dict[str, Any]]:
    return [one for one in asked(served) if "decision" in one]


def open_tile(tablet: Tablet, name: str) -> None:
    tablet.button("Việc khác").click()
    tablet.button(name).click()


def test_a_shift_from_taking_it_to_handing_it_over(served: Served, browser: Launch) -> None:
    tablet = on_duty(served, browser, "lane", "o-to", OFFICER)
    page = tablet.page
    taken = page.get_by_role("status").filter(has_text="Đã nhận ca")
    bar = tablet.button("Chưa nhận ca trực")
    expect(bar).to_be_visible(timeout=PATIENCE_MS)
    with flow(tablet, "nhận ca, hai người", 12) as counted:
        bar.click()
        counted.decide("who is in charge")
        lead = page.get_by_role("group", name="Lê Đức Mẫu")
        lead.get_by_role("button", name="Chốt trưởng").click()
        tablet.button("NHẬN CA").click()
        expect(taken).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (3, 0)
    tablet.button("Quay lại").click()
    expect(bar).to_be_hidden()
    tablet.quick_crossing(PLATE)

    other = on_duty(served, browser, "lead", "xe-tai", LEAD)
    expect(other.button("Chưa nhận ca trực")).to_be_hidden(timeout=PATIENCE_MS)

    with flow(tablet, "xin ý kiến", 10) as counted:
        open_tile(tablet, "Xin ý kiến")
        counted.decide("what it is about")
        page.get_by_role("radio", name="Giấy tờ").click()
        page.get_by_role("radio", name="85C-401.23").click()
        tablet.button("GHI CÂU HỎI").click()
        expect(page.get_by_role("button", name="GHI Ý KIẾN")).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (5, 0)
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    expect(tablet.button("1 câu hỏi chờ ý kiến")).to_be_visible()

    wait_for("the question", lambda: asked(served))
    other.send_now()
    with flow(other, "cho ý kiến", 8) as counted:
        other.button("1 câu hỏi chờ ý kiến").click()
        other.page.get_by_role("button", name="GHI Ý KIẾN").click()
        counted.decide("what to decide")
        other.button("Cho qua").click()
        said = other.page.get_by_role("status").filter(has_text="Đã ghi ý kiến")
        expect(said).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (3, 0)
    decided = wait_for("the decision", lambda: decisions(served))
    assert [(one["decision"], one["decided_by"]) for one in decided] == [("passed", LEAD)]
    tablet.send_now()
    expect(tablet.button("Đã có ý kiến: Cho qua")).to_be_visible(timeout=PATIENCE_MS)

    # Whoever leads it is asked before they leave the tablet.
    other.button("Mở bảng tình trạng").click()
    other.button("Đăng xuất").click()
    other.sheet("Đăng xuất khỏi máy?").get_by_role("button", name="Giao ca").click()
    heading = other.page.get_by_role("heading", name="Ca trực", exact=True)
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    hand_over(served, tablet)


def hand_over(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    with flow(tablet, "giao ca", 10) as counted:
        open_tile(tablet, "Ca trực")
        tablet.button("Giao ca").click()
        counted.decide("whether the figures are right")
        expect(page.locator(".counts")).to_contain_text("Lượt")
        tablet.button("GIAO CA").click()
        handed = page.get_by_role("status").filter(has_text="Đã giao ca")
        expect(handed).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (4, 0)
    closed = wait_for("the end", lambda: [one for one in written(served) if "closed" in one["set"]])
    (end,) = closed
    assert end["set"]["counts"]["crossings"] == 1
    assert {one["record"] for one in written(served)} == {end["record"]}


def test_a_badge_that_opens_nothing_gives_way_to_another(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url, "lane"))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"))
    secret = next(one["secret"] for one in served.notes["officers"] if one["id"] == OFFICER)
    claims = {"jti": f"old-{OFFICER}", "sub": OFFICER, "sec": secret}
    for badge in (served.document("badge", claims, (-172_800, -86_400)), served.badge(OFFICER)):
        expect(tablet.heading("Quét thẻ cán bộ")).to_be_visible(timeout=PATIENCE_MS)
        scan_by_wedge(tablet.page, badge)
        tablet.enter_pin(served.pin)
        told = tablet.page.get_by_text("Thẻ hết hạn hoặc không đúng chữ ký.")
        lane = tablet.page.get_by_role("radiogroup", name="Chiều đi")
        expect(told.or_(lane)).to_be_visible(timeout=PATIENCE_MS)
    expect(lane).to_be_visible()


def test_another_officer_in_seconds_and_a_volunteer_sees_nothing_of_before(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser, "lane", "luong-xanh", OFFICER)
    tablet.quick_crossing("85C40199")
    expect(tablet.strip()).to_contain_text("401.99")
    with flow(tablet, "đổi người trực", 15) as counted:
        open_tile(tablet, "Đổi người trực")
        expect(tablet.heading("Quét thẻ cán bộ")).to_be_visible(timeout=PATIENCE_MS)
        counted.scan(served.badge(f"{CHECKPOINT}-tn"))
        for digit in served.pin:
            tablet.button(digit).click()
        expect(tablet.page.get_by_text("Tình nguyện viên chỉ quét")).to_be_visible(
            timeout=PATIENCE_MS
        )
    assert (counted.taps, counted.scans) == (2 + 6, 1)
    expect(tablet.strip()).not_to_contain_text("401.99")
    expect(tablet.page.get_by_role("button", name="Xem tất cả")).to_have_count(0)
    tablet.button("Việc khác").click()
    expect(tablet.button("Danh bạ trực")).to_be_visible()
    expect(tablet.button("Ca trực")).to_have_count(0)


def test_a_decision_about_the_vehicle_at_hand_does_not_cost_the_crossing(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser, "lane", "xe-may", LEAD)
    page = tablet.page
    tablet.prepare_crossing("85C40777")
    tablet.expect_verdict("KIỂM TRA THÊM")
    with flow(tablet, "hỏi trực lãnh đạo, ghi ý kiến", 12) as counted:
        tablet.button("Xin ý kiến").click()
        counted.decide("what it is about")
        page.get_by_role("radio", name="Khẩn cấp").click()
        expect(page.get_by_role("radio", name="85C-407.77")).to_be_checked()
        expect(page.get_by_role("listitem").get_by_role("link")).to_be_visible()
        tablet.button("GHI CÂU HỎI").click()
        counted.decide("what was said")
        tablet.button("Cho qua").click()
        said = page.get_by_role("status").filter(has_text="Đã ghi ý kiến")
        expect(said).to_be_visible(timeout=PATIENCE_MS)
        tablet.button("Quay lại").click()
        tablet.expect_verdict("KIỂM TRA THÊM")
    assert (counted.taps, counted.keys) == (5, 0)
    expect(page.get_by_role("button", name="Biển số: 85C-407.77")).to_be_visible()
    tablet.send_now()
    told = wait_for("it", lambda: [one for one in asked(served) if one.get("plate") == "85C40777"])
    assert [(one["about"], one["of"], one["asked_by"]) for one in told] == [
        ("emergency", "duty", LEAD)
    ]


def test_a_leader_answers_at_the_console_and_the_lane_is_told(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser, "lane", "o-to", OFFICER)
    page = tablet.page
    open_tile(tablet, "Xin ý kiến")
    page.get_by_role("radio", name="Hàng hóa").click()
    page.get_by_role("radio", name="Trực lãnh đạo").click()
    page.get_by_role("textbox", name="Câu hỏi").fill("Xe chở oxy không có giấy")
    tablet.button("GHI CÂU HỎI").click()
    expect(tablet.heading("Đang chờ ý kiến")).to_be_visible(timeout=PATIENCE_MS)
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    wait_for("it", lambda: [one for one in asked(served) if one.get("about") == "goods"])

    desk = Desk(browser(served.url, "desk"), served.url)
    desk.sign_in(served, "command")
    desk.page.get_by_role("link", name="Ca trực").click()
    desk.page.get_by_role("row").filter(has_text="Chốt Bác Ái").get_by_role("link").first.click()
    question = desk.page.get_by_role("article").filter(has_text="Xe chở oxy không có giấy")
    question.get_by_role("textbox", name="Lời dặn").fill("Cho qua ngay")
    question.get_by_role("button", name="Đã cho qua", exact=True).click()
    expect(desk.page.get_by_role("status")).to_contain_text("Đã ghi ý kiến")

    tablet.send_now()
    told = tablet.button("Đã có ý kiến: Cho qua")
    expect(told).to_be_visible(timeout=PATIENCE_MS)
    told.click()
    expect(page.get_by_text("Cho qua ngay")).to_be_visible()
    expect(page.get_by_text("Ban chỉ huy")).to_be_visible()
