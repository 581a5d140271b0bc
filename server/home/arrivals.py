"""What the community team of a commune learns of who is on the way to it (SPEC L6)."""

from __future__ import annotations

from typing import Any

from server.home.draft import Draft, Sources, derived_id
from server.store.log.record import merge_events, shown_values
from server.store.view_protocol import CrossingRow

COMMUNE_DIGITS = 5
"""Codes of communes in both data sets; districts have three digits, provinces two."""

TOLD = ("name", "phone", "address")


def wanted(sources: Sources, row: CrossingRow) -> Draft | None:
    """The arrival to tell of this crossing, if any: it came in, passed, and named a commune."""
    is_told = row.action == "passed" and row.direction == "in"
    if not is_told or not row.destination or {"voided", "duplicate"} & set(row.flags):
        return None
    fields, items = shown_values(merge_events(sources.events("crossing", row.record)), "crossing")
    destination = fields.get("destination")
    if not isinstance(destination, dict) or len(destination.get("code", "")) != COMMUNE_DIGITS:
        return None
    place = f"{destination['dataset']}-{destination['code']}"
    told = {
        "subject": row.record,
        "checkpoint": row.checkpoint,
        "destination": destination,
        "origin": fields.get("origin"),
        "occurred": row.occurred_ms,
        "headcount": row.people,
        "withdrawn": False,
    }
    people = {item: _told(one) for item, one in items.get("people", {}).items()}
    record = derived_id(row.record, "arrival", row.record, place)
    return Draft(
        "arrival",
        record,
        row.checkpoint,
        told,
        {item: one for item, one in people.items() if one},
    )


def _told(person: dict[str, Any]) -> dict[str, Any]:
    if person.get("removed"):
        return {}
    return {name: person[name] for name in TOLD if person.get(name)}
