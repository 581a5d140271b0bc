"""What neighbours and communes are told: made once, withdrawn when it is no longer so."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from server.erasure_list import list_paths, read_list, write_lists
from server.store.reader import read_only
from server.store.registered import Checkpoint
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS, Tablet

COMMUNE = {"dataset": "2021", "code": "22910"}
OTHER = {"dataset": "2021", "code": "22840"}


@pytest.fixture
def tablet(world: World) -> Tablet:
    world.store.put_checkpoint(
        Checkpoint("hd-ql6", "Chốt", "QL6", "01", "268", "10117", "border", "active", "024", ("1",))
    )
    return world.tablet()


def notices(world: World, kind: str) -> list[dict[str, Any]]:
    """The bodies of this kind in the log, in order, with their person parts under "person"."""
    return [
        json.loads(one.log.body)
        | {"person": None if one.person is None else one.person.items["people"]}
        for one in world.events(kind)
    ]


def cross(world: World, tablet: Tablet, **fields: object) -> str:
    tablet.push(world.store, tablet.batch(tablet.crossing(**fields)))  # type: ignore[arg-type]
    world.look()
    return tablet.records[-1]


def amend(world: World, tablet: Tablet, record: str, **fields: object) -> None:
    over = dict.fromkeys(fields, (f"{tablet.device.id}:1",))
    tablet.push(world.store, tablet.batch(tablet.amendment(record, over, **fields)))
    world.look()


def test_l5_a_refusal_is_told_to_the_district_without_a_name(world: World, tablet: Tablet) -> None:
    verdict = {"outcome": "turn_back", "reasons": ["level_4"]}
    record = cross(world, tablet, action="turned_back", verdict=verdict)
    cross(world, tablet)
    (told,) = notices(world, "turn_back")
    assert told["set"] == {
        "subject": record,
        "checkpoint": "hd-ql6",
        "district": "268",
        "occurred": NOON_MS + 1000,
        "direction": "in",
        "plate": "30A12345",
        "reasons": ["level_4"],
        "withdrawn": False,
    }
    assert (told["officer"], told["person"]) == (None, None)


@pytest.mark.parametrize("fields", [{"voided": "mistake"}, {"action": "passed"}])
def test_l5_what_is_corrected_is_withdrawn_and_told_again_when_it_is_so_again(
    world: World, tablet: Tablet, fields: dict[str, object]
) -> None:
    record = cross(world, tablet, action="turned_back")
    amend(world, tablet, record, **fields)
    first, second = notices(world, "turn_back")
    assert first["record"] == second["record"]
    assert (first["set"]["withdrawn"], second["set"]["withdrawn"]) == (False, True)
    assert second["set"]["district"] == "268"
    name = next(iter(fields))
    back = {"voided": None, "action": "turned_back"}[name]
    over = {name: (f"{tablet.device.id}:2",)}
    tablet.push(world.store, tablet.batch(tablet.amendment(record, over, **{name: back})))
    world.look()
    assert [one["set"]["withdrawn"] for one in notices(world, "turn_back")] == [False, True, False]


def test_l5_of_two_tablets_refusals_of_one_truck_one_is_told(world: World, tablet: Tablet) -> None:
    other = world.tablet()
    record = cross(world, tablet, action="turned_back")
    other.now_ms = NOON_MS + 60_000
    cross(world, other, action="turned_back")
    standing = {one["record"]: one["set"] for one in notices(world, "turn_back")}
    assert [one["subject"] for one in standing.values() if not one["withdrawn"]] == [record]


def test_l5_a_checkpoint_that_nobody_registered_has_no_neighbours(world: World) -> None:
    stranger = world.tablet("x-1")
    stranger.push(world.store, stranger.batch(stranger.crossing(action="turned_back")))
    world.look()
    assert world.store.projected() == (1, 1)


def test_l6_who_comes_in_is_told_to_the_commune_with_name_and_phone(
    world: World, tablet: Tablet
) -> None:
    record = cross(world, tablet, destination=COMMUNE)
    cross(world, tablet)
    cross(world, tablet, destination=COMMUNE, direction="out")
    cross(world, tablet, destination=COMMUNE, action="turned_back")
    cross(world, tablet, destination={"dataset": "2021", "code": "58"})
    (told,) = notices(world, "arrival")
    assert told["set"]["subject"] == record
    assert told["set"]["destination"] == COMMUNE
    assert told["set"]["headcount"] == 1
    assert told["person"] == {"1": {"name": "Nguyễn Thị Đào Mẫu", "phone": "0912345678"}}
    assert "Đào" not in json.dumps(told["set"], ensure_ascii=False)


def test_l6_another_commune_withdraws_the_first_and_tells_the_second(
    world: World, tablet: Tablet
) -> None:
    record = cross(world, tablet, destination=COMMUNE)
    amend(world, tablet, record, destination=OTHER)
    told = [one["set"] for one in notices(world, "arrival")]
    assert [(one["destination"], one["withdrawn"]) for one in told] == [
        (COMMUNE, False),
        (OTHER, False),
        (COMMUNE, True),
    ]


def test_l6_a_name_that_is_corrected_is_told_again(world: World, tablet: Tablet) -> None:
    record = cross(world, tablet, destination=COMMUNE)
    body = tablet.body(record, over={"people/1/name": (f"{tablet.device.id}:1",)})
    tablet.push(
        world.store, tablet.batch(plain_event(body, tablet.person(name="Nguyễn Thị Đạo Mẫu")))
    )
    world.look()
    first, second = notices(world, "arrival")
    assert first["record"] == second["record"]
    assert second["person"]["1"]["name"] == "Nguyễn Thị Đạo Mẫu"


def test_g2_an_arrival_is_erased_by_its_own_record(world: World, tablet: Tablet) -> None:
    cross(world, tablet, destination=COMMUNE)
    (told,) = notices(world, "arrival")
    assert _names(told["person"])
    targets = world.store.targets_of_record(told["record"])
    world.store.erase(targets, "request", "Đơn 12", None, NOON_MS)
    world.look()
    assert not [one for one in notices(world, "arrival") if _names(one["person"])]


def test_l7_what_is_erased_of_a_crossing_goes_from_its_arrivals(
    world: World, tablet: Tablet
) -> None:
    record = cross(world, tablet, destination=COMMUNE)
    amend(world, tablet, record, destination=OTHER)
    kept = cross(world, tablet, destination=COMMUNE)
    told = [one["person"] for one in notices(world, "arrival")]
    assert [one is None for one in told] == [False, False, True, False]
    world.store.erase(world.store.targets_of_record(record), "request", "Đơn 12", None, NOON_MS)
    for _ in range(3):
        world.look()
    # Withdrawn and standing, of the one crossing and not of the other.
    told = [(one["set"]["subject"] == kept, one["person"]) for one in notices(world, "arrival")]
    assert {name for is_kept, person in told for name in _names(person)} == {"Nguyễn Thị Đào Mẫu"}
    assert [is_kept for is_kept, person in told if _names(person)] == [True]
    erasures = notices(world, "erasure")
    assert len(erasures) == 3
    assert {(one["set"]["reason"], one["set"]["basis"]) for one in erasures} == {
        ("request", "Đơn 12")
    }
    # A reader of the commune is told, and so is the list that outlives every backup.
    other = f"2021-{OTHER['code']}"
    (removed,) = world.store.removals([f"arrivals:{other}"], 0, 1 << 40)
    with closing(read_only(world.config.log_path)) as log:
        write_lists(world.config, log)
    (listed,) = [one for one in read_list(list_paths(world.config)[0]) if one.destination == other]
    assert (listed.events, listed.home) == ((removed,), "hd-ql6")
    assert world.sqlite.not_erased("hd-ql6", [removed], other) == []
    assert world.sqlite.not_erased("hd-ql6", [removed]) == [removed]
    before = len(world.events("erasure"))
    world.look()
    assert len(world.events("erasure")) == before


def _names(person: dict[str, Any] | None) -> set[str]:
    return {one["name"] for one in (person or {}).values() if one.get("name")}


def test_l1_a_notice_is_made_once_whatever_else_is_written(world: World, tablet: Tablet) -> None:
    record = cross(world, tablet, destination=COMMUNE, action="passed")
    tablet.push(world.store, tablet.batch(tablet.amendment(record, {}, wait_s=60)))
    world.look()
    people = {"people": {"1": {"role": "driver", "evidence": EVIDENCE}}}
    tablet.push(
        world.store, tablet.batch(plain_event(tablet.body(record, fields=CAR, items=people), None))
    )
    world.look()
    assert len(notices(world, "arrival")) == 1


def test_l1_a_crash_after_the_write_makes_no_second_notice(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.home import look

    tablet.push(world.store, tablet.batch(tablet.crossing(action="turned_back")))

    def power_cut(_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(look, "transaction", power_cut)
        with pytest.raises(RuntimeError, match="power cut"):
            world.look()
    assert len(notices(world, "turn_back")) == 1
    world.look()
    assert len(notices(world, "turn_back")) == 1
