"""The Store contract for feeds in runs: what goes out, in which window, and its digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.store.feed_pages import FeedRun
from server.store.log.log_schema import MAX_RUN_EVENTS
from sync.batch import plain_event, verify_batch
from sync.chain import HASH_BYTES, NO_PERSON, commitment, event_hash
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

FEED = "checkpoint:hd-ql6"


def events(run: FeedRun) -> list[tuple[int, str, int, bytes]]:
    """(number where it counts, device, seq, hash) of each event, made again from what is given."""
    bodies = json.loads(run.bodies)
    persons = [None] * run.count if run.persons is None else json.loads(run.persons)
    given = run.commitments or NO_PERSON * run.count
    assert len(bodies) == len(persons) == run.count == len(given) // HASH_BYTES
    found, current = [], run.previous
    for at, (body, person) in enumerate(zip(bodies, persons, strict=True)):
        held = given[HASH_BYTES * at : HASH_BYTES * (at + 1)]
        current = event_hash(current, body, held if person is None else commitment(person))
        n = run.counted - run.count + 1 + at
        found.append((n, run.device, run.first + at, current))
    return found


def total(hashes: list[bytes]) -> bytes:
    value = sum(int.from_bytes(one, "big") for one in hashes)
    return (value % (1 << 256)).to_bytes(32, "big")


def all_runs(world: World, persons: bool, limit: int = 500, after: int = 0) -> list[FeedRun]:
    found: list[FeedRun] = []
    more = True
    while more:
        page = world.store.runs([FEED], after, limit, persons)
        assert page.sequence > after or not page.more
        found += page.runs
        after, more = page.sequence, page.more
    return found


def test_a_run_goes_out_as_it_lies_and_its_hashes_follow_from_it(world: World) -> None:
    tablet = world.tablet()
    batch = tablet.batch(
        tablet.crossing(), plain_event(tablet.body(tablet.new_record()), None), tablet.crossing()
    )
    tablet.push(world.store, batch)
    chain = verify_batch(batch, tablet.key.public_key())
    (whole,) = world.store.runs([FEED], 0, 100, persons=True).runs
    assert json.loads(whole.bodies) == [one.body for one in batch.events]
    assert json.loads(whole.persons or "") == [one.person for one in batch.events]
    assert whole.commitments is None, "each follows from its text"
    assert (whole.n, whole.counted, whole.first, whole.count, whole.ranks) == (3, 3, 1, 3, "0")
    (bare,) = world.store.runs([FEED], 0, 100, persons=False).runs
    assert bare.persons is None
    assert bare.commitments == b"".join(one.commitment for one in batch.events)
    for run in (whole, bare):
        assert [one[3] for one in events(run)] == list(chain)


def test_a_page_ends_with_a_whole_run_and_may_begin_inside_one(world: World) -> None:
    tablet = world.tablet()
    for _ in range(3):
        tablet.push(world.store, tablet.crossings(4))
    page = world.store.runs([FEED], 0, 5, persons=True)
    assert ([one.count for one in page.runs], page.sequence, page.more) == ([4, 4], 8, True)
    chain = [one for run in all_runs(world, persons=True) for one in events(run)]
    for after in range(13):
        part = world.store.runs([FEED], after, 100, persons=bool(after % 2))
        assert [one for run in part.runs for one in events(run)] == chain[after:]
        assert (part.sequence, part.more) == (12, False)


def test_older_pages_lower_a_window_until_its_floor(world: World) -> None:
    tablet = world.tablet()
    for _ in range(4):
        tablet.push(world.store, tablet.crossings(5))
    chain = [one for run in all_runs(world, persons=False) for one in events(run)]
    got: list[Any] = []
    held_after, more = 18, True
    while more:
        page = world.store.runs_before([FEED], held_after, 3, 4, persons=True)
        assert page.sequence < held_after
        for run in page.runs:
            got = events(run) + got
        held_after, more = page.sequence, page.more
    assert (held_after, got) == (3, chain[3:18])
    assert world.store.runs_before([FEED], 3, 3, 4, persons=True).runs == ()


def test_f1_only_the_feeds_that_are_asked_for_come(world: World) -> None:
    own, other = world.tablet(), world.tablet("hd-ql5")
    own.push(world.store, own.crossings(2))
    other.push(world.store, other.crossings(2))
    both = world.store.runs([FEED, "checkpoint:hd-ql5"], 0, 100, persons=False)
    assert [one.n for one in both.runs] == [2, 4]
    assert [one.n for one in all_runs(world, persons=False)] == [2]
    assert world.store.runs(["turn_backs:268"], 0, 100, persons=False).runs == ()
    back = world.store.runs_before([FEED, "checkpoint:hd-ql5"], 4, 0, 100, persons=False)
    assert [one.n for one in back.runs] == [4, 2]


def test_f1_what_neighbours_may_learn_has_feeds_of_its_own(world: World) -> None:
    tablet = world.tablet()
    turned: dict[str, Any] = {
        "subject": tablet.new_record(),
        "checkpoint": "hd-ql6",
        "district": "268",
        "occurred": NOON_MS,
    }
    world.store.write("turn_back", tablet.new_record(), "hd-ql6", "server", turned, None, NOON_MS)
    arriving: dict[str, Any] = {
        "subject": tablet.records[0],
        "checkpoint": "hd-ql6",
        "destination": {"dataset": "2021", "code": "00001"},
        "occurred": NOON_MS,
    }
    world.store.write("arrival", tablet.new_record(), "hd-ql6", "server", arriving, None, NOON_MS)
    for feed in ("turn_backs:268", "arrivals:2021-00001"):
        (run,) = world.store.runs([feed], 0, 10, persons=True).runs
        assert run.count == 1
    assert all_runs(world, persons=True) == []


def many(world: World, tablet: Tablet) -> None:
    tablet.push(world.store, tablet.crossings(MAX_RUN_EVENTS + 3))
    tablet.push(world.store, tablet.batch(tablet.crossing(), plain_event("{", None)))


def cloned(world: World, tablet: Tablet) -> None:
    tablet.push(world.store, tablet.crossings(2))
    clone = tablet.clone()
    for one in (tablet, clone):
        one.push(world.store, one.crossings(3))


def taken_up(world: World, tablet: Tablet) -> None:
    tablet.push(world.store, tablet.crossings(2))
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(5))
    other = world.tablet()
    other.push(world.store, other.crossings(2))
    world.store.take_up_revoked([4, 5, 7])
    other.push(world.store, other.crossings(1))


@pytest.mark.parametrize("history", [many, cloned, taken_up])
def test_f9_the_digest_of_any_window_is_that_of_what_a_reader_of_it_holds(
    world: World, history: Callable[[World, Tablet], None]
) -> None:
    history(world, world.tablet())
    newest = world.store.projected()[1]
    held = {one[3]: one[0] for run in all_runs(world, persons=False) for one in events(run)}
    windows = [tuple(sorted(world.rng.choices(range(newest + 1), k=2))) for _ in range(60)]
    for after, through in [(0, newest), (0, 0), *windows]:
        expected = [hash_ for hash_, n in held.items() if after < n <= through]
        assert world.store.digest([FEED], after, through) == total(expected), (after, through)
        older = world.store.runs_before([FEED], through, after, 10_000, persons=False)
        assert sorted(one[3] for run in older.runs for one in events(run)) == sorted(expected)
