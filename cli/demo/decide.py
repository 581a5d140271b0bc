"""What the tablet and its officer would have made of a trip: verdict, action, and the event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cli.demo.traffic import Trip
from credentials.evidence import Evidence, evidence_to_json
from credentials.plates import normalise_plate
from rules.decide import Verdict, combine, decide, verdict_to_json
from rules.levels import levels_at
from rules.pack import RulePack
from rules.watchlist import watch_number
from server.keys import KeyRing
from server.rulebook import levels_of, rules_of
from server.store.protocol import Store
from server.store.registered import Checkpoint
from sync.encoding import uuid7

CORRECTED_SHARE = 1 / 150
RIVAL_SHARE = 1 / 400


@dataclass(frozen=True, slots=True)
class Look:
    """A crossing that a reviewer has to look at."""

    record: str
    home: str
    at_ms: int
    luck: float


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody with a whole ID number who was let through; `place` as the watchlist names it."""

    id_number: str
    name: str
    place: str
    at_ms: int
    luck: float


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """The texts-to-be of a trip's event; `correction` and `rival` are later plates, if any."""

    record: str
    packs: dict[str, int]
    fields: dict[str, Any]
    items: dict[str, dict[str, Any]]
    person: dict[str, Any]
    correction: dict[str, Any] | None
    rival: dict[str, Any] | None


@dataclass(slots=True)
class Deciding:
    """Decides trips by the packs in force; `looks` and `passed` collect what follows from it."""

    rules: dict[str, RulePack | None]
    levels: dict[str, int]
    packs: dict[str, dict[str, int]]
    looks: list[Look] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)

    @classmethod
    def of(
        cls, store: Store, keys: KeyRing, places: tuple[Checkpoint, ...], now_ms: int
    ) -> Deciding:
        """With what is published now, as each checkpoint's tablets would hold it."""
        provinces = {place.province: place for place in places}
        windows, levels_version = levels_of(store, keys, now_ms)
        rules = {
            province: rules_of(store, keys, place.id, now_ms)
            for province, place in provinces.items()
        }
        packs = {
            province: {"levels": levels_version, **({pack.name: pack.version} if pack else {})}
            for province, pack in rules.items()
        }
        return cls(rules, levels_at(windows, now_ms), packs)

    def event(self, place: Checkpoint, trip: Trip) -> DemoEvent:
        """The event that the officer's tablet would have written for `trip`."""
        record = uuid7(trip.at_ms, trip.salt[-10:])
        verdicts = [
            decide(
                None if one.evidence is None else evidence_to_json(one.evidence),
                _journey(place, trip, one.role, one.card),
                {"levels": self.levels},
                trip.at_ms,
                self.rules[place.province],
            )
            for one in trip.travellers
        ]
        verdict = combine(verdicts)
        action, override = _done(verdict, trip.luck)
        fields: dict[str, Any] = {
            "lane": trip.lane,
            "direction": trip.direction,
            "mode": trip.mode,
            "purpose": trip.purpose,
            "origin": {"dataset": trip.origin.dataset, "code": trip.origin.code},
            "vehicle_class": trip.vehicle_class,
            "headcount": len(trip.travellers),
            "verdict": _shown(verdict),
            "action": action,
            "wait_s": 15 + int(trip.luck * 400),
        }
        if (destination := _destination(place, trip)) is not None:
            fields["destination"] = destination
        if override is not None:
            fields["override"] = {"reason": override, "by": f"{place.id}-truong"}
        correction = rival = None
        if trip.plate is not None:
            fields["plate"] = _plate(trip.plate)
            if trip.luck < CORRECTED_SHARE:
                correction = _plate(_misread(trip.plate, 1))
                rival = _plate(_misread(trip.plate, 2)) if trip.luck < RIVAL_SHARE else None
        families = [one.evidence.status for one in trip.travellers if one.evidence is not None]
        if override or rival or action == "turned_back" or {"unknown", "invalid"} & set(families):
            self.looks.append(Look(record, place.id, trip.at_ms, trip.luck * 7 % 1))
        if action == "passed":
            self.passed += _passed(trip)
        items, person = _items(trip, verdicts)
        return DemoEvent(
            record, self.packs[place.province], fields, items, person, correction, rival
        )


