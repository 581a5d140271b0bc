"""The paper log of a night without power, copied line by line: what it says apart from when."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-thuan-bac"
LOCAL = timezone(timedelta(hours=7))


def test_lines_of_the_paper_log_are_copied(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    tablet.button("Việc khác").click()
    tablet.button("Ghi bù sổ giấy").click()
    page.get_by_role("button", name="Dòng sổ").click()
    line = tablet.sheet("Dòng sổ")
    line.get_by_role("textbox").fill("S2-07")
    line.get_by_role("radio", name="Hôm qua").click()
    line.get_by_role("button", name="Xong").click()

    def press(keys: str) -> None:
        for key in keys:
            page.get_by_role("button", name=key, exact=True).click()

    def enter(plate: str) -> None:
        sheet = tablet.sheet("Biển số")
        for key in plate:
            sheet.get_by_role("button", name=key, exact=True).first.click()
        sheet.get_by_role("button", name="Xong").click()

    with flow(tablet, "ghi bù hai dòng sổ giấy") as counted:
        press("2150")
        enter("85C60001")
        tablet.button("LƯU DÒNG S2-07").click()
        expect(tablet.heading("Ghi bù (1)")).to_be_visible(timeout=PATIENCE_MS)
        # The log goes on in its hour: the minutes are enough.
        press("58")
        page.get_by_role("button", name="Biển số").click()
        enter("79A60002")
        tablet.button("LƯU DÒNG S2-08").click()
        expect(tablet.heading("Ghi bù (2)")).to_be_visible(timeout=PATIENCE_MS)
    assert (counted.taps, counted.keys) == (4 + 9 + 1 + 2 + 1 + 9 + 1, 0)
    tablet.button("Quay lại").click()
    tablet.button("Quay lại").click()
    tablet.send_now()
    tablet.expect_unsent(0)

    found = [
        body
        for one in served.events(CHECKPOINT)
        if (body := json.loads(one.body))["set"].get("source") == "paper"
    ]
    assert [one["set"]["paper_no"] for one in found] == ["S2-07", "S2-08"]
    yesterday = (datetime.now(LOCAL) - timedelta(days=1)).strftime("%Y-%m-%d")
    times = [datetime.fromtimestamp(one["set"]["occurred"] / 1000, LOCAL) for one in found]
    assert [f"{one:%Y-%m-%d %H:%M}" for one in times] == [
        f"{yesterday} 21:50",
        f"{yesterday} 21:58",
    ]
    assert all(one["time"] - one["set"]["occurred"] > 60_000 for one in found)
    seen = served.crossing(found[0]["record"])
    assert seen.row.occurred_ms == found[0]["set"]["occurred"]
    assert seen.row.plate == "85C60001"
