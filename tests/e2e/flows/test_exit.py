"""Who leaves is paired with how they came in, unless the officer takes it apart."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-phung-hung"


def test_an_exit_finds_its_entry(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    for plate in ("29A50001", "29A50002"):
        tablet.quick_crossing(plate)
    page.get_by_role("radio", name="Ra", exact=True).click()
    came_in = page.get_by_role("switch", name=re.compile("^Đã vào .* khớp biển số$"))
    with flow(tablet, "ra chốt, khớp lượt vào") as counted:
        tablet.prepare_crossing("29A50001")
        expect(came_in).to_be_checked(timeout=PATIENCE_MS)
        tablet.save()
    assert counted.keys == 0
    # Another driver of that plate's: one tap takes it apart.
    tablet.prepare_crossing("29A50002")
    expect(came_in).to_be_checked(timeout=PATIENCE_MS)
    came_in.click()
    expect(page.get_by_role("switch", name=re.compile("không khớp$"))).not_to_be_checked()
    tablet.save()
    # Who has left is not inside any more.
    tablet.prepare_crossing("29A50001")
    expect(page.get_by_role("switch")).to_have_count(0)
    tablet.discard()
    tablet.send_now()
    tablet.expect_unsent(0)

    bodies = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    by_plate = {
        (one["set"]["plate"]["normal"], one["set"]["direction"]): one["record"]
        for one in bodies
        if one["set"].get("plate")
    }
    assert [(one["record"], one["set"]) for one in bodies if "paired_exit" in one["set"]] == [
        (by_plate["29A50001", "in"], {"paired_exit": by_plate["29A50001", "out"]})
    ]
