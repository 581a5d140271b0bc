"""Search: purpose first, nothing personal in a URL or a log, every page audited."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from server.searches import LIFETIME_MS
from tests.server.console.conftest import Console, post
from tests.server.console.test_review import shown

TRACING = {"purpose": "tracing", "request_number": "15/YC-CDC"}


def search(console: Console, form: dict[str, Any], role: Any = "reviewer") -> tuple[Any, str]:
    """(client, address of the results)."""
    client = console.sign_in(role)
    answer = post(client, "/console/searches", form)
    assert answer.status_code == 303, answer.text
    return client, str(answer.location)


def test_a_search_without_purpose_is_refused_with_a_clear_sentence(console: Console) -> None:
    client = console.sign_in("reviewer")
    before = len(console.audit())
    answer = post(client, "/console/searches", {"plate": "123"})
    assert answer.status_code == 422
    assert "Mỗi lượt tra cứu phải có mục đích và căn cứ" in answer.text
    assert 'value="123"' in answer.text
    assert len(console.audit()) == before


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"purpose": "tracing"}, "Truy vết: hãy nhập số yêu cầu."),
        ({"purpose": "shift_check"}, "Đối soát ca trực: hãy chọn chốt."),
        (
            {"purpose": "shift_check", "checkpoint": "hd-ql6"},
            "Đối soát ca trực: hãy nhập ngày trực.",
        ),
        ({"purpose": "investigation", "document_number": "7"}, "hãy nhập ngày văn bản."),
        ({"purpose": "tracing", "request_number": "anh Nguyễn"}, "Ghi đúng số hiệu"),
        ({"purpose": "tracing", "request_number": "7 document_date=1"}, "Ghi đúng số hiệu"),
        ({"purpose": "curiosity"}, "Chưa chọn mục đích."),
        ({"purpose": "review"}, "Chưa chọn mục đích."),
    ],
)
def test_each_purpose_needs_its_reference(
    console: Console, form: dict[str, str], sentence: str
) -> None:
    answer = post(console.sign_in("reviewer"), "/console/searches", form | {"plate": "123"})
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize(
    "criteria",
    [
        {"plate": "c-123"},
        {"plate": "29"},
        {"name": "nguyen thu"},
        {"id_number": "0123"},
        {"id_number": "001090000123"},
        {"phone": "0912 345 678"},
        {"from": "2026-11-23T12:19", "to": "2026-11-23T12:21"},
        {"plate": "123", "outcomes": "turn_back", "actions": "turned_back", "direction": "in"},
        {"plate": "123", "checkpoints": ["nt-ca-na", "hd-ql6"]},
    ],
)
def test_criteria_find_the_crossing(console: Console, criteria: dict[str, Any]) -> None:
    record = console.cross()
    client, url = search(console, TRACING | criteria)
    page = client.get(url).text
    assert shown(page) == [record]
    assert "15/YC-CDC" in page


@pytest.mark.parametrize(
    "criteria",
    [
        {"plate": "999"},
        {"name": "tran"},
        {"id_number": "9999"},
        {"plate": "123", "direction": "out"},
        {"plate": "123", "checkpoints": "nt-ca-na"},
        {"from": "2026-11-23T12:21", "to": "2026-11-23T12:30"},
    ],
)
def test_criteria_leave_out_what_does_not_match(console: Console, criteria: dict[str, Any]) -> None:
    console.cross()
    client, url = search(console, TRACING | criteria)
    page = client.get(url).text
    assert shown(page) == []
    assert "Không có lượt nào khớp" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "yesterday"},
        {"from": "2026-11-23T12:00", "to": "2026-11-23T11:00"},
        {"plate": "!"},
        {"name": "x" * 65},
        {"checkpoints": "elsewhere"},
        {"outcomes": "perhaps"},
        {"direction": "up"},
    ],
)
def test_bad_criteria_are_named_and_nothing_is_searched(
    console: Console, wrong: dict[str, str]
) -> None:
    client = console.sign_in("reviewer")
    answer = post(client, "/console/searches", TRACING | {"plate": "123"} | wrong)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert "search" not in [one.what for one in console.audit()]


def test_a_wide_search_needs_an_approver(console: Console) -> None:
    console.cross()
    answer = post(console.sign_in("reviewer"), "/console/searches", TRACING)
    assert answer.status_code == 422
    assert "Phạm vi quá rộng" in answer.text
    client, url = search(console, TRACING, "approver")
    assert len(shown(client.get(url).text)) == 1


def test_a_shift_check_sees_its_checkpoint_and_shift_only(console: Console) -> None:
    record = console.cross()
    shift = {"purpose": "shift_check", "checkpoint": "hd-ql6", "shift_date": "2026-11-23"}
    client, url = search(console, shift)
    assert shown(client.get(url).text) == [record]
    for other in ({"checkpoint": "nt-ca-na"}, {"shift_date": "2026-11-21"}):
        client, url = search(console, shift | other | {"checkpoints": "hd-ql6"})
        assert shown(client.get(url).text) == []


def test_nothing_personal_is_in_an_address_an_audit_entry_or_a_log(
    console: Console, caplog: pytest.LogCaptureFixture
) -> None:
    record = console.cross()
    asked = {"name": "nguyen thu", "plate": "12345", "id_number": "0123", "phone": "0912345678"}
    with caplog.at_level(logging.DEBUG):
        client, url = search(console, TRACING | asked)
        page = client.get(url).text
        opened = re.search(rf'href="([^"]*{record}[^"]*)"', page)
        assert opened
        address = opened[1].replace("&amp;", "&")
        assert "Nguyễn Văn Thử" in client.get(address).text
    for text in (url, address, caplog.text, repr(console.audit())):
        for value in ("nguyen", "Nguyễn", "12345", "0123", "0912345678"):
            assert value not in text.replace(record, "").replace(url.rsplit("/", 1)[1], "")


def test_each_page_and_each_crossing_opened_is_audited_with_purpose_and_reference(
    console: Console,
) -> None:
    record = console.cross(action="passed", verdict={"outcome": "pass", "reasons": []})
    client, url = search(console, TRACING | {"plate": "123"})
    search_id = url.rsplit("/", 1)[1]
    client.get(url)
    client.get(f"/console/crossings/{record}?search={search_id}")
    entries = [one for one in console.audit() if one.what != "sign_in"]
    assert [(one.what, one.subject) for one in entries] == [
        ("search", search_id),
        ("search.page", search_id),
        ("crossing", record),
    ]
    assert {one.purpose for one in entries} == {"tracing"}
    assert {one.reference for one in entries} == {"request_number=15/YC-CDC"}


def test_a_search_opens_only_what_it_has_shown(console: Console) -> None:
    first = console.cross(action="passed", verdict={"outcome": "pass", "reasons": []})
    client, url = search(console, TRACING | {"plate": "999"})
    client.get(url)
    answer = client.get(f"/console/crossings/{first}?search={url.rsplit('/', 1)[1]}")
    assert answer.status_code == 404


def test_a_search_is_its_users_own_and_lapses(console: Console) -> None:
    console.cross()
    client, url = search(console, TRACING | {"plate": "123"})
    assert console.sign_in("approver").get(url).status_code == 404
    console.now_ms += LIFETIME_MS - 1_000
    console.store.put_user(next(u for u in console.store.users() if u.login == "reviewer"))
    answer = console.sign_in("reviewer").get(url)
    assert answer.status_code == 200
    console.now_ms += 2_000
    answer = console.sign_in("reviewer").get(url)
    assert answer.status_code == 404
    assert "đã hết hạn" in answer.text
    assert client is not None


def test_a_review_from_a_search_goes_back_to_its_results(console: Console) -> None:
    record = console.cross()
    client, url = search(console, TRACING | {"plate": "123"})
    client.get(url)
    search_id = url.rsplit("/", 1)[1]
    page = client.get(f"/console/crossings/{record}?search={search_id}").text
    assert f'href="{url}#{record}"' in page
    answer = post(
        client,
        f"/console/crossings/{record}/reviews",
        {"decision": "seen", "search": search_id},
    )
    assert answer.location == f"{url}?told=seen#{record}"
    assert "Đã ghi: Đã xem." in client.get(answer.location.split("#")[0]).text
