"""A long queue: two taps a vehicle, offline; who leaves is paired with how they came in."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-bac-ai"
QUEUE = ("Xe máy", "Ô tô", "Xe tải", "Xe máy", "Xe khách")


def test_two_taps_a_vehicle(served: Served, proxy: Proxy, browser: Launch) -> None:
    tablet = Tablet(browser(proxy.url))
    link = served.enrolment_link(CHECKPOINT, "xe-may", proxy.url)
    tablet.enrol(link, served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.installed()
    page = tablet.page
    tablet.button("Việc khác").click()
    tablet.button("Ghi nhanh").click()
    expect(tablet.heading("Ghi nhanh (0)")).to_be_visible(timeout=PATIENCE_MS)
    proxy.down()
    tablet.browser.watch.expected.append("net::ERR_")
    vehicles = page.get_by_role("radiogroup", name="Loại xe")
    actions = page.get_by_role("group", name="Xử lý")
    with flow(tablet, f"ghi nhanh, {len(QUEUE)} xe") as counted:
        for at, vehicle in enumerate(QUEUE, 1):
            vehicles.get_by_role("radio", name=vehicle).click()
            actions.get_by_role("button", name="Cho qua").click()
            expect(tablet.heading(f"Ghi nhanh ({at})")).to_be_visible()
    assert (counted.taps, counted.keys) == (2 * len(QUEUE), 0)
    # The second half of a double tap saves nothing: the vehicle is to be named first.
    expect(actions.get_by_role("button", name="Cho qua")).to_be_disabled()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(tablet.heading("Ghi nhanh (4)")).to_be_visible()

    # With a plate, in and out again: the exit names its entry.
    for direction, at in (("Vào", 5), ("Ra", 6)):
        page.get_by_role("radio", name=direction, exact=True).click()
        tablet.enter_plate("85C81122")
        vehicles.get_by_role("radio", name="Xe tải").click()
        if direction == "Ra":
            expect(page.get_by_role("switch")).to_be_checked(timeout=PATIENCE_MS)
        actions.get_by_role("button", name="Cho qua").click()
        expect(tablet.heading(f"Ghi nhanh ({at})")).to_be_visible()
    tablet.button("Quay lại").click()
    proxy.up()
    tablet.send_now()
    tablet.expect_unsent(0)

    bodies = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    briefs = [one for one in bodies if one["set"].get("brief")]
    assert len(briefs) == len(QUEUE) + 2
    assert all("verdict" not in one["set"] for one in briefs)
    assert [one["set"]["vehicle_class"] for one in briefs[:3]] == ["motorbike", "car", "truck"]
    entry, left = briefs[-2:]
    (paired,) = [one for one in bodies if "paired_exit" in one["set"]]
    assert (paired["record"], paired["set"]["paired_exit"]) == (entry["record"], left["record"])
    assert sum("voided" in one["set"] for one in bodies) == 1
