"""What a page is written as is JSON, whatever stands in the stored texts. SPEC F6."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from server.feed_text import runs_text
from server.store.feed_pages import FeedRun
from sync.chain import NO_PERSON, commitment
from sync.encoding import to_base64url
from sync.runs import read_run

BODIES = ['{"set":{"note":"“Đ”\\n\\u0000\\ud83d"},"x":"\x7f\u2028😀"}', "{}"]
PERSON = '{"salt":"\\\\","set":{"note":"Nguyễn \\"Văn\\"\t\x1f"}}'
PLAIN = FeedRun(
    *(7, 7, "d-1", 0, 3, 2, bytes(range(32)), "s-1", 5, "1"),
    *(json.dumps(BODIES, ensure_ascii=False), None, None),
)
SENT = {
    "n": 7,
    "device": "d-1",
    "first": 3,
    "previous": to_base64url(PLAIN.previous),
    "server": "s-1",
    "received": 5,
    "ranks": "1",
    "bodies": BODIES,
}


def sent(*runs: FeedRun) -> Any:
    return json.loads(runs_text(runs))


def test_an_empty_page_is_an_empty_list() -> None:
    assert sent() == []


def test_f6_a_part_that_is_not_there_has_no_member() -> None:
    assert sent(PLAIN, PLAIN) == [SENT, SENT]


def test_f6_texts_travel_as_they_lie() -> None:
    one = replace(PLAIN, persons=json.dumps([PERSON, None]), branch=2, ranks="30")
    (run,) = sent(one)
    assert run == SENT | {"persons": [PERSON, None], "branch": 2, "ranks": "30"}
    first, second = read_run(run)
    assert (first.body, first.person, first.commitment) == (BODIES[0], PERSON, commitment(PERSON))
    assert (second.n, second.seq, second.authority, second.commitment) == (7, 4, 0, NO_PERSON)


def test_f6_a_withheld_part_is_stood_for_by_its_commitment() -> None:
    withheld = replace(PLAIN, commitments=b"\xff" * 32 + NO_PERSON)
    (run,) = sent(withheld)
    assert run == SENT | {"commitments": to_base64url(b"\xff" * 32 + NO_PERSON)}
    assert [one.commitment for one in read_run(run)] == [b"\xff" * 32, NO_PERSON]


def test_f9_a_run_that_is_announced_again_says_where_it_counts() -> None:
    (run,) = sent(replace(PLAIN, n=90))
    assert run == SENT | {"n": 90, "again": 7}
    assert [one.n for one in read_run(run)] == [6, 7]
