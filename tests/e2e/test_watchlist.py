"""Offline, somebody on the watchlist is asked further; what they have is nowhere on the tablet."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import expect

from cli.data import VIETNAM
from tests.e2e.conftest import Launch
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ca-na"
LISTED = "058190054321|264987654|Nguyễn Thị Danh|15081990|Nữ|Thôn 2, xã Mẫu|01012021"
OTHER = "058190054322|264987655|Nguyễn Thị Khác|15081990|Nữ|Thôn 2, xã Mẫu|01012021"
WORDS = ("f1_child", "F1 trẻ em", "trẻ em", "với mẹ", "264987654")
"""What the list says of the person; the tablet reads the number itself from the card."""

STORED = """async () => {
  const found = [];
  for (const {name} of await indexedDB.databases()) {
    const db = await new Promise((done, failed) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    for (const store of db.objectStoreNames) {
      const all = await new Promise((done, failed) => {
        const asking = db.transaction(store).objectStore(store).getAll();
        asking.onsuccess = () => done(asking.result);
        asking.onerror = () => failed(asking.error);
      });
      found.push(...all);
    }
    db.close();
  }
  return found.map((one) => JSON.stringify(one) ?? "");
}"""


def publish(served: Served, folder: Path) -> None:
    """The person is on the list from yesterday on, and the list is published."""
    today = datetime.now(VIETNAM).date()
    file = folder / "danh-sach.csv"
    file.write_text(
        "Số giấy tờ,Số CMND cũ,Họ tên,Diện,Xã,Từ,Đến,Ghi chú\n"
        "058190054321,264987654,Nguyễn Thị Danh,F1 trẻ em,2021/22738,"
        f"{today - timedelta(days=1)},{today + timedelta(days=9)},cách ly với mẹ\n",
        "utf-8",
    )
    chot("watchlist", "import", "--data", served.data, file)
    chot("watchlist", "publish", "--data", served.data)


def payloads(stored: list[str]) -> str:
    """What is stored, with the payloads of signed packs in clear."""
    text = []
    for one in stored:
        text.append(one)
        jws = (json.loads(one) if one.startswith("{") else {}).get("jws", "")
        for part in jws.split(".")[:2]:
            text.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8"))
    return "\n".join(text)


def drive_up(tablet: Tablet, card: str, name: str) -> None:
    """The driver of a truck with food, whom the rules in force let pass without more."""
    tablet.scan(card)
    expect(tablet.page.get_by_text(name)).to_be_visible()
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    tablet.choose_vehicle("Xe tải")
    tablet.enter_goods("Nông sản", "3", "tấn")


def test_a_listed_person_is_asked_further_without_a_network_and_without_a_word_why(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    publish(served, tmp_path)
    tablet = Tablet(browser(served.url))
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), badge)
    tablet.open_shift(served.pin)
    tablet.installed()
    wait_for(
        "the watchlist on the tablet",
        lambda: '"bucket_bits"' in payloads(tablet.page.evaluate(STORED)),
    )
    tablet.browser.context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")

    drive_up(tablet, OTHER, "Nguyễn Thị Khác")
    tablet.expect_verdict("CHO QUA", "Hàng ưu tiên")
    tablet.discard()

    drive_up(tablet, LISTED, "Nguyễn Thị Danh")
    tablet.expect_verdict("KIỂM TRA THÊM", "Cần kiểm tra thêm: hỏi chốt trưởng")
    shown = tablet.page.content()
    tablet.enter_plate("85C70001")
    tablet.act("Cho qua", override="Lệnh cấp trên")
    tablet.agree(served.badge(f"{CHECKPOINT}-truong"), served.pin)
    tablet.save()
    shown += tablet.page.content()
    tablet.expect_unsent(1)
    stored = payloads(tablet.page.evaluate(STORED))
    for word in WORDS:
        assert word not in shown
        assert word not in stored
    expect(tablet.page.get_by_text("Đã lưu").first).to_be_visible(timeout=PATIENCE_MS)

    tablet.browser.context.set_offline(False)
    tablet.send_now()
    tablet.expect_unsent(0)
    crossing = served.crossing(served.record(CHECKPOINT, "85C70001"))
    assert crossing.row.outcome == "refer"
    assert "list_check" in str(crossing.history)
