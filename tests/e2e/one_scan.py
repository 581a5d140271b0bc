"""The path of one scan, for the tests that walk it: localhost, and a tablet on the LAN."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.desk import Desk
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import LEVEL_4, PATIENCE_MS, Tablet

CHECKPOINT = "nt-ca-na"
OFFICER = "nt-ca-na-quet"
PC_COVID = "058090******|LE VAN THU|1990-**-**|0|58a0f3c2d1b4|<1<<09000000**<"
"""One personal code as the application shows it: masked, and without a colour."""


def begin_shift(tablet: Tablet, served: Served, url: str) -> None:
    """Enrolled by link, a wrong PIN, the right one; then everything is on the tablet's disk."""
    link = served.enrolment_link(CHECKPOINT, "o-to", url)
    tablet.enrol(link, badge=served.badge(OFFICER))
    # The code is used up; in the address it would be in the history.
    expect(tablet.page).to_have_url(f"{url}/tablet/", timeout=PATIENCE_MS)
    tablet.enter_pin("135790")
    refused = tablet.page.get_by_role("alert").filter(has_text="Sai PIN")
    expect(refused).to_be_visible(timeout=PATIENCE_MS)
    tablet.open_shift(served.pin)
    tablet.installed()


def cross_offline(tablet: Tablet, served: Served, url: str, plate: str) -> None:
    """No network: a scan, the verdict, all that goes with it, saved; there after a reload too."""
    context = tablet.browser.context
    context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    tablet.scan(PC_COVID)
    expect(tablet.page.get_by_text("LE VAN THU")).to_be_visible()
    tablet.tap_card("Thẻ vàng")
    tablet.come_from(LEVEL_4, "an lac")
    tablet.expect_verdict("KIỂM TRA THÊM", "Thẻ vàng")
    tablet.enter_plate(plate)
    tablet.choose_vehicle("Xe tải")
    tablet.enter_goods("Nông sản", "12,5", "tấn")
    tablet.expect_verdict("CHO QUA", "Hàng ưu tiên")
    tablet.act("Kiểm tra", override="Lệnh cấp trên")
    tablet.save()
    tablet.expect_unsent(1)
    assert plate not in served.plates(CHECKPOINT)

    tablet.browser.camera.show(served.badge(OFFICER))
    tablet.page.reload()
    tablet.open_shift(served.pin)
    tablet.expect_unsent(1)
    tablet.expect_recent(plate, "Chưa gửi")


def arrives_once(tablet: Tablet, served: Served, plate: str) -> str:
    """The network comes back: one event, and the tablet knows. Returns the record."""
    tablet.browser.context.set_offline(False)
    wait_for("the event", lambda: plate in served.plates(CHECKPOINT))
    tablet.expect_unsent(0)
    tablet.expect_recent(plate, "Đã gửi")
    assert served.plates(CHECKPOINT).count(plate) == 1
    record = served.record(CHECKPOINT, plate)
    crossing = served.crossing(record)
    assert crossing.people["1"]["name"] == "LE VAN THU"
    assert crossing.people["1"]["card"] == {"colour": "yellow", "basis": "seen"}
    assert (crossing.row.outcome, crossing.row.action) == ("pass", "referred")
    assert crossing.row.flags == ("override",)
    return record


def reviewed(desk: Desk, served: Served, record: str, plate: str) -> None:
    """In the queue, found by a part of the plate, marked as seen with a note; queued no more."""
    desk.sign_in(served)
    desk.open_queue()
    expect(desk.row(record)).to_contain_text("Làm khác kết luận")
    desk.search_plate(plate[3:], "YC-12/2026")
    desk.open(record)
    expect(desk.page.get_by_text("LE VAN THU").first).to_be_visible()
    desk.open_queue()
    desk.open(record)
    desk.review("Đã xem", "Đã gọi chốt, lệnh có thật.")
    desk.open_queue()
    expect(desk.row(record)).to_have_count(0)

    (review,) = (
        json.loads(one.body)
        for one in served.events(CHECKPOINT, "review")
        if json.loads(one.body)["set"]["subject"] == record
    )
    with served.store() as store:
        # The home server has decided it again by then, from what the tablet sent.
        assert store.alerts_about(record) == []
        reviewer = store.user("canhsat")
        assert reviewer is not None
        looks = [entry for _, entry in store.audited(0, 10_000) if entry.who == reviewer.id]
    assert (review["set"]["decision"], review["officer"]) == ("seen", reviewer.id)
    assert "note" not in review["set"], "free text belongs to the person part"
    assert {"search", "crossing", "review"} <= {entry.what for entry in looks}
    assert any("YC-12/2026" in entry.reference for entry in looks if entry.what == "search")


def exported(served: Served, record: str, plate: str, folder: Path) -> None:
    """Both exports hold the crossing; goods has its one line."""
    (crossing,) = _export(served, "crossings", folder, record)
    assert crossing["Biển số"] == plate
    assert crossing["Kết luận"] == "Cho qua"
    assert crossing["Đối soát"] == "Đã xem"
    (goods,) = _export(served, "goods", folder, record)
    assert (goods["Nhóm hàng"], goods["Số lượng"], goods["Đơn vị"]) == ("Nông sản", "12.5", "tấn")
    assert goods["Biển số"] == plate


def _export(served: Served, what: str, folder: Path, record: str) -> list[dict[str, str]]:
    target = folder / f"{what}.csv"
    span = ("--from", "yesterday", "--to", "now", "--checkpoint", CHECKPOINT)
    chot("export", what, "--data", served.data, *span, "--format", "csv", "--output", target)
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to read Vietnamese"
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [row for row in rows if row["Mã lượt"] == record]
