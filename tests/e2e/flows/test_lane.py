"""The lane's own flows: how much each costs an officer, and what of it reaches the server's log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import scan_by_wedge

CHECKPOINT = "hd-to-huu"
ROOT = Path(__file__).resolve().parents[3]
DECLARED = {
    "n": "Nguyễn Thị Mẫu", "b": "1990-08-15", "s": "F", "i": "001190012345",
    "o": "2021/268", "d": "2021/268", "r": "work", "y": [], "x": False, "v": "29C-700.01",
}  # fmt: skip


@pytest.fixture
def tablet(served: Served, browser: Launch) -> Tablet:
    """A tablet of a lane of both ways, its shift open."""
    return on_duty(served, browser, "o-to")


def on_duty(served: Served, browser: Launch, lane: str, officer: str = "quet") -> Tablet:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, lane), served.badge(f"{CHECKPOINT}-{officer}"))
    tablet.open_shift(served.pin)
    return tablet


def bodies(served: Served) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in served.events(CHECKPOINT)]


def sent(served: Served, tablet: Tablet, plate: str) -> dict[str, Any]:
    """The one event with this plate, once the server has it."""
    tablet.send_now()
    wait_for(plate, lambda: plate in served.plates(CHECKPOINT))
    (body,) = (one for one in bodies(served) if f'"{plate}"' in json.dumps(one))
    return body


def test_a_declared_person_is_one_scan_one_look_and_one_tap(served: Served, tablet: Tablet) -> None:
    code = served.document("decl", {"jti": "lane-1"} | DECLARED)
    with flow(tablet, "người đã khai", 5.0) as counted:
        counted.scan(code)
        expect(tablet.last_person()).to_contain_text("Nguyễn Thị Mẫu", timeout=PATIENCE_MS)
        counted.decide("the face, the plate and the verdict")
        tablet.save()
    assert (counted.taps, counted.keys, counted.scans) == (1, 0, 1)
    body = sent(served, tablet, "29C70001")
    assert body["set"]["origin"] == {"dataset": "2021", "code": "268"}
    assert body["items"]["people"]["1"]["evidence"]["status"] == "verified"


def test_a_green_lane_vehicle_is_one_tap_and_can_be_undone(served: Served, tablet: Tablet) -> None:
    before = len(bodies(served))
    with flow(tablet, "luồng xanh", 2.0) as counted:
        tablet.button("Luồng xanh").click()
        expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (1, 0)
    tablet.page.get_by_role("button", name="Hoàn tác").click()
    expect(tablet.page.get_by_text("Đã hủy lượt vừa lưu")).to_be_visible()
    tablet.send_now()
    wait_for("both events", lambda: len(bodies(served)) == before + 2)
    saved, undone = bodies(served)[before:]
    assert (saved["set"]["mode"], saved["set"]["action"]) == ("green_lane", "passed")
    assert saved["set"]["verdict"]["outcome"] == "pass"
    assert "sampled" not in saved["set"]
    assert (undone["record"], undone["set"]["voided"]) == (saved["record"], "undone")


def test_the_plate_of_a_green_lane_vehicle_can_follow_within_ten_seconds(
    served: Served, tablet: Tablet
) -> None:
    tablet.button("Luồng xanh").click()
    expect(tablet.saved_word()).to_be_visible(timeout=PATIENCE_MS)
    tablet.button("Thêm biển số cho lượt vừa lưu").click()
    type_plate(tablet, "29C70071")
    expect(tablet.button("Thêm biển số cho lượt vừa lưu")).to_have_count(0)
    body = sent(served, tablet, "29C70071")
    crossing = served.crossing(body["record"])
    assert (crossing.row.mode, crossing.fields["plate"]["normal"]) == ("green_lane", "29C70071")
    assert "conflict" not in crossing.row.flags


def test_the_lot_falls_once_and_is_not_drawn_again(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    place = "hd-truc-phia-nam"
    rules = tmp_path / "rules.json"
    content = json.loads((ROOT / "rules" / "packs" / "ha_dong_2021_08.json").read_text("utf-8"))
    rules.write_text(json.dumps(content | {"sampling_per_mille": 1000}), "utf-8")
    journeys = ROOT / "tests" / "vectors" / "rules" / "ha_dong_2021_08_journeys.json"
    chot("rules", "publish", rules, "--checkpoint", place, "--journeys", journeys, "--yes",
         "--data", served.data)  # fmt: skip
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(place, "luong-xanh"), served.badge(f"{place}-quet"))
    tablet.open_shift(served.pin)
    drawn = tablet.page.get_by_text("Chọn ngẫu nhiên: kiểm tra xe này")
    for _ in range(2):
        tablet.button("Luồng xanh").click()
        expect(drawn).to_be_visible()
        tablet.discard()
    tablet.button("Luồng xanh").click()
    expect(drawn).to_be_visible()
    tablet.enter_plate("29C70061")
    tablet.save()
    tablet.send_now()
    wait_for("the vehicle", lambda: "29C70061" in served.plates(place))
    (event,) = served.events(place)
    assert json.loads(event.body)["set"]["sampled"] is True


def test_a_milder_action_than_the_verdict_needs_the_leads_badge_also_offline(
    served: Served, tablet: Tablet
) -> None:
    tablet.installed()
    tablet.browser.context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    tablet.prepare_crossing("29C70002")
    tablet.expect_verdict("KIỂM TRA THÊM")
    with flow(tablet, "làm khác kết quả, có chốt trưởng") as counted:
        counted.decide("the paper is good")
        tablet.act("Cho qua", override="Có giấy tờ bản giấy")
        counted.scans += 1
        tablet.agree(served.badge(f"{CHECKPOINT}-truong"), served.pin)
        tablet.save()
    assert counted.taps == 2 + len(served.pin) + 2
    tablet.browser.context.set_offline(False)
    body = sent(served, tablet, "29C70002")
    assert body["set"]["override"] == {
        "reason": "paper_shown",
        "by": f"{CHECKPOINT}-quet",
        "approved_by": f"{CHECKPOINT}-truong",
    }

    # A life does not wait for a badge; a reviewer sees it afterwards.
    tablet.prepare_crossing("29C70003")
    tablet.act("Cho qua", override="Khẩn cấp")
    tablet.save()
    assert "approved_by" not in sent(served, tablet, "29C70003")["set"]["override"]


def test_a_convoy_is_one_route_a_plate_each_and_one_tap_for_all(
    served: Served, tablet: Tablet
) -> None:
    page = tablet.page
    plates = ["59X170011", "59X170012", "59X170013"]
    with flow(tablet, "đoàn ba xe máy") as counted:
        tablet.button("Việc khác").click()
        tablet.button("Đoàn xe").click()
        counted.decide("where from")
        tablet.come_from("An Lạc", "an lac")
        counted.decide("where to")
        tablet.button("Không rõ nơi đi").click()
        for plate in plates:
            page.get_by_role("button", name="THÊM XE").click()
            type_plate(tablet, plate)
        page.get_by_role("button", name="LƯU 3 XE · 3 NGƯỜI").click()
        expect(tablet.saved_word()).to_contain_text("3 xe · 3 người", timeout=PATIENCE_MS)
    # Nine characters and «Xong» for each plate, and no more than three taps for the whole.
    assert counted.taps <= 6 + len(plates) * 11
    tablet.button("Xong").click()
    tablet.send_now()
    wait_for("the convoy", lambda: set(plates) <= set(served.plates(CHECKPOINT)))
    first, *others = [one for one in bodies(served) if one["set"].get("mode") == "group"]
    assert [one["set"]["convoy"] for one in others] == [first["record"]] * 2
    assert "convoy" not in first["set"]
    assert {one["set"]["origin"]["code"] for one in (first, *others)} == {
        first["set"]["origin"]["code"]
    }
    # Nobody of it was read, so the rules ask for a closer look: that is what was done.
    assert {one["set"]["action"] for one in (first, *others)} == {"referred"}


def test_a_shuttles_manifest_says_who_is_missing_and_both_numbers_are_kept(
    served: Served, tablet: Tablet
) -> None:
    workers = [[f"Công nhân {number}", f"00109000{number:04}"] for number in range(1, 4)]
    (code,) = served.manifest("xe-ba-nguoi", workers, 2000)
    page = tablet.page
    with flow(tablet, "xe đưa đón công nhân") as counted:
        counted.scan(code)
        counted.decide("where from")
        tablet.button("Không rõ nơi đi").click(timeout=PATIENCE_MS)
        expect(page.get_by_text("Đủ 3 người theo danh sách")).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("how many are in the bus")
        tablet.button("Bớt một người").click()
        expect(page.get_by_text("Danh sách 3: thiếu 1 người")).to_be_visible()
    assert (counted.taps, counted.scans) == (2, 1)
    stranger = "001090999999|012345678|Trần Thị Lạ|15081990|Nữ|Hà Nội|19042021"
    tablet.button("Thêm người").click()
    scan_by_wedge(page, stranger)
    tablet.button("Tiếp tục").click(timeout=PATIENCE_MS)
    expect(tablet.last_person()).to_contain_text("Không có trong danh sách")
    tablet.last_person().click()
    tablet.button("Bỏ người này").last.click()
    tablet.button("Xong").click()
    tablet.enter_plate("60B70021")
    tablet.save()
    body = sent(served, tablet, "60B70021")
    assert body["set"]["mode"] == "group"
    assert (body["set"]["expected_headcount"], body["set"]["headcount"]) == (3, 2)


def test_a_tractor_has_two_plates_and_several_goods_lines(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    with flow(tablet, "đầu kéo, hai dòng hàng") as counted:
        tablet.button("Không có mã").click()
        tablet.button("Tiếp tục").click()
        tablet.button("Không rõ nơi đi").click()
        counted.decide("the vehicle")
        tablet.choose_vehicle("Đầu kéo")
        tablet.enter_plate("29C70031")
        page.get_by_role("button", name="Biển rơ-moóc").click()
        type_plate(tablet, "29R01234", "Biển rơ-moóc")
        tablet.button("Hàng hóa").click()
        sheet = tablet.sheet("Hàng hóa")
        for group, quantity in (("Nông sản", "5"), ("Xăng dầu", "2")):
            counted.decide(group)
            sheet.get_by_role("radio", name=group, exact=True).click()
            sheet.get_by_role("button", name=quantity, exact=True).click()
            if group == "Nông sản":
                sheet.get_by_role("button", name="Thêm dòng hàng").click()
        sheet.get_by_role("button", name="Xong", exact=True).click()
        tablet.save()
    assert counted.taps <= 3 + 1 + 2 * 10 + 1 + 2 * 2 + 2 + 2
    body = sent(served, tablet, "29C70031")
    assert body["set"]["trailer_plate"]["normal"] == "29R01234"
    assert [(one["group"], one["quantity"]) for one in body["items"]["goods"].values()] == [
        ("farm_products", 5),
        ("energy", 2),
    ]


def test_two_on_a_motorbike_are_two_scans_and_two_taps(served: Served, tablet: Tablet) -> None:
    first = served.document("decl", {"jti": "pair-1"} | DECLARED | {"v": "29X1-700.41"})
    other = {"n": "Lê Văn Sau", "i": "001090054321", "v": "29X1-700.41"}
    second = served.document("decl", {"jti": "pair-2"} | DECLARED | other)
    with flow(tablet, "xe máy hai người") as counted:
        counted.scan(first)
        expect(tablet.last_person()).to_contain_text("Nguyễn Thị Mẫu", timeout=PATIENCE_MS)
        counted.decide("the first face and the plate")
        counted.scan(second)
        expect(tablet.last_person()).to_contain_text("Lê Văn Sau", timeout=PATIENCE_MS)
        counted.decide("the second face")
        tablet.save()
    assert (counted.taps, counted.scans) == (1, 2)
    body = sent(served, tablet, "29X170041")
    assert body["set"]["headcount"] == 2
    assert [one["role"] for one in body["items"]["people"].values()] == ["driver", "passenger"]


def test_a_lane_of_one_way_asks_nobody_which(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, "xe-tai-ra"), badge)
    tablet.enter_pin(served.pin)
    expect(tablet.page.get_by_text("làn một chiều")).to_be_visible(timeout=PATIENCE_MS)
    expect(tablet.page.get_by_role("radiogroup", name="Chiều đi")).to_have_count(0)
    tablet.quick_crossing("29C70051")
    assert sent(served, tablet, "29C70051")["set"]["direction"] == "out"


def type_plate(tablet: Tablet, plate: str, title: str = "Biển số") -> None:
    sheet = tablet.sheet(title)
    for character in plate:
        sheet.get_by_role("button", name=character, exact=True).first.click()
    sheet.get_by_role("button", name="Xong", exact=True).click()
    expect(sheet).to_be_hidden()
