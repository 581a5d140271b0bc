"""One plate, one document: at two places too fast, or used more often than it may be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credentials import own_fingerprint
from server.config import CONFIG_FILE, ConfigError, load_config
from server.home.sightings import Ways
from server.packs import EVERYBODY, publish
from server.store.registered import Checkpoint
from tests.server.home.deciding import PLACE, alerts, cross
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

OTHER = Checkpoint(
    "nt-ca-na", "Chốt", "QL1 Km 1589+300", "58", "587", "22870", "border", "active", "", ("1",)
)
OWN = {"family": "own", "status": "verified", "code": "ok", "key_id": "k1", "issuer": "so-gtvt"}
MINUTE_MS = 60_000


def document(name: str = "GP-1", type_: str = "permit") -> dict[str, Any]:
    said = {"type": type_, "id": name, "plate_ok": True, "hours_ok": True, "places_ok": True}
    return {"facts": {"permit": said}, "fingerprints": [own_fingerprint(name)]}


def seen(world: World, tablet: Tablet, at_ms: int, **parts: Any) -> str:
    tablet.now_ms = at_ms - 1000
    tablet.push(world.store, tablet.batch(cross(tablet, **parts)))
    world.look(at_ms)
    return tablet.records[-1]


def told(world: World) -> list[tuple[str, list[str]]]:
    return [(one["alert"], one["subjects"]) for one in alerts(world) if "alert" in one]


@pytest.fixture
def tablets(world: World) -> tuple[Tablet, Tablet]:
    world.store.put_checkpoint(PLACE)
    world.store.put_checkpoint(OTHER)
    world.config = replace(world.config, travel_minutes={"hd-ql6": {"nt-ca-na": 600}})
    return world.tablet(), world.tablet("nt-ca-na")


@pytest.mark.parametrize(("minutes", "is_told"), [(599, True), (600, False)])
def test_w6_one_plate_at_two_places_too_fast(
    world: World, tablets: tuple[Tablet, Tablet], minutes: int, is_told: bool
) -> None:
    first = seen(world, tablets[0], NOON_MS)
    later = seen(world, tablets[1], NOON_MS + minutes * MINUTE_MS)
    expected = [("vehicle.too_fast", sorted([first, later]))] if is_told else []
    assert told(world) == expected
    if is_told:
        (one,) = alerts(world)
        assert (one["minutes"], one["least_minutes"], one["checkpoint"]) == (599, 600, "nt-ca-na")


def test_w6_what_comes_late_is_seen_from_both_sides_once(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    later = seen(world, tablets[1], NOON_MS + 60 * MINUTE_MS)
    first = seen(world, tablets[0], NOON_MS)
    assert told(world) == [("vehicle.too_fast", sorted([first, later]))]
    before = world.look()
    world.config.view_path.unlink()
    assert world.look() == before


def test_w6_a_nearer_sighting_takes_nothing_back_and_a_corrected_plate_does(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    first = seen(world, tablets[0], NOON_MS)
    seen(world, tablets[1], NOON_MS + 60 * MINUTE_MS)
    seen(world, tablets[1], NOON_MS + 30 * MINUTE_MS)
    tablets[0].push(world.store, tablets[0].batch(tablets[0].amendment(first, {}, wait_s=30)))
    world.look()
    assert [one["withdrawn"] for one in alerts(world)] == [False, False]
    plate = {"read": "30A-999.99", "normal": "30A99999"}
    over = {"plate": (f"{tablets[0].device.id}:1",)}
    tablets[0].push(world.store, tablets[0].batch(tablets[0].amendment(first, over, plate=plate)))
    world.look()
    assert [one["withdrawn"] for one in alerts(world)] == [False, False, True, True]


def test_w6_what_is_typed_where_there_is_no_plate_is_no_vehicle(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    one, other = tablets
    one.push(world.store, one.batch(*(cross(one) for _ in range(40))))
    other.push(world.store, other.batch(*(cross(other) for _ in range(40))))
    world.look()
    assert told(world) == []


def test_w6_one_document_at_two_places_too_fast(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    copied = {"evidence": OWN, "person": document(), "plate": None, "vehicle_class": "on_foot"}
    first = seen(world, tablets[0], NOON_MS, **copied)
    later = seen(world, tablets[1], NOON_MS + 60 * MINUTE_MS, **copied)
    seen(world, tablets[1], NOON_MS + 61 * MINUTE_MS, **copied | {"person": document("GP-2")})
    assert told(world) == [("permit.too_fast", sorted([first, later]))]
    assert "GP-1" not in str(alerts(world))


def test_w6_what_no_signature_proves_accuses_nobody(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    claim = OWN | {"status": "claim", "code": "untrusted"}
    copied = {"evidence": claim, "person": document(), "plate": None, "vehicle_class": "on_foot"}
    seen(world, tablets[0], NOON_MS, **copied)
    seen(world, tablets[1], NOON_MS + 60 * MINUTE_MS, **copied)
    assert told(world) == []


def test_w6_the_way_is_what_is_set_else_by_km_posts_else_a_minute() -> None:
    places = {
        "a": replace(OTHER, id="a", road="Quốc lộ 1 - Km 1589+300"),
        "b": replace(OTHER, id="b", road="quốc lộ 1, km1639"),
        "c": replace(OTHER, id="c", road="Quốc lộ 27 Km 10"),
        "d": replace(OTHER, id="d", road="Quốc lộ 1"),
    }
    ways = Ways(places, {"a": {"c": 45}})
    assert ways.least_minutes("a", "b") == ways.least_minutes("b", "a") == 29
    assert ways.least_minutes("c", "a") == ways.least_minutes("a", "c") == 45
    assert ways.least_minutes("b", "c") == ways.least_minutes("a", "d") == 1
    assert ways.least_minutes("a", "a") == 0


@pytest.mark.parametrize("wrong", [[], {"a": 5}, {"a": {"b": -1}}, {"a": {"b": "5"}}])
def test_w6_minutes_that_are_none_stop_the_start(tmp_path: Path, wrong: object) -> None:
    (tmp_path / CONFIG_FILE).write_text(json.dumps({"travel_minutes": wrong}), "utf-8")
    with pytest.raises(ConfigError, match="travel_minutes"):
        load_config(tmp_path)


def test_w7_each_use_beyond_what_a_permit_allows_is_told(
    world: World, tablets: tuple[Tablet, Tablet]
) -> None:
    quotas = {"quotas": [{"type": "permit", "per_day": 2, "total": None}]}
    publish(world.store, world.sqlite.keys, "permits", EVERYBODY, quotas, NOON_MS - 1)
    shown = {"evidence": OWN, "person": document()}
    uses = [seen(world, tablets[0], NOON_MS + at * MINUTE_MS, **shown) for at in (0, 20, 30)]
    assert told(world) == [("permit.overspent", [uses[2]])]
    (one,) = alerts(world)
    assert (one["used"], one["allowed"]) == (3, 2)
    seen(world, tablets[0], NOON_MS + 40 * MINUTE_MS, outcome="turn_back", **shown)
    assert len(told(world)) == 1, "who was turned back used nothing"
    late = seen(world, tablets[0], NOON_MS + 10 * MINUTE_MS, **shown)
    assert told(world)[1:] == [("permit.overspent", [uses[1]])], "one use more before it"
    void = tablets[0].amendment(late, {}, voided="mistake")
    tablets[0].push(world.store, tablets[0].batch(void))
    world.look()
    (withdrawn,) = [one["record"] for one in alerts(world) if one.get("withdrawn")]
    assert next(one for one in alerts(world) if one["record"] == withdrawn)["subjects"] == [uses[1]]
