"""The ledger itself: it counts each thing that can be wrong with a crossing, and names it."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from server.store.log.log_schema import ACCEPTED
from sync.chain import event_hash, genesis
from tests.e2e.outbox.ledger import Stored, compare
from tests.e2e.outbox.story import Day

pytestmark = pytest.mark.quick


def stored(seq: int, plate: str, name: str) -> Stored:
    people = {"people": {"1": {"name": name}}}
    person = json.dumps({"salt": "s", "set": {}, "items": people}, ensure_ascii=False)
    body = json.dumps({"record": f"r-{plate}", "set": {"plate": {"normal": plate}}})
    return Stored(seq, ACCEPTED, body, hashlib.sha256(person.encode()).digest(), person)


LOG = [stored(1, "85C00001", "Nguyễn Thử"), stored(2, "85C00002", "Lê Mẫu 🚚")]


def day() -> Day:
    """Two crossings, shown, acknowledged and stored."""
    one = Day("seed", names={"85C00001": "Nguyễn Thử", "85C00002": "Lê Mẫu 🚚"})
    for plate in one.names:
        one.say("pressed", plate)
        one.say("shown", plate)
    hashes = []
    current = genesis("d")
    for row in LOG:
        current = event_hash(current, row.body, row.commitment)
        hashes.append(current.hex())
    events = [{"seq": row.seq, "hash": one} for row, one in zip(LOG, hashes, strict=True)]
    one.receipted = 2
    one.tablet = {"device": "d", "head": 2, "acked": 2, "events": events}
    return one


def test_a_good_day_balances() -> None:
    ledger, wrong = compare(day(), {"d": LOG})
    assert dataclasses.astuple(ledger) == (2, 2, 2, 2, 0, 0, 0)
    assert ledger.good
    assert wrong == []


def test_what_was_shown_or_acknowledged_and_is_not_stored_is_lost() -> None:
    ledger, wrong = compare(day(), {"d": LOG[:1]})
    assert ledger.lost == len(wrong) == 3
    assert not ledger.good
    one = day()
    one.tablet["acked"], one.receipted = 0, 2
    assert "acknowledged 2" in "".join(compare(one, {"d": LOG[:1]})[1])


def test_one_press_that_became_two_crossings_is_doubled() -> None:
    again = dataclasses.replace(LOG[1], seq=3)
    ledger, wrong = compare(day(), {"d": [*LOG, again]})
    assert ledger.doubled == 1
    assert "doubled: crossing 85C00002" in "".join(wrong)


def test_an_event_stored_twice_or_on_a_second_branch_is_doubled() -> None:
    assert compare(day(), {"d": [*LOG, LOG[0]]})[0].doubled == 2
    assert compare(day(), {"d": LOG, "d-b1": LOG[:1]})[0].doubled == 1


def test_a_text_that_changed_on_its_way_is_altered() -> None:
    body = dataclasses.replace(LOG[0], body=LOG[0].body.replace("r-", "x-"))
    assert compare(day(), {"d": [body, LOG[1]]})[0].altered == 1
    person = dataclasses.replace(LOG[0], person=LOG[1].person)
    assert compare(day(), {"d": [person, LOG[1]]})[0].altered == 2


def test_an_undo_that_was_shown_has_to_be_in_the_log() -> None:
    one = day()
    one.say("undone", "85C00001")
    assert "shown as undone 85C00001" in "".join(compare(one, {"d": LOG})[1])
