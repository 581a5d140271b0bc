"""Shifts on the console: who is on duty, where nobody is, what was asked, and an answer to it."""

from __future__ import annotations

from typing import Any

import pytest

from server.console.times import HOUR_MS
from sync.encoding import uuid7
from tests.server.console.conftest import Console, post

LEAD, OFFICER = "hd-an", "hd-binh"
ROSTER = {"1": {"officer": LEAD, "duty": "lead"}, "2": {"duty": "traffic"}}


def begin(console: Console, place: str = "hd-ql6", **fields: Any) -> str:
    """A shift opened now, for six hours; its record."""
    record = uuid7(console.now_ms, len(console.made).to_bytes(10, "big"))
    opened = {"opened": console.now_ms, "due": console.now_ms + 6 * HOUR_MS, "lead": LEAD}
    console.store.write(
        kind="shift",
        record=record,
        home=place,
        user=OFFICER,
        fields=opened | fields,
        person=None,
        now_ms=console.now_ms,
        items={"roster": ROSTER},
        person_items={"roster": {"2": {"name": "Dân quân Thử"}}},
    )
    console.made.append(record)
    console.projector.catch_up()
    return record


def ask(console: Console, record: str, item: str = "1") -> None:
    asked = {"about": "papers", "of": "duty", "asked_by": OFFICER, "asked": console.now_ms}
    console.store.write(
        kind="shift",
        record=record,
        home="hd-ql6",
        user=OFFICER,
        fields={},
        person=None,
        now_ms=console.now_ms,
        items={"consults": {item: asked | {"plate": "29C12345"}}},
        person_items={"consults": {item: {"question": "Giấy hết hạn hôm qua?"}}},
    )
    console.projector.catch_up()


def test_checkpoints_without_a_shift_come_before_those_with_one(console: Console) -> None:
    begin(console)
    page = console.sign_in("command").get("/console/shifts").text
    assert page.index("Chốt Cà Ná") < page.index("Chốt Quốc lộ 6")
    assert page.count("chưa có ca nào nhận") == 1
    assert {one.what for one in console.audit()} >= {"shifts"}
    console.now_ms += 7 * HOUR_MS
    assert "quá giờ giao ca" in console.sign_in("admin").get("/console/shifts").text
    begin(console)
    assert "hai ca cùng mở" in console.sign_in("admin").get("/console/shifts").text


def test_a_shift_shows_its_people_figures_and_note(console: Console) -> None:
    record = begin(console, checked=["site"])
    counts = {"crossings": 214, "turned_back": 22, "unsent": 3}
    end = {"closed": console.now_ms + HOUR_MS, "counts": counts, "handed_to": OFFICER}
    note = {"note": "Đèn số 2 hỏng"}
    console.store.write("shift", record, "hd-ql6", OFFICER, end, note, console.now_ms)
    console.projector.catch_up()
    page = console.sign_in("reviewer").get(f"/console/shifts/{record}").text
    assert "Dân quân Thử" in page
    assert "Đèn số 2 hỏng" in page
    assert "<dd>214</dd>" in page
    rows, _ = console.store.shifts((), "", 10)
    assert [(one.record, one.crossings, one.members) for one in rows] == [(record, 214, 2)]
    assert console.store.running_shifts(0) == []


def test_a_question_is_answered_once_by_whoever_may_decide(console: Console) -> None:
    record = begin(console)
    ask(console, record)
    answer = {"item": "1", "decision": "passed", "words": "Cho qua lần này"}
    url = f"/console/shifts/{record}/answers"
    assert post(console.sign_in("reviewer"), url, answer).status_code == 403
    command = console.sign_in("command")
    assert "Giấy hết hạn hôm qua?" in command.get(f"/console/shifts/{record}").text
    assert console.store.running_shifts(0)[0].waiting == 1
    assert post(command, url, answer).status_code == 303
    console.projector.catch_up()
    found = console.store.shift(record)
    assert found is not None
    said = found.consults["1"]
    assert (said["decision"], said["decided_by"]) == ("passed", "id-command")
    assert (said["answer"], said["answered_by"]) == ("Cho qua lần này", "Người command")
    assert found.row.waiting == 0
    assert post(command, url, answer | {"decision": "turned_back"}).status_code == 409
    last = console.store.shift(record)
    assert last is not None
    assert last.consults["1"]["decision"] == "passed"


@pytest.mark.parametrize(
    "changed",
    [
        {"item": "x"},
        {"item": "9"},
        {"decision": "perhaps"},
        {"words": "a" * 301},
        {"words": "\x00"},
    ],
)
def test_an_answer_that_is_none_is_refused(console: Console, changed: dict[str, str]) -> None:
    record = begin(console)
    ask(console, record)
    answer = {"item": "1", "decision": "passed", "words": ""} | changed
    got = post(console.sign_in("command"), f"/console/shifts/{record}/answers", answer)
    assert got.status_code in (404, 422)


def test_a_rebuilt_view_has_the_same_shifts(console: Console) -> None:
    record = begin(console)
    ask(console, record)
    before = console.store.shifts((), "", 10)
    console.projector.rebuild()
    assert console.store.shifts((), "", 10) == before
    assert before[0][0].asked == 1
