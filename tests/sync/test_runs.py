"""SPEC F6, H3 where a file of vectors would grow too large or cannot hold the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.encoding import to_base64url
from sync.errors import SyncError
from sync.runs import MAX_RUN_CHARS, MAX_RUN_EVENTS, Given, check_links, read_run


def run(bodies: list[str], **members: Any) -> dict[str, Any]:
    previous = to_base64url(bytes(32))
    head = {"n": 1000, "device": "d-1", "first": 1, "previous": previous, "server": "s-1"}
    return head | {"received": 5, "ranks": "0", "bodies": bodies} | members


def held(*events: Given) -> dict[tuple[str, int], Given]:
    return {(one.author, one.seq): one for one in events}


def test_f6_a_run_is_bounded_in_events_and_characters() -> None:
    assert len(read_run(run(["{}"] * MAX_RUN_EVENTS))) == MAX_RUN_EVENTS
    assert len(read_run(run(["x" * 8192] * 32))) * 8192 == MAX_RUN_CHARS
    for bodies in (["{}"] * (MAX_RUN_EVENTS + 1), ["x" * 8192] * 33):
        with pytest.raises(SyncError, match=r"answer\.shape"):
            read_run(run(bodies))


def test_f6_half_a_pair_has_no_hash() -> None:
    with pytest.raises(SyncError, match=r"event\.text"):
        read_run(run(["\ud800"]))


def test_h3_an_event_that_does_not_follow_from_its_neighbour_is_refused() -> None:
    first, second = read_run(run(["{}", "[]"]))
    other = replace(second, hash=first.hash)
    for events, had in (
        ((first, other), held(second)),
        ((replace(second, previous=second.hash),), held(first)),
        ((first,), held(replace(second, previous=second.hash))),
        ((other,), held(second)),
    ):
        with pytest.raises(SyncError, match=r"answer\.chain"):
            check_links(events, had)
    check_links([replace(second, device="d-2"), replace(second, branch=1)], held(first, second))