def _passed(trip: Trip) -> Iterator[Passed]:
    for one in trip.travellers:
        identity = None if one.evidence is None else one.evidence.identity
        number = watch_number((identity and identity.id_number) or "")
        if identity is not None and number is not None:
            place = f"{trip.origin.dataset}/{trip.origin.code}"
            yield Passed(number, identity.name or "", place, trip.at_ms, trip.luck * 31 % 1)


def _journey(place: Checkpoint, trip: Trip, role: str, card: str | None) -> dict[str, Any]:
    return {
        "direction": trip.direction,
        "mode": trip.mode,
        "purpose": trip.purpose,
        "origin": {"dataset": trip.origin.dataset, "code": trip.origin.code},
        "destination": _destination(place, trip),
        "departed_at": None,
        "checkpoint": {"id": place.id, "province": place.province, "class": place.klass},
        "role": role,
        "card": None if card is None else {"colour": card, "basis": "seen"},
        "vehicle": {"class": trip.vehicle_class, "plate": trip.plate},
        "goods": [{"group": one.group, "perishable": one.perishable} for one in trip.goods],
    }


def _destination(place: Checkpoint, trip: Trip) -> dict[str, str] | None:
    """Who comes home comes to the commune of the checkpoint; the others were not asked."""
    if trip.direction == "in" and trip.purpose == "return_home":
        return {"dataset": "2021", "code": place.commune}
    return None


def _done(verdict: Verdict, luck: float) -> tuple[str, str | None]:
    """What was done, and the reason where it is not what the verdict said."""
    if verdict.outcome == "pass":
        return "passed", None
    if verdict.outcome == "refer":
        if luck < 0.10:
            return "passed", ("paper_shown", "code_unreadable", "local_resident")[int(luck * 30)]
        return "referred", None
    return ("passed", "emergency") if luck < 0.03 else ("turned_back", None)


def _items(trip: Trip, verdicts: list[Verdict]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    people: dict[str, Any] = {}
    identities: dict[str, Any] = {}
    for number, (one, verdict) in enumerate(zip(trip.travellers, verdicts, strict=True), 1):
        code = one.evidence
        member: dict[str, Any] = {"role": one.role, "verdict": _shown(verdict)}
        if code is not None:
            member["evidence"] = _summary(code)
        people[str(number)] = member
        identity: dict[str, Any] = {}
        if code is not None and code.identity is not None:
            identity = {
                "name": code.identity.name,
                "birth_date": code.identity.birth_date,
                "id_number": code.identity.id_number,
                "phone": one.who.phone,
            }
        if code is not None and (facts := _facts(code)):
            identity["facts"] = facts
        if one.card is not None:
            identity["card"] = {"colour": one.card, "basis": "seen"}
        if identity:
            identities[str(number)] = identity
    items: dict[str, dict[str, Any]] = {"people": people}
    person_items: dict[str, Any] = {"people": identities} if identities else {}
    if trip.goods:
        items["goods"] = {
            str(number): {
                "group": one.group,
                "quantity": one.quantity,
                "unit": one.unit,
                "perishable": one.perishable,
            }
            for number, one in enumerate(trip.goods, 1)
        }
        person_items["goods"] = {
            str(number): {"description": one.description}
            for number, one in enumerate(trip.goods, 1)
        }
    return items, {"items": person_items} if person_items else {}


def _summary(code: Evidence) -> dict[str, Any]:
    summary: dict[str, Any] = {"family": code.family, "status": code.status, "code": code.code}
    if code.key_id is not None:
        summary |= {"key_id": code.key_id, "issuer": code.issuer, "expires_at": code.expires_at}
    return summary


def _facts(code: Evidence) -> dict[str, Any]:
    """What it proved, which the home server decides again by."""
    return {name: one for name, one in evidence_to_json(code)["facts"].items() if one}


def _shown(verdict: Verdict) -> dict[str, Any]:
    shown = verdict_to_json(verdict)
    return {name: shown[name] for name in ("outcome", "reasons", "rules")}


def _plate(text: str) -> dict[str, Any]:
    plate = normalise_plate(text)
    return {"read": text, "normal": plate.normal, "candidates": list(plate.candidates)}


def _misread(text: str, by: int) -> str:
    """The same plate with its last digit off, as a second look finds it."""
    return f"{text[:-1]}{(int(text[-1]) + by) % 10}"
