"""Rules, levels and tablets by which tests have somebody decided again."""

from __future__ import annotations

from typing import Any

from server.packs import EVERYBODY, checkpoint_scope, publish
from server.store.published import Pack
from server.store.registered import Checkpoint
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, ID_NUMBER, NAME, NOON_MS, PHONE, Tablet

PLACE = Checkpoint("hd-ql6", "Chốt", "QL6", "01", "268", "10117", "border", "active", "024", ("1",))
HOUR_MS = 3_600_000
ORIGIN = {"dataset": "2021", "code": "22840"}
EVIDENCE = {"family": "cccd", "status": "claim", "code": "unsigned"}


def rule(name: str, outcome: str, condition: Any, since: str = "2026-11-01", **more: Any) -> Any:
    """A rule with all that a pack asks of one."""
    return {
        "id": name,
        "effective_from": f"{since}T00:00:00+07:00",
        "outcome": outcome,
        "condition": condition,
        "reason": {"code": name.replace("-", "_"), "vi": name, "en": name},
        "basis": {"document": "1/QĐ", "date": since, "issuer": "UBND", "clause": "1"},
    } | more


RED = rule("red", "turn_back", {"===": [{"var": "external.origin_level"}, 4]})
ON_FOOT = rule("walker", "refer", {"===": [{"var": "journey.role"}, "walker"]})


def rules_content(*rules: Any, otherwise: str = "pass") -> Any:
    reason = {"code": "ok", "vi": "Được qua", "en": "May pass"}
    return {"rules": list(rules), "otherwise": {"outcome": otherwise, "reason": reason}}


def publish_rules(world: World, at_ms: int, *rules: Any, otherwise: str = "pass") -> Pack:
    scope = checkpoint_scope(PLACE.id)
    content = rules_content(*rules, otherwise=otherwise)
    pack = publish(world.store, world.sqlite.keys, "rules", scope, content, at_ms)
    assert pack is not None
    return pack


def publish_levels(world: World, at_ms: int, level: int, since: str = "2026-11-01") -> Pack:
    """One commune at one level, announced on the day it holds from."""
    window = {"place": ORIGIN, "level": level, "valid_from": f"{since}T00:00:00+07:00"}
    content = {"levels": [window | {"announced_at": window["valid_from"]}]}
    pack = publish(world.store, world.sqlite.keys, "levels", EVERYBODY, content, at_ms)
    assert pack is not None
    return pack


def open_checkpoint(world: World) -> Tablet:
    """A checkpoint with rules and levels that were published two hours ago, and its tablet."""
    world.store.put_checkpoint(PLACE)
    publish_rules(world, NOON_MS - 2 * HOUR_MS, RED, ON_FOOT)
    publish_levels(world, NOON_MS - 2 * HOUR_MS, 2)
    return world.tablet()


def cross(
    tablet: Tablet,
    outcome: str = "pass",
    reason: str = "ok",
    packs: dict[str, int] | None = None,
    evidence: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """An event of a car from the commune: what its tablet showed, and by which packs."""
    verdict = {"outcome": outcome, "reasons": [reason]}
    action = {"pass": "passed", "refer": "referred", "turn_back": "turned_back"}[outcome]
    said = {"role": "driver", "evidence": evidence or EVIDENCE, "verdict": verdict}
    body = tablet.body(
        tablet.new_record(),
        packs={"rules": 1, "levels": 1} if packs is None else packs,
        fields={**CAR, "origin": ORIGIN, "verdict": verdict, "action": action, **fields},
        items={"people": {"1": said}},
    )
    known = {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE}
    return plain_event(body, tablet.person(**(person or known)))


def pass_through(world: World, tablet: Tablet, **parts: Any) -> str:
    """One crossing pushed and looked at; its record."""
    tablet.push(world.store, tablet.batch(cross(tablet, **parts)))
    world.look()
    return tablet.records[-1]


def alerts(world: World) -> list[dict[str, Any]]:
    """What the alert events wrote, in order, each with the record it is of."""
    return [dict(one.body.fields) | {"record": one.body.record} for one in world.events("alert")]


def codes(world: World) -> list[tuple[str, list[str]]]:
    """(code, subjects) of each alert event that begins one."""
    return [(one["alert"], one["subjects"]) for one in alerts(world) if "alert" in one]
