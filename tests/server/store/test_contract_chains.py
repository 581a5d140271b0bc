"""The log's side of the Store contract where a chain is not one: clones, gaps, revoked devices."""

from __future__ import annotations

from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS


def test_a6_the_same_number_with_another_hash_keeps_both_branches(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    clone = tablet.clone()
    tablet.push(world.store, tablet.crossings(2))
    answer = clone.push(world.store, clone.crossings(3))
    assert answer.forked
    assert {(one.state, one.code) for one in answer.results} == {("accepted", "device.forked")}
    assert (answer.through, answer.head) == (5, clone.head)
    assert len(world.store.pull(["hd-ql6"], 0, 10, persons=False).events) == 7
    device = world.store.device(tablet.device.id)
    assert device is not None
    assert device.forked_ms is not None
    more = clone.push(world.store, clone.crossings(1))
    assert (more.through, more.head) == (6, clone.head)
    own = tablet.push(world.store, tablet.crossings(1))
    assert (own.through, own.head) == (5, tablet.head)


def test_a6_a_fork_inside_a_batch_is_found_and_its_repeat_is_a_duplicate(world: World) -> None:
    tablet = world.tablet()
    clone = tablet.clone()
    shared = [tablet.crossing() for _ in range(2)]
    tablet.push(world.store, tablet.batch(*shared, tablet.crossing()))
    batch = clone.batch(*shared, clone.crossing())
    answer = clone.push(world.store, batch)
    assert [one.state for one in answer.results] == ["duplicate", "duplicate", "accepted"]
    assert (answer.through, answer.head, answer.forked) == (3, clone.head, True)
    assert [one.state for one in clone.push(world.store, batch).results] == ["duplicate"] * 3


def test_a6_a_late_run_that_does_not_link_to_what_is_there_is_a_fork(world: World) -> None:
    tablet = world.tablet()
    clone = tablet.clone()
    tablet.crossings(2)
    tablet.push(world.store, tablet.crossings(1))
    answer = clone.push(world.store, clone.crossings(2))
    assert answer.forked
    assert len(world.store.pull(["hd-ql6"], 0, 10, persons=False).events) == 3


def test_a8_a_gap_is_stored_and_the_receipt_waits_until_it_closes(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    missing = tablet.crossings(2)
    reached = tablet.clone()
    after = tablet.push(world.store, tablet.crossings(2))
    assert after.through == 2
    assert [one.state for one in after.results] == ["accepted"] * 2
    closed = reached.push(world.store, missing)
    assert (closed.through, closed.head, closed.forked) == (6, tablet.head, False)


def test_a9_a_revoked_device_is_held_for_a_person(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1))
    world.store.revoke_device(tablet.device.id, NOON_MS)
    batch = tablet.crossings(1)
    for _ in range(2):
        answer = tablet.push(world.store, batch)
        assert [(one.state, one.code) for one in answer.results] == [("held", "device.revoked")]
    assert len(world.store.pull(["hd-ql6"], 0, 10, persons=False).events) == 1
