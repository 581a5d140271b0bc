"""One truck, two tablets: linked by the home server, counted once; a person has the last word."""

from __future__ import annotations

import random
from typing import Any

import pytest

from server.home.duplicates import MAX_PASSAGE, WITHIN_MS, link_record
from server.store.log.record import OpenEvent
from server.store.view.derive import Member, counted
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

ALL_TIME = (0, 1 << 46)
ON_FOOT = {"plate": None, "vehicle_class": "on_foot"}


def passed(world: World, tablet: Tablet, at_ms: int, **fields: object) -> str:
    """One crossing at that time, projected and looked at; its record."""
    tablet.now_ms = at_ms - 1000
    tablet.push(world.store, tablet.batch(tablet.crossing(**fields)), at_ms)  # type: ignore[arg-type]
    world.look()
    return tablet.records[-1]


def duplicates(world: World) -> dict[str, str]:
    return {row.record: row.counted_as for row in world.found() if "duplicate" in row.flags}


def links(world: World) -> list[OpenEvent]:
    return world.events("link")


def test_l2_one_truck_of_two_tablets_is_one_link_and_counts_once(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    later = passed(world, two, NOON_MS + 90_000)
    first = passed(world, one, NOON_MS)
    assert duplicates(world) == {later: first}
    assert len(links(world)) == 1
    counts = world.store.counts(*ALL_TIME, [])
    assert (counts["crossings"], counts["people"], counts["duplicate"]) == (1, 1, 1)
    assert len(world.found()) == 2, "visible, never hidden"


@pytest.mark.parametrize(
    ("gap_ms", "fields", "is_one"),
    [
        (WITHIN_MS, {}, True),
        (WITHIN_MS + 1, {}, False),
        (60_000, {"direction": "out"}, False),
        (60_000, {"plate": {"read": "30a 12345", "normal": "30A12345"}}, True),
        (60_000, {"plate": {"read": "30A-123.46", "normal": "30A12346"}}, False),
        (60_000, ON_FOOT, False),
    ],
)
def test_l2_same_checkpoint_direction_and_plate_within_three_minutes(
    world: World, gap_ms: int, fields: dict[str, object], is_one: bool
) -> None:
    one, two = world.tablet(), world.tablet()
    passed(world, one, NOON_MS)
    passed(world, two, NOON_MS + gap_ms, **fields)
    assert bool(duplicates(world)) is is_one


def test_l2_one_tablet_and_another_checkpoint_make_no_duplicate(world: World) -> None:
    one, elsewhere = world.tablet(), world.tablet("hd-to-huu")
    passed(world, one, NOON_MS)
    passed(world, one, NOON_MS + 60_000)
    passed(world, elsewhere, NOON_MS + 60_000)
    assert duplicates(world) == {}


def test_l2_who_walks_is_known_by_the_id_number(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    first = passed(world, one, NOON_MS, **ON_FOOT)
    later = passed(world, two, NOON_MS + 60_000, **ON_FOOT)
    assert duplicates(world) == {later: first}


def test_l2_the_time_is_what_the_clock_offset_makes_of_it(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    first = passed(world, one, NOON_MS)
    later = passed(world, two, NOON_MS + 3_600_000, occurred=NOON_MS + 5_000)
    assert duplicates(world) == {later: first}


def test_l3_all_that_hangs_together_counts_as_its_earliest(world: World) -> None:
    tablets = [world.tablet() for _ in range(3)]
    times = (NOON_MS + 170_000, NOON_MS, NOON_MS + 340_000)
    records = [passed(world, one, at) for one, at in zip(tablets, times, strict=True)]
    assert duplicates(world) == {records[0]: records[1], records[2]: records[1]}


def expected(sights: dict[str, tuple[int, str, str, bool]]) -> dict[str, str]:
    """Duplicate → what counts, from every pair there is: record → (time, device, plate, voided)."""
    linked: dict[str, list[str]] = {record: [] for record in sights}
    for one, (time, device, plate, _) in sights.items():
        for other, (time_2, device_2, plate_2, _) in sights.items():
            if device != device_2 and plate == plate_2 and abs(time - time_2) <= WITHIN_MS:
                linked[one].append(other)
    members = [Member(record, time, voided) for record, (time, *_, voided) in sights.items()]
    return counted(members, linked)


@pytest.mark.parametrize("attempt", range(4))
def test_l3_neighbours_make_the_components_that_all_pairs_make(
    world: World, rng: random.Random, attempt: int
) -> None:
    rng = random.Random(f"{rng.random()} {attempt}")
    plates = [{"read": f"30A-{n}", "normal": f"30A{n}"} for n in range(2)]
    tablets = [world.tablet() for _ in range(3)]
    sights: dict[str, tuple[int, str, str, bool]] = {}
    writers: dict[str, Tablet] = {}
    for _ in range(24):
        tablet, plate = rng.choice(tablets), rng.choice(plates)
        at_ms = NOON_MS + rng.randrange(25 * 60_000)
        if sights and rng.random() < 0.3:
            record = rng.choice(list(sights))
            tablet = writers[record]
            time, device, old, voided = sights[record]
            field, value = rng.choice(
                [("voided", "mistake"), ("plate", plate), ("occurred", at_ms)]
            )
            event = tablet.amendment(record, {field: refs_of(world, record)}, **{field: value})
            changed: dict[str, Any] = {"voided": voided, "plate": old, "occurred": time} | {
                field: True if field == "voided" else plate["normal"] if field == "plate" else value
            }
            sights[record] = (changed["occurred"], device, changed["plate"], changed["voided"])
        else:
            event = tablet.crossing(plate=plate, occurred=at_ms)
            record = tablet.records[-1]
            sights[record] = (at_ms, tablet.device.id, plate["normal"], False)
            writers[record] = tablet
        tablet.push(world.store, tablet.batch(event), NOON_MS)
        if rng.random() < 0.5:
            world.look()
    world.look()
    assert duplicates(world) == expected(sights)


def refs_of(world: World, record: str) -> tuple[str, ...]:
    """Every write there is: what is written over all of them is what is shown."""
    return tuple(one.ref for one in world.events("crossing") if one.body.record == record)


def test_l2_what_is_typed_where_there_is_no_plate_is_not_taken_for_one_passage(
    world: World,
) -> None:
    tablets = [world.tablet() for _ in range(3)]
    for tablet in tablets:
        tablet.push(world.store, tablet.crossings(40))
    world.look()
    sizes: dict[str, int] = {}
    for first in duplicates(world).values():
        sizes[first] = sizes.get(first, 1) + 1
    assert max(sizes.values()) <= MAX_PASSAGE
    assert len(links(world)) <= 2 * 3 * 40
    before = world.look()
    world.config.view_path.unlink()
    assert world.look() == before


def test_l3_a_voided_crossing_links_nothing(world: World) -> None:
    tablets = [world.tablet() for _ in range(3)]
    records = [
        passed(world, one, NOON_MS + at)
        for one, at in zip(tablets, (0, 170_000, 340_000), strict=True)
    ]
    middle = tablets[1]
    middle.push(world.store, middle.batch(middle.amendment(records[1], {}, voided="mistake")))
    world.look()
    assert duplicates(world) == {}
    assert world.store.counts(*ALL_TIME, [])["crossings"] == 2


def test_l3_components_do_not_depend_on_the_order_of_links(rng: random.Random) -> None:
    members = [Member(f"r{n}", rng.randrange(50), rng.random() < 0.2) for n in range(40)]
    pairs = [(rng.choice(members).record, rng.choice(members).record) for _ in range(30)]
    linked: dict[str, list[str]] = {one.record: [] for one in members}
    for one, other in pairs:
        linked[one].append(other)
        linked[other].append(one)
    expected = counted(members, linked)
    rng.shuffle(members)
    for some in linked.values():
        rng.shuffle(some)
    assert counted(members, linked) == expected
    by_name = {one.record: one for one in members}
    for duplicate, first in expected.items():
        assert (by_name[first].occurred_ms, first) < (by_name[duplicate].occurred_ms, duplicate)
        assert first not in expected


def test_l4_a_person_splits_and_the_machine_never_joins_again(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    first = passed(world, one, NOON_MS)
    later = passed(world, two, NOON_MS + 90_000)
    (written,) = links(world)
    pair = {"one": min(first, later), "other": max(first, later)}
    world.store.write(
        "link", link_record(first, later), "hd-ql6", "canh-sat", pair | {"decision": "split"},
        None, NOON_MS, over={"decision": [written.ref]},
    )  # fmt: skip
    world.look()
    assert duplicates(world) == {}
    two.push(world.store, two.batch(two.amendment(later, {}, wait_s=30)))
    world.look()
    assert duplicates(world) == {}
    assert len(links(world)) == 2


def test_l4_a_person_joins_what_the_machine_could_not_see(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    first = passed(world, one, NOON_MS)
    later = passed(world, two, NOON_MS + 60_000, plate={"read": "30A1234S", "normal": "30A1234S"})
    pair = {"one": min(first, later), "other": max(first, later), "decision": "linked"}
    record = link_record(first, later)
    world.store.write("link", record, "hd-ql6", "canh-sat", pair, None, NOON_MS)
    world.look()
    assert duplicates(world) == {later: first}
    assert len(links(world)) == 1


def test_l4_a_corrected_plate_takes_the_machines_link_back(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    passed(world, one, NOON_MS)
    later = passed(world, two, NOON_MS + 60_000)
    assert len(duplicates(world)) == 1
    over = {"plate": (f"{two.device.id}:1",)}
    other = {"read": "30A-999.99", "normal": "30A99999"}
    two.push(world.store, two.batch(two.amendment(later, over, plate=other)))
    world.look()
    assert duplicates(world) == {}


def test_l1_looking_again_at_everything_writes_nothing_more(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    for minutes in range(5):
        for tablet in (one, two):
            passed(world, tablet, NOON_MS + minutes * 60_000, action="turned_back")
    before = world.look()
    world.config.view_path.unlink()
    assert world.look() == before
