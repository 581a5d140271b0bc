"""What demo officers note besides crossings: a violation, a test, a queue, an incident."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.demo.decide import DemoEvent
from cli.demo.traffic import Trip
from sync.encoding import uuid7

AFTER_MS = 60_000
_LEGAL = {"document": "117/2020/NĐ-CP", "clause": "Điều 12: áp dụng biện pháp chống dịch"}
_VIOLATIONS = (
    ("no_mask", "warned", None),
    ("no_mask", "fined", 2_000_000),
    ("no_reason", "fined", 2_000_000),
    ("no_reason", "draft_report", None),
    ("false_declaration", "draft_report", None),
    ("gathering", "warned", None),
    ("hidden_passengers", "draft_report", None),
)
_INCIDENTS = (("jam", "medium"), ("network", "low"), ("weather", "medium"), ("accident", "high"))
_NOTES = {
    "jam": "Ùn từ ngã ba vào, phân luồng sang làn trong.",
    "network": "Mất 3G 40 phút, ghi trên máy.",
    "weather": "Mưa to, dời bàn khai báo vào lán.",
    "accident": "Va chạm hai xe máy trước chốt, không ai bị nặng.",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """One record of a kind, as a tablet would write it a minute after the crossing."""

    kind: str
    record: str
    at_ms: int
    fields: dict[str, Any]
    person: dict[str, Any]
    salt: bytes


def noted_of(trip: Trip, event: DemoEvent, lane: str) -> Iterator[Noted]:
    """What the officer noted of this crossing, or while it was there; mostly nothing."""
    salt = hashlib.sha256(b"noted" + trip.salt).digest()
    luck, which = int.from_bytes(salt[:2], "big") / 65536, salt[2]
    fields: dict[str, Any] = {"lane": lane}
    person: dict[str, Any] = {}
    if luck < 1 / 150:
        what, action, amount = _VIOLATIONS[which % len(_VIOLATIONS)]
        kind = "violation"
        fields |= {"crossing": event.record, "what": what, "legal": _LEGAL, "action": action}
        fields |= {"amount_vnd": amount, "plate": event.fields.get("plate")}
        person = {"who": _known(event, ("name", "id_number", "birth_date", "phone", "address"))}
    elif luck < 1 / 70:
        kind = "quick_test"
        result = "positive" if which < 10 else "negative"
        fields |= {"crossing": event.record, "item": "1", "type": "rapid", "result": result}
        person = {"person": _known(event, ("name", "id_number", "birth_date", "phone"))}
    elif luck < 1 / 56:
        kind = "incident"
        what, severity = _INCIDENTS[which % len(_INCIDENTS)]
        fields |= {"what": what, "severity": severity}
        person = {"note": _NOTES[what]}
    elif luck < 1 / 45:
        kind = "queue"
        fields |= {"length_vehicles": 4 + which % 40, "wait_s": 30 * (4 + which % 40)}
    else:
        return
    at_ms = trip.at_ms + AFTER_MS
    part = {"set": person} if person else {}
    yield Noted(kind, uuid7(at_ms, salt[-10:]), at_ms, fields, part, salt[3:19])


def _known(event: DemoEvent, names: tuple[str, ...]) -> dict[str, Any]:
    people = event.person.get("items", {}).get("people", {})
    first = people.get("1", {})
    return {name: first[name] for name in names if first.get(name)}
