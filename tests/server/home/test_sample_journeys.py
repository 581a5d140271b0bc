"""What a crossing keeps is enough to decide it again: sample journeys, as a tablet sends them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from rules.decide import Verdict, combine
from rules.permit_lists import PERMIT_TYPES
from server.packs import EVERYBODY, publish
from server.store.registered import Checkpoint
from sync.batch import plain_event
from tests.rules import journeys
from tests.server.home.deciding import alerts
from tests.server.store.conftest import World
from tests.server.store.tablets import Tablet

SUMMARY = ("family", "status", "code", "key_id", "issuer", "issued_at", "expires_at")
IDENTITY = ("name", "id_number", "birth_date", "sex", "phone", "address")
DAY_MS = 86_400_000
ACTIONS = {"pass": "passed", "refer": "referred", "turn_back": "turned_back"}


def is_all_here(name: str, case: Any) -> bool:
    """Whether the lists that this test publishes say what the case only states."""
    external = case.get("external") or {}
    permit = external.get("permit")
    evidence = journeys.evidence(name, case) or {}
    stated = {"company_suspended", "grace", "origin_level", "destination_level", "watch_hit"}
    if stated & external.keys():
        return False
    subject = evidence.get("subject") or {}
    shows_one = evidence.get("family") == "own" and subject.get("type") in PERMIT_TYPES
    if permit is None:
        return not shows_one
    return bool(shows_one and permit.get("valid") is (evidence.get("status") == "verified"))


def present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def event(tablet: Tablet, name: str, case: Any, verdict: Verdict) -> Any:
    """The texts of web/tablet/core/save.ts."""
    journey, evidence = journeys.journey(name, case), journeys.evidence(name, case)
    vehicle = journey.get("vehicle")
    said = {"outcome": verdict.outcome, "reasons": list(verdict.reasons)}
    plate = (vehicle or {}).get("plate")
    fields = {
        "direction": journey["direction"],
        "mode": journey.get("mode") or "checked",
        "purpose": journey.get("purpose") or "other",
        "origin": journey.get("origin"),
        "destination": journey.get("destination"),
        "plate": None if plate is None else {"read": plate, "normal": plate},
        "vehicle_class": "on_foot" if vehicle is None else vehicle["class"],
        "verdict": said,
        "action": ACTIONS[verdict.outcome],
        "occurred": journeys.now_ms(name, case),
    }
    shown = evidence or {"family": "none", "status": "claim", "code": "unsigned"}
    person = {
        "role": journey.get("role") or "driver",
        "evidence": present({one: shown.get(one) for one in SUMMARY}),
        "verdict": said,
    }
    goods = {str(at): one for at, one in enumerate(journey.get("goods") or (), 1)}
    items = {"people": {"1": person}} | ({"goods": goods} if goods else {})
    facts = present(dict((evidence or {}).get("facts") or {}))
    permit = (case.get("external") or {}).get("permit")
    if permit is not None:
        kept = {one: permit[one] for one in ("type", "plate_ok", "hours_ok", "places_ok")}
        facts |= {"permit": kept | {"id": "GP-1"}}
    identity = (evidence or {}).get("identity") or {}
    known = present({one: identity.get(one) for one in IDENTITY})
    known |= present({"card": journey.get("card"), "facts": facts})
    if journey.get("health") is not None:
        known |= present({one: journey["health"][one] for one in ("symptoms", "exposure")})
    body = tablet.body(
        tablet.new_record(), packs={"rules": 1, "levels": 1}, fields=fields, items=items
    )
    return plain_event(body, tablet.person(**known))


@pytest.mark.parametrize("name", journeys.PACK_NAMES)
def test_w2_the_server_decides_sample_journeys_as_the_tablet_did(world: World, name: str) -> None:
    cases = [one for one in journeys.sample(name)["cases"] if is_all_here(name, one)]
    assert len(cases) >= 10
    issued_ms = min(journeys.now_ms(name, one) for one in cases) - DAY_MS
    keys = world.sqlite.keys
    levels = journeys.pack_content(journeys.sample(name)["levels"])
    publish(world.store, keys, "rules", EVERYBODY, journeys.pack_content(name), issued_ms)
    publish(world.store, keys, "levels", EVERYBODY, levels, issued_ms)
    tablets: dict[str, Tablet] = {}
    named: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    for case in cases:
        place = journeys.journey(name, case)["checkpoint"]
        province, klass = place["province"], place["class"]
        where = f"{province}-{klass}"
        if where not in tablets:
            world.store.put_checkpoint(
                Checkpoint(where, where, "QL", province, "1", "1", klass, "active", "", ("1",))
            )
            tablets[where] = world.tablet(where)
        verdict = combine([journeys.verdict(name, case)])
        tablet = tablets[where]
        tablet.push(world.store, tablet.batch(event(tablet, name, case, verdict)))
        named[tablet.records[-1]] = case["name"]
        outcomes[verdict.outcome] += 1
    world.look()
    # All of a file cross at one moment, and so some plates at two checkpoints.
    # Who is ill is told as well, whatever was decided.
    told = [
        one for one in alerts(world) if one["alert"] not in ("vehicle.too_fast", "health.signs")
    ]
    assert [(named[one["subjects"][0]], one["shown"], one["decided"]) for one in told] == []
    assert {row.record for row in world.found()} == named.keys(), "all of them were taken in"
    assert len(outcomes) >= 2
