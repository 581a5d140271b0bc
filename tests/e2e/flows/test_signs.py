"""Temperature and symptoms in two taps, asked as the pack says; the health service hears of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

import rules
from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-bac-ai"
PACK = Path(rules.__file__).parent / "packs" / "ninh_thuan_2021_10.json"
SIGNS = "Sốt, ho, khó thở?"


@pytest.fixture
def tablet(served: Served, browser: Launch) -> Tablet:
    """A tablet with an open shift."""
    return on_duty(served, browser)


def on_duty(served: Served, browser: Launch) -> Tablet:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    return tablet


def alerted(served: Served, code: str, record: str) -> bool:
    with served.store() as store:
        rows, _ = store.alerts("new", (code,), "", 50)
        return any(record in (one.record for one in row.crossings) for row in rows)


def test_two_taps_say_that_somebody_is_well(tablet: Tablet) -> None:
    tablet.prepare_crossing("85C81001")
    tablet.page.get_by_role("button", name="Nhiệt độ, triệu chứng").click()
    expect(tablet.heading(SIGNS)).to_be_visible(timeout=PATIENCE_MS)
    with flow(tablet, "nhiệt độ, triệu chứng") as counted:
        counted.decide("what the thermometer shows and they answer")
        tablet.button("36,6 °C").click()
        tablet.button("Không triệu chứng").click()
        well = tablet.page.get_by_role("button", name="36,6 °C · không triệu chứng")
        expect(well).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (2, 0)
    tablet.expect_verdict("KIỂM TRA THÊM")
    expect(tablet.page.get_by_role("link", name="Gọi")).to_have_count(0)
    tablet.save()


def test_a_fever_refers_shows_whom_to_call_and_reaches_the_health_service(
    served: Served, tablet: Tablet
) -> None:
    page = tablet.page
    tablet.prepare_crossing("85C81002")
    page.get_by_role("button", name="Nhiệt độ, triệu chứng").click()
    with flow(tablet, "sốt, ho: báo y tế") as counted:
        counted.decide("what the thermometer shows and they answer")
        page.get_by_role("radio", name="38°").click()
        tablet.button("38,4 °C").click()
        tablet.button("Ho").click()
        tablet.button("Tiếp tục").click()
        call = page.get_by_role("link", name="Gọi")
        expect(call).to_be_visible(timeout=PATIENCE_MS)
        counted.decide("to call")
    assert counted.taps == 4
    assert str(call.get_attribute("href")).startswith("tel:")
    tablet.expect_verdict("KIỂM TRA THÊM", "mời sang bàn y tế")
    tablet.save()
    tablet.send_now()
    wait_for("the crossing", lambda: "85C81002" in served.plates(CHECKPOINT))
    record = served.record(CHECKPOINT, "85C81002")
    person = served.crossing(record).people["1"]
    assert (person["temperature_c"], person["symptoms"]) == (38.4, ["cough"])
    wait_for("the alert", lambda: alerted(served, "health.signs", record))
    with served.store() as store:
        told = {one.code for one in store.alerts_about(record)}
    assert told == {"health.signs"}, "the home server decides as the tablet did"


@pytest.mark.parametrize(("signs", "is_asked"), [("ask", True), ("skip", False)])
def test_the_pack_says_whether_anybody_is_asked(
    served: Served, browser: Launch, tmp_path: Path, signs: str, is_asked: bool
) -> None:
    file = tmp_path / f"{signs}.json"
    file.write_text(json.dumps(json.loads(PACK.read_text("utf-8")) | {"signs": signs}), "utf-8")
    publish(served, file)
    try:
        look_for_the_question(on_duty(served, browser), is_asked)
    finally:
        publish(served, PACK)


def look_for_the_question(tablet: Tablet, is_asked: bool) -> None:
    page = tablet.page
    tablet.button("Không có mã").click()
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    if is_asked:
        expect(tablet.heading(SIGNS)).to_be_visible(timeout=PATIENCE_MS)
        tablet.button("Không triệu chứng").click()
    expect(tablet.button("LƯU")).to_be_visible(timeout=PATIENCE_MS)
    row = page.get_by_role("button", name="triệu chứng")
    expect(row).to_have_count(1 if is_asked else 0)
    tablet.discard()
    # Traffic that nobody stops is asked nothing.
    tablet.button("Cấp cứu").click()
    expect(tablet.button("LƯU")).to_be_visible(timeout=PATIENCE_MS)
    tablet.discard()


def publish(served: Served, file: Path) -> None:
    chot(
        "rules", "publish", file, "--data", served.data, "--checkpoint", CHECKPOINT, "--yes"
    )  # fmt: skip


def test_a_quick_test_belongs_to_its_crossing_and_a_positive_one_alarms(
    served: Served, tablet: Tablet
) -> None:
    page = tablet.page
    tablet.quick_crossing("85C81003")
    with flow(tablet, "test nhanh dương tính") as counted:
        tablet.button("Việc khác").click()
        tablet.button("Test nhanh").click()
        page.get_by_role("button", name="85C-810.03").click()
        counted.decide("how many lines there are")
        tablet.button("DƯƠNG TÍNH").click()
        expect(page.get_by_role("heading", name="DƯƠNG TÍNH")).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (4, 0)
    expect(page.get_by_text("cách ly tại chỗ")).to_be_visible()
    expect(page.get_by_role("link", name="Gọi")).to_be_visible()
    tablet.button("Xong").click()
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.send_now()
    wait_for("the test", lambda: served.events(CHECKPOINT, "quick_test") or None)
    record = served.record(CHECKPOINT, "85C81003")
    (test,) = (json.loads(one.body) for one in served.events(CHECKPOINT, "quick_test"))
    assert test["set"]["crossing"] == record
    assert (test["set"]["type"], test["set"]["result"]) == ("rapid", "positive")
    wait_for("the alert", lambda: alerted(served, "health.positive", record))
