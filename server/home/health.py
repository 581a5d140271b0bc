"""What the health service has to hear at once: fever, cough, trouble breathing, a positive test.

Bắc Giang, 6/2021: "ho, sốt, khó thở lập tức phải báo cơ quan chức năng". An alert names crossing
and person by their place in it; what somebody has stands in the person part alone. SPEC W9, W10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.signs import alarming_signs
from server.home.alerts import alert
from server.home.draft import Draft, Sources, derived_id
from server.store.log.record import OpenEvent, merge_events, shown_values
from server.store.view_protocol import CrossingRow
from sync.clock import crossing_ms

SIGNS = "health.signs"
POSITIVE = "health.positive"


def with_signs(row: CrossingRow, events: Sequence[OpenEvent]) -> list[Draft]:
    """One alert for each person of a crossing who has any of the three signs."""
    _, items = shown_values(merge_events(events), "crossing")
    return [
        alert(SIGNS, row.record, [row.record], row, item, persons=[item])
        for item, one in sorted(items.get("people", {}).items())
        if not one.get("removed")
        and alarming_signs(
            (*(one.get("symptoms") or ()), *_declared(one)), one.get("temperature_c")
        )
    ]


def _declared(person: Mapping[str, Any]) -> Sequence[object]:
    """What a verified declaration says: of any other, no facts are kept."""
    declaration = (person.get("facts") or {}).get("declaration")
    symptoms = declaration.get("symptoms") if isinstance(declaration, dict) else None
    return symptoms if isinstance(symptoms, list) else ()


def of_test(sources: Sources, record: str) -> Iterator[Draft]:
    """What a quick test asks for: an alert while it is positive, its withdrawal when it is not.

    What a person took or closed is never changed (W4).
    """
    events = sources.events("quick_test", record)
    if not events:
        return
    fields, _ = shown_values(merge_events(events), "quick_test")
    is_positive = fields.get("result") == "positive" and not fields.get("voided")
    alert_record = derived_id(record, "alert", POSITIVE, record)
    told = sources.written("alert", alert_record)
    if told is None:
        if is_positive:
            yield _positive(alert_record, record, events, fields)
        return
    if told.fields.get("state") == "new" and bool(told.fields.get("withdrawn")) == is_positive:
        over = {"withdrawn": told.over["withdrawn"]} if "withdrawn" in told.over else {}
        home = events[0].body.home
        yield Draft("alert", alert_record, home, {"withdrawn": not is_positive}, {}, over)


def _positive(
    alert_record: str, record: str, events: Sequence[OpenEvent], fields: Mapping[str, Any]
) -> Draft:
    first = min(events, key=lambda one: (one.log.order, one.ref))
    crossing, item = fields.get("crossing"), fields.get("item")
    return Draft(
        "alert",
        alert_record,
        first.body.home,
        {
            "alert": POSITIVE,
            "subjects": [record, crossing] if crossing else [record],
            "checkpoint": first.body.home,
            "occurred": max(0, crossing_ms(first.body.time_ms, first.body.offset_ms)),
            "state": "new",
            "withdrawn": False,
            **({"persons": [item]} if item else {}),
        },
    )
