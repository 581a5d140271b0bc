"""The duty desk learns whether one person is listed: by number, with who asks, audited."""

from __future__ import annotations

from server.store.published import AuditEntry
from server.store.watch_protocol import WatchEntry
from tests.server.console.conftest import NOON_MS, Console, post

DAY_MS = 86_400_000
NUMBER = "058190012345"
ASKED = {"id_number": "058 190 012 345", "reference": "chốt Cà Ná, 14:05"}


def put(console: Console, until_ms: int) -> None:
    entry = WatchEntry(
        "01", "f1_child", NUMBER, "Bé Mẫu", "2021/22738", NOON_MS - DAY_MS, until_ms, NOON_MS,
        note="cách ly với mẹ",
    )  # fmt: skip
    console.store.change_watch([entry], [], AuditEntry(NOON_MS, "cli", "watchlist.import"))


def test_a_listed_person_is_named_with_until_when_and_not_with_what(console: Console) -> None:
    put(console, NOON_MS + 5 * DAY_MS)
    client = console.sign_in("command")
    page = post(client, "/console/watchlist", ASKED).text
    assert "Bé Mẫu" in page and "2026-11-28" in page
    for secret in ("f1", "trẻ em", "mẹ", NUMBER):
        assert secret not in page
    entry = console.audit()[-1]
    assert (entry.who, entry.what) == ("id-command", "watchlist.check")
    assert (entry.purpose, entry.reference) == (
        "checkpoint_call",
        "request_number=chốt Cà Ná, 14:05",
    )
    log = console.sign_in("admin").get("/console/audit").text
    assert "Trả lời chốt" in log and "chốt Cà Ná, 14:05" in log
    assert not any(NUMBER in str(one) for one in console.audit())


def test_a_stranger_or_somebody_whose_time_is_over_is_not_listed(console: Console) -> None:
    put(console, NOON_MS)
    client = console.sign_in("reviewer")
    assert "Không có trong danh sách" in post(client, "/console/watchlist", ASKED).text
    other = ASKED | {"id_number": "058190012346"}
    assert "Không có trong danh sách" in post(client, "/console/watchlist", other).text


def test_without_a_whole_number_or_who_asks_nothing_is_answered(console: Console) -> None:
    put(console, NOON_MS + DAY_MS)
    client = console.sign_in("approver")
    for wrong in ({"reference": "  "}, {"id_number": "0581900*2345"}, {"id_number": ""}):
        answer = post(client, "/console/watchlist", ASKED | wrong)
        assert answer.status_code == 422
        assert "Bé Mẫu" not in answer.text
    assert not any(one.what == "watchlist.check" for one in console.audit())


def test_command_sees_counts_and_nobody(console: Console) -> None:
    put(console, NOON_MS + DAY_MS)
    client = console.sign_in("command")
    counts = "/console/watchlist/counts"
    assert post(client, counts, {"reference": " "}).status_code == 422
    page = post(client, counts, {"reference": "BC 23/11"}).text
    assert "F1 dưới 5 tuổi" in page and page.count("2021/22738") == 1
    assert "Bé Mẫu" not in page and NUMBER not in page
    entry = console.audit()[-1]
    assert (entry.what, entry.purpose) == ("watchlist.steering", "report")
    assert "/watchlist/counts" not in console.sign_in("reviewer").get("/console/watchlist").text


def test_a_relay_says_that_it_has_no_list(console: Console) -> None:
    console.store.put_relay_state({"server": "x"})
    page = console.sign_in("command").get("/console/watchlist").text
    assert "Danh sách chỉ có ở máy chủ gốc." in page and "<form" not in page.split("<main")[-1]
