"""What a page is written as is JSON, whatever stands in the stored texts."""

from __future__ import annotations

import json
from typing import Any

from server.feed_text import runs_text
from server.store.protocol import PulledEvent
from sync.chain import NO_PERSON, commitment, event_hash
from sync.encoding import to_base64url
from sync.runs import MAX_RUN_EVENTS, Given, read_run

BODY = '{"set":{"note":"“Đ”\\n\\u0000\\ud83d"},"x":"\x7f\u2028😀"}'
PLAIN = PulledEvent(
    7, "d-1", 3, bytes(range(32)), BODY, None, NO_PERSON, "s-1", 5, "accepted", 0, 0
)
HEAD = {"n": 7, "device": "d-1", "first": 3, "bodies": [BODY], "server": "s-1", "received": 5}
SENT = HEAD | {"previous": to_base64url(PLAIN.previous), "ranks": "0"}


def read(*events: PulledEvent) -> Any:
    return json.loads(runs_text(events))


def chain(*events: PulledEvent) -> list[PulledEvent]:
    """The same events, each linked to the one before."""
    linked = [events[0]]
    for one in events[1:]:
        last = linked[-1]
        head = event_hash(last.previous, last.body, last.commitment)
        linked.append(one._replace(n=last.n + 1, seq=last.seq + 1, previous=head))
    return linked


def given(*events: PulledEvent) -> list[Given]:
    return [one for run in read(*events) for one in read_run(run)]


def test_an_empty_page_is_an_empty_list() -> None:
    assert read() == []


def test_f6_a_part_that_is_not_there_has_no_member() -> None:
    assert read(PLAIN, PLAIN) == [SENT, SENT]


def test_f6_a_person_part_travels_in_its_exact_text() -> None:
    person = '{"salt":"\\\\","set":{"note":"Nguyễn \\"Văn\\"\t\x1f"}}'
    one = PLAIN._replace(person=person, commitment=b"\x01" * 32, branch=2, authority=3)
    assert read(one) == [SENT | {"persons": [person], "branch": 2, "ranks": "3"}]


def test_f6_a_withheld_part_is_stood_for_by_its_commitment() -> None:
    withheld = PLAIN._replace(commitment=b"\xff" * 32)
    assert read(withheld) == [SENT | {"commitments": to_base64url(b"\xff" * 32)}]


def test_f6_what_follows_is_one_run_and_is_read_as_it_was() -> None:
    person = '{"salt":"AAAAAAAAAAAAAAAAAAAAAA"}'
    named = PLAIN._replace(person=person, commitment=commitment(person), authority=2)
    withheld = PLAIN._replace(commitment=b"\x02" * 32, authority=1)
    events = chain(PLAIN, named, withheld, PLAIN)
    (run,) = read(*events)
    assert (run["n"], run["ranks"], run["persons"]) == (10, "0210", [None, person, None, None])
    whole = [
        [(o.n, o.seq, o.previous, o.body, o.person, o.commitment, o.authority) for o in some]
        for some in (events, given(*events))
    ]
    assert whole[0] == whole[1]


def test_f6_another_time_branch_or_device_begins_a_run() -> None:
    for change in (
        {"received_ms": 6},
        {"branch": 1},
        {"device": "d-2"},
        {"n": 9},
        {"server": "s-2"},
    ):
        one, other = chain(PLAIN, PLAIN)
        assert [run["first"] for run in read(one, other._replace(**change))] == [3, 4]


def test_f6_a_run_is_bounded() -> None:
    many = chain(*[PLAIN] * (MAX_RUN_EVENTS + 1))
    assert [len(run["bodies"]) for run in read(*many)] == [MAX_RUN_EVENTS, 1]
    long = chain(*[PLAIN._replace(body="x" * 8000)] * 40)
    assert [len(run["bodies"]) for run in read(*long)] == [32, 8]
    assert [one.seq for one in given(*long)] == list(range(3, 43))
