"""A report made again says the same: as-of n is what a projection of the first n numbers shows."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

import pytest

from server.home.duplicates import link_record
from server.projector import Projector
from server.store.registered import Checkpoint
from server.store.view_protocol import CrossingWhole
from sync.batch import Batch, plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS, Tablet

ALL_TIME = (0, 1 << 46)
MORNING = (NOON_MS, NOON_MS + 40_000)
DECISIONS = ("seen", "needs_check")


def told(wholes: list[CrossingWhole]) -> dict[str, Any]:
    """What a report says of each crossing."""
    return {
        one.row.record: asdict(one.row)
        | {"fields": one.fields, "people": one.people, "conflicts": sorted(one.conflicts)}
        | {"reviews": [write.fields for write in one.reviews], "writes": len(one.history)}
        for one in wholes
    }


def history(world: World, rng: random.Random) -> None:
    """Gaps that close, links made by the home server and by people, reviews, voids, amendments."""
    world.store.put_checkpoint(
        Checkpoint("hd-ql6", "Chốt", "QL6", "01", "268", "1", "border", "active", "024", ("1",))
    )
    tablets = [world.tablet() for _ in range(4)]
    records: list[str] = []
    waiting: list[tuple[Tablet, Batch]] = []
    for _ in range(40):
        tablet = rng.choice(tablets)
        batch = tablet.batch(*(event(rng, tablet, records) for _ in range(rng.randrange(1, 4))))
        if rng.random() < 0.3:
            waiting.append((tablet, batch))
        else:
            tablet.push(world.store, batch)
        if waiting and rng.random() < 0.3:
            late, kept = waiting.pop(rng.randrange(len(waiting)))
            late.push(world.store, kept, tablet.now_ms)
        if records and rng.random() < 0.3:
            subject = {"subject": rng.choice(records), "decision": rng.choice(DECISIONS)}
            user, now_ms = "canh-sat", tablet.now_ms
            world.store.write("review", tablet.new_record(), "hd-ql6", user, subject, None, now_ms)
            tablet.records.pop()
        if len(records) > 2 and rng.random() < 0.3:
            one, other = sorted(rng.sample(records, 2))
            decision = rng.choice(("linked", "split"))
            fields = {"one": one, "other": other, "decision": decision}
            record = link_record(one, other)
            world.store.write("link", record, "hd-ql6", "canh-sat", fields, None, NOON_MS)
        if rng.random() < 0.4:
            world.look()
    world.look()


def event(rng: random.Random, tablet: Tablet, records: list[str]) -> Any:
    tablet.now_ms = NOON_MS + rng.randrange(120_000)
    plates = ({"read": "30A-1", "normal": "30A1"}, {"read": "30A-2", "normal": "30A2"})
    if not records or rng.random() < 0.5:
        made = tablet.crossing(
            action=rng.choice(("passed", "turned_back")), plate=rng.choice(plates)
        )
        records.append(tablet.records[-1])
        return made
    record = rng.choice(records)
    seen = f"{tablet.device.id}:{rng.randrange(1, 30)}"
    if rng.random() < 0.2:
        later = {"people": {"1": {"role": "driver", "evidence": EVIDENCE}}}
        return plain_event(
            tablet.body(record, fields=CAR, items=later), tablet.person(name="Lê Văn Mẫu")
        )
    field, value = rng.choice(
        [
            ("plate", rng.choice(plates)),
            ("action", rng.choice(("passed", "turned_back"))),
            ("voided", rng.choice(("mistake", None))),
            ("occurred", NOON_MS + rng.randrange(80_000)),
            ("wait_s", rng.randrange(99)),
        ]
    )
    return tablet.amendment(
        record, {field: (seen,)} if rng.random() < 0.5 else {}, **{field: value}
    )


def test_v5_as_of_n_is_a_projection_of_the_first_n_numbers(
    world: World, rng: random.Random
) -> None:
    history(world, rng)
    newest = world.store.projected()[1]
    picked = [*sorted(rng.sample(range(1, newest), 5)), newest]
    asked = [(n, window) for n in picked for window in (ALL_TIME, MORNING)]
    then = {
        (n, window): told(list(world.store.each_crossing(*window, [], True, as_of=n)))
        for n, window in asked
    }
    with Projector(world.config, world.sqlite.keys) as projector:
        for n in picked:
            assert projector.rebuild(through=n) == n
            for window in (ALL_TIME, MORNING):
                shown = told(list(world.store.each_crossing(*window, [], True)))
                assert shown == then[n, window], (n, window)


def test_v5_one_crossing_as_of_n_is_the_one_of_the_page(world: World, rng: random.Random) -> None:
    history(world, rng)
    n = world.store.projected()[1] // 2
    page = list(world.store.each_crossing(*ALL_TIME, [], True, as_of=n))
    for one in page:
        assert world.store.crossing(one.row.record, as_of=n) == one
    there = {one.row.record for one in page}
    later = [row.record for row in world.found() if row.record not in there]
    assert all(world.store.crossing(record, as_of=n) is None for record in later)


def test_v5_what_came_late_is_listed_apart_and_nothing_is_in_both(
    world: World, rng: random.Random
) -> None:
    tablet, other = world.tablet(), world.tablet()
    tablet.push(world.store, tablet.crossings(3), NOON_MS + 5_000)
    other.push(world.store, other.crossings(2), NOON_MS + 90_000)
    tablet.push(
        world.store,
        tablet.batch(tablet.amendment(tablet.records[0], {}, wait_s=9)),
        NOON_MS + 95_000,
    )
    world.project()
    n = world.store.number_at(NOON_MS + 60_000)
    assert n == 3
    wholes = list(world.store.each_crossing(*ALL_TIME, [], False, as_of=n))
    assert [one.row.record for one in wholes] == tablet.records
    assert "wait_s" not in wholes[0].fields
    late = list(world.store.each_crossing(*ALL_TIME, [], False, came_after=n))
    assert [one.row.record for one in late] == other.records


def test_v5_the_number_of_a_time_is_that_of_the_last_receipt_before_it(world: World) -> None:
    tablet = world.tablet()
    assert world.store.number_at(NOON_MS) == 0
    for minutes in (1, 2, 2, 3):
        tablet.push(world.store, tablet.crossings(2), NOON_MS + minutes * 60_000)
    at = [world.store.number_at(NOON_MS + minutes * 60_000) for minutes in range(5)]
    assert at == [0, 2, 6, 8, 8]
    assert world.store.number_at(NOON_MS + 2 * 60_000 - 1) == 2


@pytest.mark.parametrize("decision", DECISIONS)
def test_v5_a_review_made_since_is_not_in_it(world: World, decision: str) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.batch(tablet.crossing(action="turned_back")))
    record = tablet.records[0]
    fields = {"subject": record, "decision": decision}
    world.store.write("review", tablet.new_record(), "hd-ql6", "canh-sat", fields, None, NOON_MS)
    world.project()
    now, then = world.store.crossing(record), world.store.crossing(record, as_of=1)
    assert now is not None
    assert then is not None
    assert (now.row.review, then.row.review) == (decision, "open")
    assert (len(now.reviews), then.reviews) == (1, ())
