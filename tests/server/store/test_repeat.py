"""A batch that is held whole is answered without the writer, and just as the writer would."""

from __future__ import annotations

from typing import Any

import pytest

from server.store.answers import PushAnswer
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet


def same_answers(world: World, tablet: Tablet, batch: Any) -> PushAnswer:
    """The answer to a repeat: without the writer it must be what append says."""
    through, world.sqlite._through = world.sqlite._through, {tablet.device.no: 0}
    appended = tablet.push(world.store, batch)
    world.sqlite._through = through
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.sqlite._writer, "submit", no_writer)
        assert tablet.push(world.store, batch) == appended
    return appended


def no_writer(job: object) -> None:
    raise AssertionError("a repeat went to the writer")


def test_a2_a_repeat_of_good_held_and_rejected_events_needs_no_write(world: World) -> None:
    tablet = world.tablet()
    unknown = plain_event(tablet.body(tablet.new_record(), kind="balloon"), None)
    batch = tablet.batch(tablet.crossing(), plain_event("{", None), unknown, tablet.crossing())
    tablet.push(world.store, batch)
    answer = same_answers(world, tablet, batch)
    assert [one.state for one in answer.results] == ["duplicate", "rejected", "held", "duplicate"]
    assert [one.code for one in answer.results] == [None, "event.json", "event.kind", None]


def test_a2_an_earlier_batch_repeated_tells_how_far_the_chain_is_held_now(world: World) -> None:
    tablet = world.tablet()
    first = tablet.crossings(2)
    tablet.push(world.store, first)
    tablet.push(world.store, tablet.crossings(3))
    assert same_answers(world, tablet, first).through == 5


def test_a6_the_repeat_of_either_branch_of_a_clone_is_told_that_it_is_forked(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    clone = tablet.clone()
    own, other = tablet.crossings(2), clone.crossings(3)
    tablet.push(world.store, own)
    clone.push(world.store, other)
    for author, batch in ((tablet, own), (clone, other)):
        answer = same_answers(world, author, batch)
        assert {(one.state, one.code) for one in answer.results} == {("duplicate", "device.forked")}
        assert (answer.through, answer.head) == (author.seq, author.head)


def test_a8_beyond_a_gap_a_repeat_is_left_to_the_writer(world: World) -> None:
    tablet = world.tablet()
    tablet.crossings(1)
    beyond = tablet.crossings(2)
    tablet.push(world.store, beyond)
    answer = tablet.push(world.store, beyond)
    assert [one.state for one in answer.results] == ["duplicate"] * 2
    assert answer.through == 0


def test_a2_the_rest_of_a_batch_that_is_held_in_part_is_appended(world: World) -> None:
    tablet = world.tablet()
    batch = tablet.crossings(4)
    part = tablet.clone()
    part.seq, part.head = 0, b""
    part.__post_init__()
    tablet.push(world.store, part.batch(*batch.events[:2]), NOON_MS)
    answer = tablet.push(world.store, batch)
    assert [one.state for one in answer.results] == ["duplicate"] * 2 + ["accepted"] * 2
    assert answer.through == 4
