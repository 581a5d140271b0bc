"""Somebody without a phone, within sixty seconds: card, known number, declared, on paper."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import Taps, flow
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import LEVEL_4, PATIENCE_MS, Tablet

CHECKPOINT = "nt-thuan-bac"
TARGET_S = 60.0
CARD = "058090012345|012345678|Lê Văn Mẫu|15081990|Nam|Số 1, Phước Mỹ, Phan Rang|19042021"
NUMBER = "058090012345"
NAME = "Lê Văn Mẫu"
PHONE = "0912345678"


@pytest.fixture
def tablet(served: Served, browser: Launch) -> Tablet:
    """A tablet with an open shift."""
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    return tablet


def type_number(tablet: Tablet, digits: str) -> None:
    """On the screen's own keypad."""
    for digit in digits:
        tablet.button(digit).click()


def finish(tablet: Tablet, counted: Taps, plate: str) -> None:
    """From the verdict: plate, a look, and «LƯU»."""
    expect(tablet.button("LƯU")).to_be_visible(timeout=PATIENCE_MS)
    tablet.enter_plate(plate)
    counted.decide("what the verdict says")
    tablet.save()


def crossing(served: Served, tablet: Tablet, plate: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the crossing's body, its first person as the server knows them), once it is there."""
    tablet.send_now()
    wait_for(plate, lambda: plate in served.plates(CHECKPOINT))
    record = served.record(CHECKPOINT, plate)
    body = next(
        body
        for one in served.events(CHECKPOINT)
        if (body := json.loads(one.body))["record"] == record
    )
    return body, served.crossing(record).people["1"]


def test_a_chip_card_instead_of_a_phone(served: Served, tablet: Tablet) -> None:
    with flow(tablet, "không điện thoại: thẻ CCCD", TARGET_S) as counted:
        tablet.button("Không có mã").click()
        tablet.browser.camera.show(CARD)
        tablet.button("Quét thẻ CCCD").click()
        counted.scans += 1
        expect(tablet.page.get_by_text(NAME).first).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("that face and card are one person's")
        tablet.browser.camera.show(None)
        tablet.button("Tiếp tục").click()
        counted.decide("where they come from")
        tablet.come_from(LEVEL_4, "an lac")
        finish(tablet, counted, "85C80001")
    body, person = crossing(served, tablet, "85C80001")
    assert body["items"]["people"]["1"]["evidence"]["family"] == "cccd"
    assert person["name"] == NAME


def test_who_passed_before_is_found_by_the_whole_number(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    tablet.button("Không có mã").click()
    type_number(tablet, PHONE)
    page.get_by_label("Họ tên").fill(NAME)
    # Half a year is not written down, and that is said.
    page.get_by_label("Năm sinh").fill("90")
    expect(page.get_by_role("status").filter(has_text="Cần đủ 4 số")).to_be_visible()
    page.get_by_label("Năm sinh").fill("1990")
    expect(page.get_by_text("Cần đủ 4 số")).to_be_hidden()
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    tablet.button("Không triệu chứng").click()
    tablet.enter_plate("85C80002")
    tablet.save()

    tablet.installed()
    tablet.browser.context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    with flow(tablet, "không điện thoại: tra số", TARGET_S) as counted:
        tablet.button("Không có mã").click()
        type_number(tablet, PHONE)
        found = page.get_by_role("status").filter(has_text="Đã qua đây")
        expect(found).to_contain_text("Lê V. M•••", timeout=PATIENCE_MS)
        expect(found).to_contain_text("1990")
        expect(page.get_by_text(NAME)).to_have_count(0)
        counted.decide("that they say this name and year")
        tablet.button("Đúng người này").click()
        counted.decide("where they come from")
        tablet.come_from(LEVEL_4, "an lac")
        finish(tablet, counted, "85C80003")
    tablet.browser.context.set_offline(False)
    body, person = crossing(served, tablet, "85C80003")
    assert body["items"]["people"]["1"]["identified_by"] == "phone_lookup"
    assert NAME not in json.dumps(body, ensure_ascii=False)
    assert (person["name"], person["phone"]) == (NAME, PHONE)
    assert (person["birth_date"], person["evidence"]["family"]) == ("1990", "none")


def test_an_officer_declares_on_behalf(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    with flow(tablet, "không điện thoại: khai thay", TARGET_S) as counted:
        tablet.button("Không có mã").click()
        counted.decide("that there is no card either")
        type_number(tablet, "0987654321")
        expect(page.get_by_text("chưa gặp ở đây")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_label("Họ tên").click()
        page.get_by_label("Họ tên").press_sequentially("Tran Thi Thu")
        page.get_by_label("Năm sinh").click()
        page.get_by_label("Năm sinh").press_sequentially("1985")
        tablet.button("Tiếp tục").click()
        counted.decide("where they come from")
        tablet.come_from(LEVEL_4, "an lac")
        counted.decide("what the thermometer shows and they answer")
        tablet.button("36,4 °C").click()
        tablet.button("Không triệu chứng").click()
        finish(tablet, counted, "85C80004")
    body, person = crossing(served, tablet, "85C80004")
    assert body["items"]["people"]["1"]["identified_by"] == "on_behalf"
    assert (person["name"], person["birth_date"]) == ("Tran Thi Thu", "1985")
    assert (person["phone"], person["temperature_c"]) == ("0987654321", 36.4)
    assert (person["symptoms"], person["exposure"]) == ([], False)


def test_paper_now_and_the_tablet_later(served: Served, tablet: Tablet) -> None:
    page = tablet.page
    with flow(tablet, "không điện thoại: ghi giấy", TARGET_S) as counted:
        tablet.button("Không có mã").click()
        counted.decide("that there is no time")
        tablet.button("Ghi giấy, nhập sau").click()
        tablet.button("Không rõ nơi đi").click()
        finish(tablet, counted, "85C80005")
    body, person = crossing(served, tablet, "85C80005")
    assert body["items"]["people"]["1"]["identified_by"] == "paper_later"
    assert "name" not in person

    with flow(tablet, "nhập giấy sau") as later:
        tablet.button("Việc khác").click()
        tablet.button("Giấy chờ nhập").click()
        page.get_by_role("button", name="85C-800.05").click()
        type_number(tablet, NUMBER)
        page.get_by_role("textbox").fill(NAME)
        tablet.button("LƯU").click()
        expect(page.get_by_text("Đã nhập")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("Không còn giấy nào chờ nhập.")).to_be_visible()
    assert later.taps == 3 + len(NUMBER) + 1
    tablet.send_now()
    record = body["record"]

    def entered() -> bool:
        named = served.crossing(record).people["1"]
        return (named.get("name"), named.get("id_number")) == (NAME, NUMBER)

    wait_for("the name", entered)
    with served.store() as store:
        assert store.crossing(record).row.flags == ()  # type: ignore[union-attr]
