"""What one record becomes in the view: rows, flags, tokens. Used by the projector only.

The same events give the same rows in whatever order and portions they come: rows are computed
from all of a record's events, and tokens and plates of superseded writes stay findable.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from server.store.blind import BlindIndex, normal_plate
from server.store.persons import LOCAL
from server.store.record import OpenEvent, conflicts, merge_events, shown_values
from server.store.view_schema import FLAGS, REVIEW_FLAGS
from sync.clock import crossing_ms
from sync.registers import Record

REVIEW_MASK = sum(1 << FLAGS.index(name) for name in REVIEW_FLAGS)

CROSSING = (
    "INSERT OR REPLACE INTO crossings (id, record, occurred_ms, received_ms, checkpoint, lane,"
    " direction, mode, purpose, plate, plate_read, vehicle_class, people, goods, outcome, action,"
    " reasons, families, officer, device, flags, review)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
LAST_REVIEW = (
    "SELECT decision FROM reviews WHERE subject = ? ORDER BY order_stamp DESC, ref DESC LIMIT 1"
)


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


def put_crossing(
    view: sqlite3.Connection,
    record_id: int,
    events: Sequence[OpenEvent],
    is_new: bool,
    blind: BlindIndex,
    cutoffs: Cutoffs,
) -> None:
    """Write one crossing from all its events; `is_new`: nothing of it is in the view yet."""
    record = merge_events(events)
    fields, items = shown_values(record, "crossing")
    first = min(events, key=lambda one: (one.log.order, one.ref))
    people = _present(items.get("people", {}))
    goods = _present(items.get("goods", {}))
    occurred_ms = fields.get("occurred")
    if occurred_ms is None:
        occurred_ms = crossing_ms(first.body.time_ms, first.body.offset_ms)
    flags = _flags(record, fields, people, cutoffs, occurred_ms, first.log.received_ms)
    plate = fields.get("plate") or {}
    verdict = fields.get("verdict") or {}
    name = first.body.record
    decision = view.execute(LAST_REVIEW, (name,)).fetchone()
    review = decision[0] if decision else ("open" if flags & REVIEW_MASK else "")
    families = sorted(
        {(one.get("evidence") or {}).get("family", "none") for one in people.values()}
    )
    view.execute(
        CROSSING,
        (
            record_id,
            name,
            occurred_ms,
            first.log.received_ms,
            first.body.home,
            fields.get("lane") or "",
            fields.get("direction") or "",
            fields.get("mode") or "",
            fields.get("purpose") or "",
            normal_plate(plate.get("normal", "")),
            plate.get("read", ""),
            fields.get("vehicle_class") or "",
            max(len(people), fields.get("headcount") or 0),
            len(goods),
            verdict.get("outcome", ""),
            fields.get("action") or "",
            json.dumps(verdict.get("reasons", []), ensure_ascii=False),
            json.dumps(families),
            first.body.officer or "",
            first.log.device,
            flags,
            review,
        ),
    )
    _put_items(view, record_id, people, goods, is_new)
    _put_plates(view, record_id, record, is_new)
    tokens = [(token, record_id, person) for token, person in _tokens(record, blind)]
    view.executemany(
        "INSERT OR IGNORE INTO tokens (token, crossing, person) VALUES (?, ?, ?)", tokens
    )


def put_review(view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent]) -> None:
    """Write one review and the state of the crossing it is about, in whichever order they came."""
    fields, _ = shown_values(merge_events(events), "review")
    subject, decision = fields.get("subject"), fields.get("decision")
    if not isinstance(subject, str) or not isinstance(decision, str):
        return
    last = max(events, key=lambda one: (one.log.order, one.ref))
    view.execute(
        "INSERT OR REPLACE INTO reviews (id, subject, decision, order_stamp, ref)"
        " VALUES (?, ?, ?, ?, ?)",
        (record_id, subject, decision, last.log.order, last.ref),
    )
    view.execute(
        f"UPDATE crossings SET review = ({LAST_REVIEW})"
        " WHERE id = (SELECT id FROM records WHERE record = ?)",
        (subject, subject),
    )


def flag_names(flags: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(FLAGS) if flags >> bit & 1)


def _present(items: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item: fields for item, fields in items.items() if not fields.get("removed")}


def _flags(
    record: Record,
    fields: dict[str, Any],
    people: dict[str, dict[str, Any]],
    cutoffs: Cutoffs,
    occurred_ms: int,
    received_ms: int,
) -> int:
    evidence = [one.get("evidence") or {} for one in people.values()]
    raised = {
        "override": fields.get("override") is not None,
        "refused": fields.get("action") == "turned_back",
        "unknown_code": any(one.get("status") == "unknown" for one in evidence),
        "conflict": bool(conflicts(record, "crossing")),
        "forged": any(
            one.get("status") == "invalid" and one.get("code") == "signature" for one in evidence
        ),
        "late": cutoffs.is_late(occurred_ms, received_ms),
        "voided": fields.get("voided") is not None,
    }
    return sum(raised[name] << bit for bit, name in enumerate(FLAGS))


def _put_items(
    view: sqlite3.Connection,
    record_id: int,
    people: dict[str, dict[str, Any]],
    goods: dict[str, dict[str, Any]],
    is_new: bool,
) -> None:
    if not is_new:
        view.execute("DELETE FROM crossing_people WHERE crossing = ?", (record_id,))
        view.execute("DELETE FROM crossing_goods WHERE crossing = ?", (record_id,))
    for item, one in people.items():
        evidence = one.get("evidence") or {}
        view.execute(
            "INSERT INTO crossing_people (crossing, item, role, family, status, code, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record_id,
                item,
                one.get("role") or "",
                evidence.get("family", "none"),
                evidence.get("status", ""),
                evidence.get("code", ""),
                (one.get("verdict") or {}).get("outcome", ""),
            ),
        )
    for item, one in goods.items():
        view.execute(
            "INSERT INTO crossing_goods (crossing, item, goods_group, quantity, unit, perishable)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                record_id,
                item,
                one.get("group") or "",
                one.get("quantity"),
                one.get("unit") or "",
                bool(one.get("perishable")),
            ),
        )


def _put_plates(view: sqlite3.Connection, record_id: int, record: Record, is_new: bool) -> None:
    """Every plate anybody wrote, normal forms and candidates, also those that were corrected."""
    found: set[str] = set()
    for path in ("plate", "trailer_plate"):
        register = record.get(path)
        for write in register.writes.values() if register is not None else ():
            if isinstance(write.value, dict):
                found.add(normal_plate(str(write.value.get("normal", ""))))
                found |= {normal_plate(str(one)) for one in write.value.get("candidates", [])}
    found.discard("")
    if not is_new:
        view.execute("DELETE FROM plates WHERE rowid = ?", (record_id,))
    if found:
        view.execute(
            "INSERT INTO plates (rowid, plate) VALUES (?, ?)", (record_id, " ".join(sorted(found)))
        )


def _tokens(record: Record, blind: BlindIndex) -> set[tuple[bytes, int]]:
    """(token, person) of every name, number and phone anybody wrote into this crossing."""
    found: set[tuple[bytes, int]] = set()
    for path, register in record.items():
        parts = path.split("/")
        if len(parts) != 3 or parts[0] != "people":
            continue
        for write in register.writes.values():
            if isinstance(write.value, str):
                number = _person_no(parts[1])
                found |= {(token, number) for token in _field_tokens(parts[2], write.value, blind)}
    return found


def _field_tokens(name: str, value: str, blind: BlindIndex) -> set[bytes]:
    if name == "name":
        return blind.name_tokens(value)
    if name == "id_number":
        return blind.id_tokens(value)
    return blind.phone_tokens(value) if name == "phone" else set()


def _person_no(item: str) -> int:
    """A number for a person item that stays the same whatever else the crossing holds."""
    if item.isdigit():
        return int(item)
    return int.from_bytes(sha256(item.encode("ascii")).digest()[:5], "big") + 10_000
