"""W11: who lets through what the rules would not has a lead's word for it."""

from __future__ import annotations

from typing import Any

import pytest

from server.packs import checkpoint_scope, publish
from server.store.registered import Officer, OfficerRole
from tests.server.home.deciding import (
    HOUR_MS,
    PLACE,
    RED,
    alerts,
    codes,
    open_checkpoint,
    pass_through,
    publish_levels,
    rules_content,
)
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

LEAD, OFFICER, OTHER = "hd-ql6-truong", "hd-ql6-quet", "hd-khac-truong"


@pytest.fixture
def tablet(world: World) -> Tablet:
    """Rules that turn back whoever comes from the commune, and three officers."""
    tablet = open_checkpoint(world)
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    rows: list[tuple[str, OfficerRole, str]] = [
        (LEAD, "lead", PLACE.id),
        (OFFICER, "officer", PLACE.id),
        (OTHER, "lead", "hd-khac"),
    ]
    for id_, role, checkpoint in rows:
        world.store.put_officer(
            Officer(id_, "Trần Thị Mẫu", role, (checkpoint,), bytes(32), revoked=False)
        )
    return tablet


def let_through(world: World, tablet: Tablet, **override: Any) -> str:
    return pass_through(
        world,
        tablet,
        outcome="turn_back",
        reason="red",
        packs={"rules": 1, "levels": 2},
        action="passed",
        override={"reason": "paper_shown", "by": OFFICER} | override,
    )


@pytest.mark.parametrize("approved_by", [None, OFFICER, OTHER, "nobody"])
def test_w11_without_a_lead_of_the_checkpoint_it_is_told(
    world: World, tablet: Tablet, approved_by: str | None
) -> None:
    more = {} if approved_by is None else {"approved_by": approved_by}
    record = let_through(world, tablet, **more)
    assert codes(world) == [("override.unagreed", [record])]
    assert "Mẫu" not in str(alerts(world))


def test_w11_what_a_lead_agreed_to_or_did_is_not_told(world: World, tablet: Tablet) -> None:
    let_through(world, tablet, approved_by=LEAD)
    let_through(world, tablet, by=LEAD)
    assert codes(world) == []


def test_w11_a_lead_who_was_revoked_since_was_one_then(world: World, tablet: Tablet) -> None:
    gone = Officer(LEAD, "Trần Thị Mẫu", "lead", (PLACE.id,), bytes(32), revoked=True)
    world.store.put_officer(gone)
    let_through(world, tablet, approved_by=LEAD)
    assert codes(world) == []


def test_w11_an_emergency_waits_for_nobody(world: World, tablet: Tablet) -> None:
    let_through(world, tablet, reason="emergency")
    assert codes(world) == []


@pytest.mark.parametrize(
    ("policy", "outcome", "action", "is_told"),
    [
        ("none", "turn_back", "passed", False),
        ("any", "turn_back", "passed", True),
        ("any", "pass", "turned_back", True),
        ("milder", "pass", "turned_back", False),
    ],
)
def test_w11_the_rules_that_the_tablet_had_say_what_asks_for_a_lead(
    world: World, tablet: Tablet, policy: str, outcome: str, action: str, is_told: bool
) -> None:
    content = rules_content(RED) | {"override_approval": policy}
    keys, scope = world.sqlite.keys, checkpoint_scope(PLACE.id)
    pack = publish(world.store, keys, "rules", scope, content, NOON_MS - HOUR_MS)
    assert pack is not None
    record = pass_through(
        world,
        tablet,
        outcome=outcome,
        packs={"rules": pack.version, "levels": 2},
        action=action,
        override={"reason": "paper_shown", "by": OFFICER},
    )
    told = ("override.unagreed", [record]) in codes(world)
    assert told == is_told
