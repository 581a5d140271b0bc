"""The conflict inbox of the console: one choice closes a conflict, and nothing is lost by it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.console import conflicts
from server.console.review import CATCH_UP_MS
from server.store.view_protocol import Criteria, CrossingWhole
from tests.server.console.conftest import Console, csrf_of, post
from tests.server.store.test_projector import digest

HOSTILE = '"><b onclick=x>'
QUIET = {"action": "passed", "verdict": {"outcome": "pass", "reasons": []}}


def disputed(console: Console, **changed: Any) -> str:
    """A crossing whose plate two officers read differently, else without anything to look at."""
    record = console.cross(**QUIET | changed)
    write(console, record, {"plate": {"read": "29C-123.46", "normal": "29C12346"}})
    console.projector.catch_up()
    return record


def write(console: Console, record: str, fields: dict[str, Any], **parts: Any) -> str:
    officer = parts.pop("user", "officer-2")
    person = parts.pop("person", None)
    return console.store.write(
        "crossing", record, "hd-ql6", officer, fields, person, console.now_ms, **parts
    )


def forms(page: str) -> list[dict[str, list[str]]]:
    """The fields of each form that asks for a choice; a name may stand several times."""
    found = []
    for form in re.findall(r"<form [^>]*/choices\".*?</form>", page, re.S):
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<(?:input|button)[^>]* name="(\w+)"(?: value="([^"]*)")?',
                                      form):  # fmt: skip
            fields.setdefault(name, []).append(html.unescape(value))
        found.append(fields)
    return found


def form_for(client: FlaskClient, record: str, path: str, name: str) -> dict[str, list[str]]:
    page = client.get(f"/console/crossings/{record}").text
    (form,) = [one for one in forms(page) if one["path"] == [path] and name in one]
    return form


def choose(
    client: FlaskClient, record: str, form: dict[str, list[str]], **given: str
) -> TestResponse:
    sent = {name: values[0] for name, values in form.items() if name not in ("choice", "typed")}
    return client.post(f"/console/crossings/{record}/choices", data=sent | given)


def whole(console: Console, record: str) -> CrossingWhole:
    found = console.store.crossing(record)
    assert found is not None
    return found


def in_tab(console: Console, client: FlaskClient) -> list[str]:
    return re.findall(r'<tr id="([^"]+)">', client.get("/console/?flag=conflict").text)


def test_r10_a_choice_closes_the_conflict_and_the_loser_stays_in_the_history(
    console: Console,
) -> None:
    record = disputed(console)
    client = console.sign_in("reviewer")
    assert in_tab(console, client) == [record]
    form = form_for(client, record, "plate", "choice")
    assert len(form["choice"]) == 2
    before = console.last_n()
    answer = choose(client, record, form, choice=form["choice"][0])
    assert (answer.status_code, answer.location) == (303, "/console/?told=resolved_next")
    assert console.last_n() == before + 1
    assert whole(console, record).conflicts == {}, "closed before the projector has seen it"
    assert in_tab(console, client) == []
    console.projector.catch_up()
    console.now_ms += CATCH_UP_MS + 1
    assert in_tab(console, client) == []
    found = whole(console, record)
    assert (found.row.plate, found.row.flags, found.row.review) == ("29C12345", (), "")
    assert [one.fields["plate"]["normal"] for one in found.history] == [
        "29C12345",
        "29C12346",
        "29C12345",
    ]
    assert found.history[-1].officer == "id-reviewer"
    assert found.history[-1].device == console.store.server_id
    rows, _ = console.store.search(Criteria(plate="29C12346"), "", 10)
    assert [row.record for row in rows] == [record]


def test_r10_the_choice_is_over_every_surviving_write_and_a_rebuild_agrees(
    console: Console,
) -> None:
    record = disputed(console)
    third = write(console, record, {"plate": {"read": "29C-123.45", "normal": "29C12345"}})
    console.projector.catch_up()
    client = console.sign_in("approver")
    form = form_for(client, record, "plate", "choice")
    assert third in form["choice"], "a value is named by the newest of its writes"
    choose(client, record, form, choice=third)
    console.projector.catch_up()
    followed = digest(console.store.config.view_path)
    console.projector.rebuild()
    assert digest(console.store.config.view_path) == followed
    assert whole(console, record).conflicts == {}


def test_equal_values_stand_once_with_everybody_who_wrote_them(console: Console) -> None:
    record = disputed(console)
    write(
        console, record, {"plate": {"read": "29C-123.46", "normal": "29C12346"}}, user="officer-3"
    )
    client = console.sign_in("reviewer")
    page = client.get(f"/console/crossings/{record}").text
    assert len(form_for(client, record, "plate", "choice")["choice"]) == 2
    asked = page[page.index("Xung đột chưa giải quyết") : page.index("Giá trị khác")]
    for said in ("officer-1", "officer-2", "officer-3", "23/11/2026 12:20:00, nhận 23/11/2026"):
        assert said in asked, said


def test_a_plate_that_nobody_read_right_can_be_typed(console: Console) -> None:
    record = disputed(console)
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "typed")
    assert choose(client, record, form, typed=" 29c-123.47 ").status_code == 303
    found = whole(console, record)
    assert found.conflicts == {}
    assert found.fields["plate"] == {
        "read": "29c-123.47",
        "normal": "29C12347",
        "candidates": ["car"],
    }


def test_a_conflict_about_a_person_is_closed_in_the_person_part(console: Console) -> None:
    record = console.cross(**QUIET)
    other = {"people": {"1": {"name": "Nguyễn Văn Thứ"}}}
    write(console, record, {}, person_items=other)
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    form = form_for(client, record, "people/1/name", "choice")
    assert choose(client, record, form, choice=form["choice"][1]).status_code == 303
    found = whole(console, record)
    assert (found.conflicts, found.people["1"]["name"]) == ({}, "Nguyễn Văn Thứ")
    assert found.history[-1].fields == {}
    assert found.history[-1].person == {"people/1/name": "Nguyễn Văn Thứ"}
    entry = console.audit()[-1]
    assert (entry.who, entry.what, entry.subject) == ("id-reviewer", "conflict", record)
    assert entry.details == {"path": "people/1/name"}
    assert "Nguyễn" not in repr(console.audit())


def test_item_fields_of_the_body_are_closed_in_the_body(console: Console) -> None:
    record = console.cross(**QUIET)
    for seal in ("A-1", "A-2"):
        write(console, record, {}, items={"goods": {"1": {"seal": seal}}})
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    form = form_for(client, record, "goods/1/seal", "choice")
    choose(client, record, form, choice=form["choice"][0])
    found = whole(console, record)
    assert (found.conflicts, found.goods["1"]["seal"]) == ({}, "A-1")
    assert found.history[-1].fields == {"goods/1/seal": "A-1"}


def test_r7_what_a_policy_settled_is_shown_with_its_losers_and_asks_nobody(
    console: Console,
) -> None:
    record = console.cross(wait_s=30)
    write(console, record, {"wait_s": 90})
    client = console.sign_in("reviewer")
    page = client.get(f"/console/crossings/{record}").text
    chosen = page[page.index("Khác nhau, hệ thống đã tự chọn") :]
    assert re.search(r"<b>30 giây</b><br>.*<b>90 giây</b> <span[^>]*>đang hiển thị", chosen, re.S)
    assert forms(page) == []
    assert whole(console, record).conflicts == {}


def test_r10_somebody_else_was_faster_and_nothing_is_written(console: Console) -> None:
    record = disputed(console)
    one, two = console.sign_in("reviewer"), console.sign_in("approver")
    form = form_for(one, record, "plate", "choice")
    choose(two, record, form, choice=form["choice"][0],
           csrf=csrf_of(two))  # fmt: skip
    before = console.last_n()
    answer = choose(one, record, form, choice=form["choice"][1])
    assert answer.status_code == 409
    assert "Chưa ghi gì" in answer.text
    assert forms(answer.text) == []
    assert console.last_n() == before


def test_r10_a_tablet_wrote_meanwhile_and_the_page_shows_the_new_value(console: Console) -> None:
    record = disputed(console)
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "choice")
    write(console, record, {"plate": {"read": "29C-123.99", "normal": "29C12399"}})
    before = console.last_n()
    answer = choose(client, record, form, choice=form["choice"][0])
    assert answer.status_code == 409
    assert "29C-123.99" in answer.text
    assert console.last_n() == before
    (choices, _) = forms(answer.text)
    assert choose(client, record, choices, choice=choices["choice"][2]).status_code == 303
    assert whole(console, record).fields["plate"]["normal"] == "29C12399"


def test_r7_a_reviewer_outranks_every_officer_and_the_feed_says_so(console: Console) -> None:
    record = console.cross(**QUIET, override={"reason": "emergency", "by": "officer-1"})
    write(console, record, {"override": {"reason": "other", "by": "officer-2"}})
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    form = form_for(client, record, "override", "choice")
    choose(client, record, form, choice=form["choice"][0])
    events = console.store.pull(["hd-ql6"], 0, 100, persons=False).events
    assert [one.authority for one in events] == [0, 0, 3]


def test_a_crossing_with_another_reason_stays_on_the_screen(console: Console) -> None:
    record = disputed(console, action="turned_back")
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "choice")
    answer = choose(client, record, form, choice=form["choice"][0])
    console.projector.catch_up()
    assert answer.location == f"/console/crossings/{record}?told=resolved"
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Đã ghi lựa chọn của bạn." in page.text


def test_hostile_values_are_shown_as_text_and_chosen_as_they_are(console: Console) -> None:
    record = console.cross(**QUIET, plate={"read": HOSTILE, "normal": "X1"})
    write(console, record, {"plate": {"read": "<i>", "normal": "X2"}})
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    page = client.get(f"/console/crossings/{record}").text
    assert HOSTILE not in page
    assert "<i>" not in page.replace('<i aria-hidden="true">', "")
    form = form_for(client, record, "plate", "choice")
    choose(client, record, form, choice=form["choice"][0])
    assert whole(console, record).fields["plate"]["read"] == HOSTILE


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "voided'; DROP TABLE events"},
        {"path": ""},
        {"path": "x/" * 50},
        {"choice": "01a20000-0000-7000-8000-000000000000:1"},
        {"choice": "", "typed": "***"},
        {"choice": "", "typed": "29C1" * 7},
        {"choice": ""},
    ],
    ids=repr,
)
def test_a_choice_that_is_none_writes_nothing(console: Console, wrong: dict[str, str]) -> None:
    record = disputed(console)
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "choice")
    before = console.last_n()
    answer = choose(client, record, form, **{"choice": form["choice"][0]} | wrong)
    assert answer.status_code == 422
    assert console.last_n() == before


def test_a_value_is_never_typed_where_only_a_plate_may_be(console: Console) -> None:
    record = console.cross(**QUIET)
    write(console, record, {"direction": "out"})
    client = console.sign_in("reviewer")
    console.projector.catch_up()
    form = form_for(client, record, "direction", "choice")
    before = console.last_n()
    assert choose(client, record, form, typed="in").status_code == 422
    assert console.last_n() == before


def test_without_the_token_of_the_session_nothing_is_chosen(console: Console) -> None:
    record = disputed(console)
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "choice")
    before = console.last_n()
    answer = choose(client, record, form, choice=form["choice"][0], csrf="")
    assert answer.status_code == 403
    assert console.last_n() == before


@pytest.mark.parametrize("role", ["command", "community", "admin"])
def test_only_reviewers_choose(console: Console, role: Any) -> None:
    record = disputed(console)
    before = console.last_n()
    url = f"/console/crossings/{record}/choices"
    assert post(console.sign_in(role), url, {"path": "plate"}).status_code == 403
    assert console.last_n() == before


def test_r10_more_writes_than_one_event_may_name_are_closed_all_the_same(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "MAX_OVER", 2)
    record = disputed(console)
    for last in range(5):
        write(console, record, {"plate": {"read": f"29C-00{last}", "normal": f"29C00{last}"}})
    console.projector.catch_up()
    client = console.sign_in("reviewer")
    form = form_for(client, record, "plate", "choice")
    assert len(form["choice"]) == 7
    assert choose(client, record, form, choice=form["choice"][0]).status_code == 303
    found = whole(console, record)
    assert (found.conflicts, found.fields["plate"]["normal"]) == ({}, "29C12345")
