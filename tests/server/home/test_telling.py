"""A checkpoint is told of alerts about its crossings by a pack that names nobody and no plate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credentials.pack import verify_pack
from server.home.telling import ALERTS, MAX_TOLD, TOLD, publish_told, told
from server.keys import public_jwk
from server.packs import checkpoint_scope
from tests.server.home.deciding import (
    HOUR_MS,
    PLACE,
    alerts,
    open_checkpoint,
    pass_through,
    publish_levels,
)
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, ID_NUMBER, NAME, NOON_MS, Tablet


@pytest.fixture
def tablet(world: World) -> Tablet:
    """Its levels are older than those in force: what it lets pass is a stale decision."""
    tablet = open_checkpoint(world)
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    return tablet


def publish(world: World, now_ms: int) -> int:
    return len(publish_told(world.store, world.sqlite.keys, now_ms))


def content(world: World) -> dict[str, Any]:
    pack = world.store.pack(ALERTS, checkpoint_scope(PLACE.id))
    assert pack is not None
    payload = verify_pack(pack.jws, public_jwk(world.sqlite.keys.packs), NOON_MS + HOUR_MS)
    assert (payload.name, payload.scope) == (ALERTS, checkpoint_scope(PLACE.id))
    found: dict[str, Any] = payload.content
    return found


def test_w10_an_open_alert_reaches_its_checkpoint_and_leaves_when_closed(
    world: World, tablet: Tablet
) -> None:
    assert publish(world, NOON_MS) == 0, "a pack of nothing for everybody"
    record = pass_through(world, tablet)
    (alert,) = alerts(world)
    assert publish(world, tablet.now_ms) == 1
    assert content(world)["alerts"] == [
        {
            "alert": alert["record"],
            "code": "decision.stale",
            "crossings": [record],
            "occurred_ms": alert["occurred"],
            "state": "new",
        }
    ]
    assert publish(world, tablet.now_ms) == 0, "the same again"
    for state, left in (("taken", 1), ("closed", 0)):
        world.store.write(
            kind="alert", record=alert["record"], home=PLACE.id, user="canhsat",
            fields={"state": state}, person=None, now_ms=tablet.now_ms,
        )  # fmt: skip
        world.look()
        assert publish(world, tablet.now_ms) == 1
        assert len(content(world)["alerts"]) == left


def test_w10_the_pack_names_no_person_and_no_plate(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet)
    publish(world, tablet.now_ms)
    text = json.dumps(content(world), ensure_ascii=False)
    for secret in (NAME, ID_NUMBER, CAR["plate"]["normal"]):
        assert secret not in text


def test_w10_what_a_tablet_has_forgotten_is_not_told(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet)
    assert told(world.store, tablet.now_ms) != {}
    assert told(world.store, tablet.now_ms + 73 * HOUR_MS) == {}


def test_w10_who_is_isolated_is_never_told_to_a_checkpoint() -> None:
    assert "late.isolated" not in TOLD
    assert MAX_TOLD <= 50
