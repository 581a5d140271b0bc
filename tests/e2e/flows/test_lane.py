"""The lane's own flows: how much each costs an officer, and what of it reaches the server's log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-to-huu"
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
