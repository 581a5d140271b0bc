"""What one record becomes in the view: rows, tokens, plates. Used by the projector only.

The same events give the same rows in whatever order and portions they come: rows are computed
from all of a record's events, and tokens and plates of superseded writes stay findable.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import fields as fields_of
from hashlib import sha256
from operator import attrgetter

from server.store.blind import BlindIndex, normal_plate
from server.store.log.record import OpenEvent, merge_events, shown_values
from server.store.view.crossing_row import (
    Content,
    Cutoffs,
    Items,
    content,
    flags_of,
    place_text,
)
from server.store.view.derive import link_of
from server.store.view.shown_documents import put_shown_documents
from server.store.view_protocol import CrossingRow
from sync.complaint import number_of
from sync.registers import Record

_ROW = attrgetter(*(one.name for one in fields_of(CrossingRow)))
_COLUMNS = (
    "record, occurred_ms, received_ms, checkpoint, lane, direction, mode, purpose, plate,"
    " plate_read, vehicle_class, people, goods, outcome, action, reasons, families, officer,"
    " device, flags, review, destination, counted_as, override, first_n, since_n"
)
"""In the order of `CrossingRow`."""

CROSSING = (
    f"INSERT OR REPLACE INTO crossings (id, {_COLUMNS}, id_keys, complaint)"
    f" VALUES (?, {', '.join('?' * (_COLUMNS.count(',') + 1))}, ?, ?)"
)


def put_crossing(
    view: sqlite3.Connection,
    record_id: int,
    events: Sequence[OpenEvent],
    since: Sequence[int],
    is_new: bool,
    blind: BlindIndex,
    cutoffs: Cutoffs,
) -> None:
    """Write one crossing from all its events; `is_new`: nothing of it is in the view yet.

    `since`: the numbers from which the record's events count.

    What links, reviews and gaps add to its row is added by `derive`.
    """
    found = content(events, cutoffs, min(since), max(since))
    row = found.row
    insert_row(view, record_id, row, None if row.plate else _id_keys(found, blind))
    if not is_new:
        view.execute("DELETE FROM crossing_people WHERE crossing = ?", (record_id,))
        view.execute("DELETE FROM crossing_goods WHERE crossing = ?", (record_id,))
    insert_items(view, record_id, found.people, found.goods)
    put_shown_documents(view, record_id, found.people, is_new, blind)
    _put_plates(view, record_id, found.record, is_new)
    tokens = [(token, record_id, person) for token, person in _tokens(found.record, blind)]
    if not is_new and any(one.person is None for one in events):
        # A person part may have been erased since: what it was found by goes with it.
        view.execute("DELETE FROM tokens WHERE crossing = ?", (record_id,))
    view.executemany(
        "INSERT OR IGNORE INTO tokens (token, crossing, person) VALUES (?, ?, ?)", tokens
    )


def put_review(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> set[str]:
    """Write one review; the record it is about."""
    fields, _ = shown_values(merge_events(events), "review")
    subject, decision = fields.get("subject"), fields.get("decision")
    if not isinstance(subject, str) or not isinstance(decision, str):
        return set()
    last = max(events, key=lambda one: (one.log.order, one.ref))
    view.execute(
        "INSERT OR REPLACE INTO reviews (id, subject, decision, order_stamp, ref, since)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (record_id, subject, decision, last.log.order, last.ref, since),
    )
    return {subject}


def put_link(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> set[str]:
    """Write whether two crossings are one passage (SPEC L2); the records it is about."""
    found = link_of(events)
    if found is None:
        return set()
    view.execute(
        "INSERT OR REPLACE INTO links (id, one, other, decision, by_person, since)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (record_id, *found, since),
    )
    return {found[0], found[1]}


def put_notice(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> None:
    """Write that a notice was made of a crossing, or withdrawn (SPEC L5, L6)."""
    kind = events[0].body.kind
    fields, _ = shown_values(merge_events(events), kind)
    subject = fields.get("subject")
    if isinstance(subject, str):
        view.execute(
            "INSERT OR REPLACE INTO notices (id, kind, subject, withdrawn, since)"
            " VALUES (?, ?, ?, ?, ?)",
            (record_id, kind, subject, bool(fields.get("withdrawn")), since),
        )


def insert_row(
    view: sqlite3.Connection, record_id: int, row: CrossingRow, id_keys: bytes | None
) -> None:
    """One crossing's row as it is, under this number."""
    values = list(_ROW(row))
    values[15] = json.dumps(row.reasons, ensure_ascii=False)
    values[16] = json.dumps(row.families)
    values[19] = flags_of(row.flags)
    view.execute(CROSSING, (record_id, *values, id_keys, number_of(row.record)))


def insert_items(view: sqlite3.Connection, record_id: int, people: Items, goods: Items) -> None:
    """The people and goods lines of one crossing, without who they are and what they are called."""
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
            "INSERT INTO crossing_goods (crossing, item, goods_group, quantity, unit, perishable,"
            " origin, destination, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record_id,
                item,
                one.get("group") or "",
                one.get("quantity"),
                one.get("unit") or "",
                bool(one.get("perishable")),
                place_text(one.get("origin")),
                place_text(one.get("destination")),
                one.get("seal") or "",
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


def _id_keys(found: Content, blind: BlindIndex) -> bytes | None:
    """The tokens of the whole ID numbers shown, one after the other; None where there are none."""
    numbers = (one.get("id_number") for one in found.people.values())
    keys = {blind.whole_id(one) for one in numbers if isinstance(one, str)}
    return b"".join(sorted(keys - {b""})) or None


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
