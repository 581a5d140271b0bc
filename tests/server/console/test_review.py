"""The queue and the crossing page: look, decide, go on."""

from __future__ import annotations

import re

import pytest

from server.console import review as review_page
from server.console.review import CATCH_UP_MS
from tests.server.console.conftest import Console, post

HOSTILE = '<script>alert("x")</script>'


def shown(page: str) -> list[str]:
    """The records of a list, in the order of the page."""
    return re.findall(r'<tr id="([^"]+)">', page)


def test_a_review_writes_one_event_and_the_crossing_leaves_the_queue(console: Console) -> None:
    record = console.cross()
    client = console.sign_in("reviewer")
    assert shown(client.get("/console/").text) == [record]
    before = console.last_n()
    answer = post(
        client,
        f"/console/crossings/{record}/reviews",
        {"decision": "needs_check", "note": "gọi lại chốt"},
    )
    assert answer.status_code == 303
    assert console.last_n() == before + 1
    assert shown(client.get("/console/").text) == []
    console.projector.catch_up()
    console.now_ms += CATCH_UP_MS + 1
    assert shown(client.get("/console/").text) == []
    whole = console.store.crossing(record)
    assert whole is not None
    assert [one.fields["decision"] for one in whole.reviews] == ["needs_check"]
    assert [one.officer for one in whole.reviews] == ["id-reviewer"]
    page = client.get(f"/console/crossings/{record}").text
    assert "gọi lại chốt" in page
    assert "Người reviewer" in page


def test_after_a_review_the_next_older_crossing_comes_up_and_then_the_queue(
    console: Console,
) -> None:
    older, newer = console.cross(), console.cross()
    client = console.sign_in("reviewer")
    url = f"/console/crossings/{newer}/reviews"
    answer = post(client, url, {"decision": "seen", "flag": "refused"})
    assert answer.location == f"/console/crossings/{older}?flag=refused&told=seen"
    assert "Đã ghi: Đã xem." in client.get(answer.location).text
    answer = post(client, f"/console/crossings/{older}/reviews", {"decision": "seen"})
    assert answer.location == "/console/?told=seen"
    assert "Không còn lượt nào cần xem" in client.get(answer.location).text


