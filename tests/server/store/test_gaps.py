"""Events after a gap: usable, marked, and no longer marked once the gap has closed."""

from __future__ import annotations

import random
from itertools import pairwise

from server.store.view.gaps import Chain
from sync.batch import Batch
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet


def unverified(world: World) -> set[str]:
    world.project()
    return {row.record for row in world.found(flags=("unverified",))}


def three(tablet: Tablet) -> list[Batch]:
    return [tablet.crossings(2) for _ in range(3)]


def test_a8_a_crossing_after_a_gap_is_marked_until_the_gap_closes(world: World) -> None:
    tablet = world.tablet()
    first, second, third = three(tablet)
    tablet.push(world.store, first)
    tablet.push(world.store, third)
    assert unverified(world) == set(tablet.records[4:])
    assert len(world.found()) == 4, "usable meanwhile"
    tablet.push(world.store, second)
    assert unverified(world) == set()
    assert len(world.found()) == 6


def test_a8_an_amendment_after_a_gap_marks_what_it_amends(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    tablet.push(world.store, tablet.crossings(1))
    missing = other.batch(other.amendment(tablet.records[0], {}, lane="3"))
    other.push(world.store, other.batch(other.amendment(tablet.records[0], {}, lane="2")))
    assert unverified(world) == {tablet.records[0]}
    other.push(world.store, missing)
    assert unverified(world) == set()


def test_a8_what_was_refused_closes_a_gap_like_any_other(world: World) -> None:
    tablet = world.tablet()
    refused = tablet.batch(tablet.crossing(direction="sideways"))
    tablet.push(world.store, tablet.crossings(1))
    assert unverified(world) == {tablet.records[1]}
    tablet.push(world.store, refused)
    assert unverified(world) == set()


def test_a8_each_number_says_what_was_open_then(world: World) -> None:
    tablet = world.tablet()
    first, second, third = three(tablet)
    for batch in (third, first, second):
        tablet.push(world.store, batch)
    world.project()
    record = tablet.records[4]
    flags = []
    for n in range(1, 7):
        then = world.store.crossing(record, as_of=n)
        assert then is not None
        flags.append("unverified" in then.row.flags)
    assert flags == [True, True, True, True, True, False]


def test_a8_a_clone_goes_on_from_what_the_first_branch_holds(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    clone = tablet.clone()
    tablet.push(world.store, tablet.crossings(1))
    clone.push(world.store, clone.crossings(1), NOON_MS)
    assert unverified(world) == set()
    clone.push(world.store, clone.crossings(1), NOON_MS)
    assert unverified(world) == set()
    clone.crossings(1)
    clone.push(world.store, clone.crossings(1), NOON_MS)
    assert unverified(world) == {clone.records[3]}


def test_a8_a_chain_reaches_as_far_as_there_is_no_number_missing(rng: random.Random) -> None:
    for _ in range(200):
        chain = Chain()
        numbers = rng.sample(range(1, 40), rng.randrange(1, 39))
        held: set[int] = set()
        for number in [*numbers, *rng.sample(numbers, len(numbers) // 3)]:
            before, was_open = chain.through, bool(chain.ahead)
            closed = chain.add(number)
            held.add(number)
            expected = next(n for n in range(1, 42) if n not in held) - 1
            assert chain.through == expected
            beyond = {n for first, last in chain.ahead for n in range(first, last + 1)}
            assert beyond == {n for n in held if n > expected}
            assert all(one[1] + 1 < other[0] for one, other in pairwise(chain.ahead))
            assert closed == (was_open and expected > before + 1)
