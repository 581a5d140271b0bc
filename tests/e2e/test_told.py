"""What the home server finds out about a crossing comes to the tablet's inbox, and leaves it."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from server.home.telling import TOLD
from sync.encoding import uuid7
from tests.e2e.conftest import Launch
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-ql21b"
PLATE = "30A70001"


def write(served: Served, record: str, **fields: object) -> None:
    """An alert as the home server or somebody at its console writes it."""
    with served.store() as store:
        store.write(
            kind="alert", record=record, home=CHECKPOINT, user=None, fields=dict(fields),
            person=None, now_ms=int(time.time() * 1000),
        )  # fmt: skip


def leave(tablet: Tablet) -> None:
    """Out of the inbox and of the status sheet below it."""
    for title in ("Hộp việc", "Tình trạng máy"):
        tablet.page.keyboard.press("Escape")
        expect(tablet.sheet(title)).to_be_hidden(timeout=PATIENCE_MS)


def test_an_alert_comes_to_the_checkpoint_and_is_gone_when_it_is_closed(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url), badge)
    tablet.open_shift(served.pin)
    tablet.quick_crossing(PLATE)
    tablet.expect_unsent(0)
    crossing = served.record(CHECKPOINT, PLATE)
    served.crossing(crossing)
    now_ms = int(time.time() * 1000)
    alert = uuid7(now_ms, b"0123456789")
    about = {"subjects": [crossing], "checkpoint": CHECKPOINT, "occurred": now_ms}
    assert "late.revoked" in TOLD
    write(served, alert, alert="late.revoked", state="new", withdrawn=False, **about)

    bar = tablet.page.locator(".status-bar")

    def is_told() -> bool:
        tablet.send_now()
        return "cảnh báo: 1" in bar.inner_text()

    wait_for("the mark of one alert", is_told, 60)
    tablet.button("Mở bảng tình trạng").click()
    tablet.sheet("Tình trạng máy").get_by_role("button", name="Xem · Hộp việc").click()
    inbox = tablet.sheet("Hộp việc")
    expect(inbox.get_by_text("Giấy tờ đã bị thu hồi")).to_be_visible(timeout=PATIENCE_MS)
    expect(inbox).to_contain_text("30A-700.01")
    inbox.get_by_role("button", name="Đã đọc 1 cảnh báo").click()
    expect(inbox.get_by_text("Đã đọc", exact=True)).to_be_visible()
    expect(bar).not_to_contain_text("cảnh báo")

    write(served, alert, state="closed")
    leave(tablet)

    def is_gone() -> bool:
        tablet.send_now()
        tablet.button("Mở bảng tình trạng").click()
        tablet.sheet("Tình trạng máy").get_by_role("button", name="Xem · Hộp việc").click()
        try:
            return inbox.get_by_text("Giấy tờ đã bị thu hồi").count() == 0
        finally:
            leave(tablet)

    wait_for("the closed alert gone", is_gone, 60)
