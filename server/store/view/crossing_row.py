"""What the events of one crossing come to, as a row: the same for the projector and for as-of.

Computed from all events of the record at once, so the order in which they came does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from server.store.blind import normal_plate
from server.store.log.persons import LOCAL
from server.store.log.record import OpenEvent, conflicts, merge_events, shown_values
from server.store.view.view_schema import FLAGS, REVIEW_FLAGS, flag_bit
from server.store.view_protocol import CrossingRow
from sync.clock import crossing_ms
from sync.registers import Record

REVIEW_MASK = sum(flag_bit(name) for name in REVIEW_FLAGS)

Items = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """When reports are cut: local hours, and how many minutes after a cut are not yet late."""

    hours: tuple[int, ...]
    grace_minutes: int

    def is_late(self, occurred_ms: int, received_ms: int) -> bool:
        """Whether it came after the first cut that follows it (SPEC C5)."""
        return received_ms > self.next_ms(occurred_ms) + self.grace_minutes * 60_000

    def next_ms(self, occurred_ms: int) -> int:
        local = datetime.fromtimestamp(occurred_ms / 1000, UTC) + LOCAL
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        hours = [*self.hours, self.hours[0] + 24]
        cuts = (midnight + timedelta(hours=hour) for hour in hours)
        cut = next(one for one in cuts if one > local)
        return round((cut - LOCAL).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Content:
    """A crossing by its own events alone: no review, no link, no gap is in its row yet."""

    row: CrossingRow
    record: Record
    people: Items
    goods: Items


def content(events: Sequence[OpenEvent], cutoffs: Cutoffs, first_n: int, since_n: int) -> Content:
    """The row of these events; `first_n` and `since_n` as in `crossings`."""
    record = merge_events(events)
    fields, items = shown_values(record, "crossing")
    first = min(events, key=lambda one: (one.log.order, one.ref))
    people = _present(items.get("people", {}))
    goods = _present(items.get("goods", {}))
    occurred_ms = fields.get("occurred")
    if occurred_ms is None:
        occurred_ms = crossing_ms(first.body.time_ms, first.body.offset_ms)
    is_late = cutoffs.is_late(occurred_ms, first.log.received_ms)
    flags = _flags(record, fields, people, is_late)
    plate = fields.get("plate") or {}
    verdict = fields.get("verdict") or {}
    row = CrossingRow(
        record=first.body.record,
        occurred_ms=occurred_ms,
        received_ms=first.log.received_ms,
        checkpoint=first.body.home,
        lane=fields.get("lane") or "",
        direction=fields.get("direction") or "",
        mode=fields.get("mode") or "",
        purpose=fields.get("purpose") or "",
        plate=normal_plate(plate.get("normal", "")),
        plate_read=plate.get("read", ""),
        vehicle_class=fields.get("vehicle_class") or "",
        people=max(len(people), fields.get("headcount") or 0),
        goods=len(goods),
        outcome=verdict.get("outcome", ""),
        action=fields.get("action") or "",
        reasons=tuple(verdict.get("reasons", [])),
        families=tuple(
            sorted({(one.get("evidence") or {}).get("family", "none") for one in people.values()})
        ),
        officer=first.body.officer or "",
        device=first.log.device,
        flags=flag_names(flags),
        review="open" if flags & REVIEW_MASK else "",
        destination=place_text(fields.get("destination")),
        counted_as="",
        override=(fields.get("override") or {}).get("reason", ""),
        first_n=first_n,
        since_n=since_n,
    )
    return Content(row, record, people, goods)


def flag_names(flags: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(FLAGS) if flags >> bit & 1)


def flags_of(names: Sequence[str]) -> int:
    return sum(flag_bit(name) for name in names)


def place_text(place: object) -> str:
    """A place as the view has it: "<dataset>-<code>", "" for none."""
    return f"{place['dataset']}-{place['code']}" if isinstance(place, dict) else ""


def _present(items: Items) -> Items:
    return {item: fields for item, fields in items.items() if not fields.get("removed")}


def _flags(record: Record, fields: dict[str, Any], people: Items, is_late: bool) -> int:
    evidence = [one.get("evidence") or {} for one in people.values()]
    raised = {
        "override": fields.get("override") is not None,
        "refused": fields.get("action") == "turned_back",
        "unknown_code": any(one.get("status") == "unknown" for one in evidence),
        "conflict": bool(conflicts(record, "crossing")),
        "forged": any(
            one.get("status") == "invalid" and one.get("code") == "signature" for one in evidence
        ),
        "late": is_late,
        "voided": fields.get("voided") is not None,
    }
    return sum(flag_bit(name) for name, is_so in raised.items() if is_so)
