"""What a page is written as is JSON, whatever stands in the stored texts."""

from __future__ import annotations

import json

from server.feed_text import page_text
from server.store.protocol import Page, PulledEvent
from sync.chain import NO_PERSON
from sync.encoding import to_base64url

BODY = '{"set":{"note":"“Đ”\\n\\u0000\\ud83d"},"x":"\x7f\u2028😀"}'
PLAIN = PulledEvent(
    7, "d-1", 3, bytes(range(32)), BODY, None, NO_PERSON, "s-1", 5, "accepted", 0, 0
)
HEAD = {"n": 7, "device": "d-1", "seq": 3, "body": BODY, "server": "s-1", "received": 5}
SENT = HEAD | {"previous": to_base64url(PLAIN.previous), "state": "accepted"}


def read(*events: PulledEvent) -> object:
    return json.loads(page_text(Page(events, 7, False)))


def test_an_empty_page_is_an_empty_list() -> None:
    assert read() == []


def test_a_part_that_is_not_there_has_no_member() -> None:
    assert read(PLAIN, PLAIN) == [SENT, SENT]


def test_a_person_part_travels_in_its_exact_text() -> None:
    person = '{"salt":"\\\\","set":{"note":"Nguyễn \\"Văn\\"\t\x1f"}}'
    given = PLAIN._replace(person=person, commitment=b"\x01" * 32, branch=2, authority=3)
    assert read(given) == [SENT | {"person": person, "branch": 2, "authority": 3}]


def test_a_withheld_part_is_stood_for_by_its_commitment() -> None:
    withheld = PLAIN._replace(commitment=b"\xff" * 32)
    assert read(withheld) == [SENT | {"commitment": to_base64url(b"\xff" * 32)}]
