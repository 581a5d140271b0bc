"""«Xả chốt»: counted offline through a power cut, then at the home server and in the figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.browser import kill
from tests.e2e.conftest import Launch
from tests.e2e.desk import Desk
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-le-trong-tan"
TAPS = {"Ô tô": 7, "Xe tải": 3, "Xe máy": 12, "Xe khách": 2}


def test_waved_through_offline_and_counted_once_everywhere(
    served: Served, proxy: Proxy, browser: Launch, tmp_path: Path
) -> None:
    officer, lead = (served.badge(f"{CHECKPOINT}-{role}") for role in ("quet", "truong"))
    tablet = Tablet(browser(proxy.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", proxy.url), officer)
    tablet.open_shift(served.pin)
    tablet.installed()
    proxy.down()
    tablet.browser.watch.expected.append("net::ERR_")

    # An officer asks, the lead answers for it.
    tablet.button("Việc khác").click()
    tablet.button("Xả chốt").click()
    sheet = tablet.sheet("Xả chốt · Vào")
    sheet.get_by_role("radio", name="Ùn tắc dài").click()
    tablet.browser.camera.show(lead)
    sheet.get_by_role("button", name="Quét thẻ chốt trưởng").click()
    expect(sheet.get_by_role("button", name="Bắt đầu xả chốt")).to_be_visible(timeout=PATIENCE_MS)
    tablet.browser.camera.show(None)
    for digit in served.pin:
        sheet.get_by_role("button", name=digit, exact=True).click()
    sheet.get_by_role("button", name="Bắt đầu xả chốt").click()
    expect(tablet.heading("ĐANG XẢ CHỐT")).to_be_visible(timeout=PATIENCE_MS)

    for vehicle, count in TAPS.items():
        for _ in range(count):
            tablet.button_of(vehicle).click()
    total = sum(TAPS.values())
    tablet.expect_waved(total)
    tablet.button("Bớt 1 Xe khách").click()
    tablet.expect_waved(total - 1)

    kill(tmp_path / "tablet")
    tablet = Tablet(browser(proxy.url))
    tablet.browser.watch.expected.append("net::ERR_")
    tablet.start(proxy.url, officer)
    tablet.enter_pin(served.pin)
    tablet.expect_waved(total - 1)
    tablet.button_of("Xe tải").click()
    tablet.expect_waved(total)
    tablet.button("Kết thúc").click()
    tablet.button("Kết thúc, kiểm tra lại").click()
    expect(tablet.page.get_by_role("radiogroup", name="Chiều đi")).to_be_visible()

    proxy.up()
    tablet.send_now()
    tablet.expect_unsent(0)
    bodies = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    taps = [one for one in bodies if one["set"].get("mode") == "waved"]
    voids = [one for one in bodies if "voided" in one["set"]]
    assert (len(taps), len(voids)) == (total + 1, 1)
    (begun, ended) = (json.loads(one.body) for one in served.events(CHECKPOINT, "wave"))
    assert begun["set"]["by"] == f"{CHECKPOINT}-truong"
    assert {one["set"]["wave"] for one in taps} == {begun["record"], ended["record"]}
    assert ended["set"]["ended"] >= begun["time"]

    desk = Desk(browser(served.url, "desk"), served.url)
    desk.sign_in(served, "command")

    def counted() -> bool:
        desk.page.goto(f"{served.url}/console/figures")
        row = desk.page.get_by_role("row").filter(has_text="Lê Trọng Tấn")
        return row.count() == 1 and re.search(rf"\b{total}\b", row.inner_text()) is not None

    wait_for("the figures", counted)
