"""Searches, single crossings and reviews: purpose first, audit before the answer, roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.searches import LIFETIME_MS
from server.store.published import AuditEntry
from server.store.registered import UserRole
from tests.server.api.conftest import START_MS, World

SEARCHES = "/api/v1/searches"
DAY_MS = 86_400_000
TRACING = {
    "purpose": "tracing",
    "reference": {"request_number": "12/YC-TV"},
    "criteria": {"from_ms": START_MS - DAY_MS, "to_ms": START_MS + DAY_MS},
}


def crossings(world: World, *names: str) -> list[str]:
    """Records of one crossing a name, pushed and projected; all were turned back."""
    tablet = world.enrol()
    records = [tablet.crossing(name=name, plate=f"29C1234{at}") for at, name in enumerate(names)]
    assert world.sync(tablet, batch=tablet.batch()).status_code == 200
    world.project()
    return records


def opened(world: World, headers: dict[str, str], **sent: Any) -> str:
    answer = world.client.post(SEARCHES, json=TRACING | sent, headers=headers)
    assert answer.status_code == 201, answer.json
    return str(answer.get_json()["id"])


def audited(world: World) -> list[AuditEntry]:
    return [entry for _, entry in world.context.store.audited(0, 100)]


def test_search_opens_pages_and_is_audited_without_the_name(world: World) -> None:
    records = crossings(world, "Phạm Thị Thử", "Lê Văn Mẫu")
    headers = world.signed_in("reviewer")
    search = opened(world, headers, criteria={"name": "pham thi"})
    page = world.client.get(f"{SEARCHES}/{search}", headers=headers)
    assert page.status_code == 200
    assert [row["record"] for row in page.get_json()["rows"]] == [records[0]]
    assert page.get_json()["next"] == ""
    assert "Thử" not in page.text
    stated, looked = audited(world)[-2:]
    assert (stated.what, stated.purpose) == ("search", "tracing")
    assert stated.reference == "request_number=12/YC-TV"
    assert stated.details["used"] == ["name"]
    assert "pham" not in str(stated)
    assert (looked.what, looked.subject, looked.who) == ("search.page", search, "user-reviewer")


def test_crossing_opens_only_where_the_search_showed_it(world: World) -> None:
    shown, hidden = crossings(world, "Phạm Thị Thử", "Lê Văn Mẫu")
    headers = world.signed_in("reviewer")
    search = opened(world, headers, criteria={"name": "pham"})
    before = world.client.get(f"/api/v1/crossings/{shown}?search={search}", headers=headers)
    assert before.get_json()["code"] == "record.unknown"
    world.client.get(f"{SEARCHES}/{search}", headers=headers)
    whole = world.client.get(f"/api/v1/crossings/{shown}?search={search}", headers=headers)
    assert whole.status_code == 200
    assert whole.get_json()["people"]["1"]["name"] == "Phạm Thị Thử"
    assert whole.get_json()["row"]["flags"] == ["refused"]
    assert [one["kind"] for one in whole.get_json()["history"]] == ["crossing"]
    other = world.client.get(f"/api/v1/crossings/{hidden}?search={search}", headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (404, "record.unknown")
    last = audited(world)[-1]
    assert (last.what, last.subject, last.purpose) == ("crossing", shown, "tracing")


def test_review_is_written_and_closes_the_queue(world: World) -> None:
    (record,) = crossings(world, "Phạm Thị Thử")
    headers = world.signed_in("reviewer")
    queue = {"purpose": "review", "criteria": {"review": "open"}}
    search = opened(world, headers, **queue, reference={})
    assert len(world.client.get(f"{SEARCHES}/{search}", headers=headers).get_json()["rows"]) == 1
    assert world.client.get(f"/api/v1/crossings/{record}", headers=headers).status_code == 200
    sent = {"decision": "needs_check", "note": "Gọi lại cho chốt"}
    path = f"/api/v1/crossings/{record}/reviews"
    written = world.client.post(path, json=sent, headers=headers)
    assert written.status_code == 201
    assert written.get_json()["event"] == f"{world.context.store.server_id}:1"
    world.project()
    assert world.client.get(f"{SEARCHES}/{search}", headers=headers).get_json()["rows"] == []
    whole = world.client.get(f"/api/v1/crossings/{record}", headers=headers).get_json()
    assert whole["row"]["review"] == "needs_check"
    (review,) = whole["reviews"]
    assert review["officer"] == "user-reviewer"
    assert "Gọi lại cho chốt" in str(review["person"])


@pytest.mark.parametrize(
    ("purpose", "reference", "lacking"),
    [
        ("tracing", {}, ["reference/request_number"]),
        ("tracing", {"request_number": "  "}, ["reference/request_number"]),
        ("investigation", {"document_number": "7/QD"}, ["reference/document_date"]),
        ("shift_check", {}, ["reference/checkpoint", "reference/shift_date"]),
    ],
)
def test_purpose_needs_its_reference(
    world: World, purpose: str, reference: dict[str, str], lacking: list[str]
) -> None:
    headers = world.signed_in("reviewer")
    sent = {"purpose": purpose, "reference": reference, "criteria": {}}
    answer = world.client.post(SEARCHES, json=sent, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "search.purpose")
    assert [one["field"] for one in answer.get_json()["errors"]] == lacking
    assert audited(world) == []


def test_shift_check_sees_its_shift_only(world: World) -> None:
    tablet, other = world.enrol(), world.enrol("nt-ca-na")
    tablet.crossing()
    other.crossing()
    for one in (tablet, other):
        world.sync(one, batch=one.batch())
    world.project()
    headers = world.signed_in("reviewer")
    today = datetime.fromtimestamp(world.now_ms / 1000, UTC).astimezone() + timedelta(hours=7)
    reference = {"checkpoint": "hd-ql6", "shift_date": today.date().isoformat()}

    def found(date: str, criteria: dict[str, Any]) -> int:
        search = opened(
            world,
            headers,
            purpose="shift_check",
            reference=reference | {"shift_date": date},
            criteria=criteria,
        )
        rows = world.client.get(f"{SEARCHES}/{search}", headers=headers).get_json()["rows"]
        assert all(row["checkpoint"] == "hd-ql6" for row in rows)
        return len(rows)

    assert found(reference["shift_date"], {}) == 1
    assert found(reference["shift_date"], {"checkpoints": ["nt-ca-na"]}) == 1
    assert found("2021-08-15", {"from_ms": 0}) == 0


@pytest.mark.parametrize("role", ["admin", "community"])
def test_other_roles_do_not_search(world: World, role: UserRole) -> None:
    answer = world.client.post(SEARCHES, json=TRACING, headers=world.signed_in(role))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "auth.forbidden")


def test_command_sees_lists_and_no_persons(world: World) -> None:
    (record,) = crossings(world, "Phạm Thị Thử")
    headers = world.signed_in("command")
    search = opened(world, headers)
    assert len(world.client.get(f"{SEARCHES}/{search}", headers=headers).get_json()["rows"]) == 1
    answer = world.client.get(f"/api/v1/crossings/{record}?search={search}", headers=headers)
    assert answer.get_json()["code"] == "auth.forbidden"


@pytest.mark.parametrize("role", ["reviewer", "command"])
def test_a_wide_search_is_an_approvers(world: World, role: UserRole) -> None:
    week_ms = 7 * DAY_MS
    wide: list[dict[str, Any]] = [
        {},
        {"from_ms": START_MS - 365 * DAY_MS, "to_ms": START_MS},
        {"from_ms": START_MS - week_ms - 1, "to_ms": START_MS},
        {"from_ms": START_MS, "checkpoints": ["hd-ql6"], "outcomes": ["pass"]},
    ]
    narrow: list[dict[str, Any]] = [
        {"from_ms": START_MS - week_ms, "to_ms": START_MS},
        {"plate": "29A12345"},
    ]
    for criteria, code in [*((one, 403) for one in wide), *((one, 201) for one in narrow)]:
        sent = TRACING | {"criteria": criteria}
        answer = world.client.post(SEARCHES, json=sent, headers=world.signed_in(role))
        assert answer.status_code == code, criteria
        assert code == 201 or answer.get_json()["code"] == "search.wide"
        answer = world.client.post(SEARCHES, json=sent, headers=world.signed_in("approver"))
        assert answer.status_code == 201
    queue = {"purpose": "review", "criteria": {}}
    answer = world.client.post(SEARCHES, json=queue, headers=world.signed_in("reviewer"))
    assert answer.status_code == 201


def test_search_is_its_users_and_ends(world: World) -> None:
    headers = world.signed_in("reviewer")
    search = opened(world, headers)
    stranger = world.signed_in("approver")
    answer = world.client.get(f"{SEARCHES}/{search}", headers=stranger)
    assert answer.get_json()["code"] == "search.unknown"
    world.now_ms += LIFETIME_MS + 1
    late = world.signed_in("reviewer")
    answer = world.client.get(f"{SEARCHES}/{search}", headers=late)
    assert answer.get_json()["code"] == "search.unknown"


@pytest.mark.parametrize("key", ["nonsense", "5", "5.", f"{'9' * 30}.x", f"-{'9' * 30}.x", "1_0.x"])
def test_key_of_another_list_is_refused(world: World, key: str) -> None:
    crossings(world, "Phạm Thị Thử")
    headers = world.signed_in("reviewer")
    search = opened(world, headers)
    answer = world.client.get(f"{SEARCHES}/{search}?after={key}", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize(
    "criteria",
    [
        {"from_ms": "yesterday"},
        {"from_ms": -1},
        {"plate": "x" * 25},
        {"outcomes": ["perhaps"]},
        {"direction": "up"},
        {"checkpoints": ["x"] * 65},
        {"name": {"$ne": ""}},
    ],
)
def test_bad_criteria(world: World, criteria: dict[str, Any]) -> None:
    headers = world.signed_in("reviewer")
    answer = world.client.post(SEARCHES, json=TRACING | {"criteria": criteria}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "request.invalid")
    assert audited(world) == []