def test_the_newest_stands_first_and_pages_follow_by_key(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [console.cross() for _ in range(5)]
    client = console.sign_in("reviewer")
    monkeypatch.setattr(review_page, "PAGE_ROWS", 2)
    seen: list[str] = []
    url: str | None = "/console/"
    while url:
        page = client.get(url).text
        assert len(shown(page)) <= 2
        seen += shown(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        url = following[1].replace("&amp;", "&") if following else None
    assert seen == records[::-1]


def test_tabs_filter_by_flag_and_count_what_is_open(console: Console) -> None:
    refused = console.cross()
    other = console.cross(action="passed", override={"reason": "emergency", "by": "lead-1"})
    console.cross(action="passed", verdict={"outcome": "pass", "reasons": []})
    client = console.sign_in("reviewer")
    assert shown(client.get("/console/").text) == [other, refused]
    assert shown(client.get("/console/?flag=refused").text) == [refused]
    page = client.get("/console/?flag=override").text
    assert shown(page) == [other]
    assert re.findall(r"<b>(\d+)</b></a>", page) == ["2", "1", "1", "0", "0", "0"]


def test_a_place_that_is_none_is_refused(console: Console) -> None:
    client = console.sign_in("reviewer")
    assert client.get("/console/?flag=everything").status_code == 422
    for key in ("x" * 200, "abc", "1.2.3'--"):
        assert client.get("/console/", query_string={"after": key}).status_code in (200, 422)
    assert client.get("/console/?after=abc").status_code == 422


def test_a_crossing_shows_people_goods_reasons_and_history(console: Console) -> None:
    record = console.cross(
        override={"reason": "emergency", "by": "officer-1", "approved_by": "lead-1"},
        expected_headcount=40,
        sampled=True,
    )
    page = console.sign_in("reviewer").get(f"/console/crossings/{record}").text
    for said in (
        "Nguyễn Văn Thử",
        "001090000123",
        "0912345678",
        "29C-123.45",
        "Lương thực, thực phẩm",
        "2.5 tấn",
        "Mã PC-Covid: Tự khai, chưa có chữ ký tin cậy (mã không có chữ ký)",
        "Cấp cứu, khẩn cấp",
        "chốt trưởng duyệt: lead-1",
        "Theo danh sách",
        "Chọn ngẫu nhiên",
        "Quay đầu",
        "Chốt Quốc lộ 6",
        "Lịch sử",
        "23/11/2026 12:20:00",
    ):
        assert said in page, said


def test_a_conflict_shows_all_values_and_who_wrote_them(console: Console) -> None:
    record = console.cross()
    for officer, plate in (("officer-2", "29C-123.46"), ("officer-3", "29C-123.47")):
        console.store.write(
            kind="crossing",
            record=record,
            home="hd-ql6",
            user=officer,
            fields={"plate": {"read": plate, "normal": plate.replace("-", "").replace(".", "")}},
            person=None,
            now_ms=console.now_ms,
        )
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    assert shown(client.get("/console/?flag=conflict").text) == [record]
    page = client.get(f"/console/crossings/{record}").text
    conflicts = page[page.index("Xung đột chưa giải quyết") :]
    for said in ("29C-123.45", "29C-123.46", "29C-123.47", "officer-1", "officer-2", "officer-3"):
        assert said in conflicts


def test_hostile_text_is_shown_and_never_run(console: Console) -> None:
    record = console.cross(
        name=HOSTILE, plate={"read": HOSTILE[:24], "normal": "29C12345"}, lane=HOSTILE[:32]
    )
    client = console.sign_in("reviewer")
    post(client, f"/console/crossings/{record}/reviews", {"decision": "seen", "note": HOSTILE})
    console.projector.catch_up()
    for page in (client.get("/console/").text, client.get(f"/console/crossings/{record}").text):
        assert "<script" not in page
    assert "&lt;script&gt;" in client.get(f"/console/crossings/{record}").text


def test_every_look_is_an_audit_entry_with_its_purpose(console: Console) -> None:
    record = console.cross()
    client = console.sign_in("reviewer")
    before = len(console.audit())
    client.get("/console/")
    client.get(f"/console/crossings/{record}")
    post(client, f"/console/crossings/{record}/reviews", {"decision": "seen"})
    entries = console.audit()[before:]
    assert [(one.who, one.what, one.subject, one.purpose) for one in entries] == [
        ("id-reviewer", "queue", "", "review"),
        ("id-reviewer", "crossing", record, "review"),
        ("id-reviewer", "review", record, "review"),
    ]
    assert "Nguyễn" not in repr(entries)
    assert "29C" not in repr(entries)


def test_what_needs_no_review_is_not_opened_without_a_search(console: Console) -> None:
    record = console.cross(action="passed", verdict={"outcome": "pass", "reasons": []})
    client = console.sign_in("reviewer")
    before = console.last_n()
    answer = client.get(f"/console/crossings/{record}")
    assert answer.status_code == 422
    assert "search.purpose" in answer.text
    assert "Nguyễn Văn Thử" not in answer.text
    answer = post(client, f"/console/crossings/{record}/reviews", {"decision": "seen"})
    assert answer.status_code == 422
    assert console.last_n() == before


def test_a_decision_that_is_none_writes_nothing(console: Console) -> None:
    record = console.cross()
    client = console.sign_in("reviewer")
    before = console.last_n()
    url = f"/console/crossings/{record}/reviews"
    for form in ({"decision": "deleted"}, {}, {"decision": "seen", "note": "x" * 1001}):
        assert post(client, url, form).status_code == 422
    assert post(client, "/console/crossings/none/reviews", {"decision": "seen"}).status_code == 404
    assert console.last_n() == before


def test_a_crossing_no_device_knows_is_not_found(console: Console) -> None:
    client = console.sign_in("reviewer")
    for record in ("01a20000-0000-7000-8000-000000000000", "x", "01a2000"):
        assert client.get(f"/console/crossings/{record}").status_code == 404
