"""Searching the view: criteria to SQL, newest first, pages by key. Nothing personal comes out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from server.store.blind import BlindIndex, normal_plate, syllables
from server.store.log.kept import kept_counts
from server.store.view.crossing_row import flag_names
from server.store.view.page_key import page_key
from server.store.view.view_schema import FLAGS, flag_bit
from server.store.view_protocol import Criteria, CrossingRow

MAX_LIMIT = 500
TRIGRAM = 3

ROW = (
    "SELECT record, occurred_ms, received_ms, checkpoint, lane, direction, mode, purpose, plate,"
    " plate_read, vehicle_class, people, goods, outcome, action, reasons, families, officer,"
    " device, flags, review, destination, counted_as, override, first_n, since_n FROM crossings"
)

Conditions = list[tuple[str, tuple[Any, ...]]]


def search(
    view: sqlite3.Connection, blind: BlindIndex, criteria: Criteria, after: str, limit: int
) -> tuple[list[CrossingRow], str]:
    """Rows, newest first, and the key to continue after; ValueError for a key that is none."""
    conditions = _conditions(criteria, blind)
    if after:
        conditions.append(("(occurred_ms, record) < (?, ?)", page_key(after)))
    limit = max(1, min(limit, MAX_LIMIT))
    where, values = joined(conditions)
    rows = [
        crossing_row(row)
        for row in view.execute(
            f"{ROW}{where} ORDER BY occurred_ms DESC, record DESC LIMIT ?", (*values, limit + 1)
        )
    ]
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], f"{last.occurred_ms}.{last.record}"


def counts(
    view: sqlite3.Connection, from_ms: int, to_ms: int, checkpoints: Sequence[str]
) -> dict[str, int]:
    """Sums over from_ms ≤ occurred < to_ms; voided ones and duplicates count as such only.

    With what was compacted since, by whole days and without its flags (SPEC G7).

    Names: crossings, people, vehicles, in, out, passed, referred, turned_back, turned_back_in,
    turned_back_out, people_in, people_out, waved, each flag by its name, review_open. What was
    waved through (mode `waved`) is counted in the others too; compacted days do not tell it apart.
    """
    where, values = joined(within(from_ms, to_ms, checkpoints))
    names = [*_SUMS, *FLAGS]
    sums = [f"sum(CASE WHEN {LIVE} THEN {sql} ELSE 0 END)" for sql in _SUMS.values()]
    sums += [_flag_sum(name) for name in FLAGS]
    row = view.execute(f"SELECT {', '.join(sums)} FROM crossings{where}", values).fetchone()
    kept = kept_counts(view, from_ms, to_ms, checkpoints)
    return {
        name: int(value or 0) + kept.get(name, 0) for name, value in zip(names, row, strict=True)
    }


def open_reviews(view: sqlite3.Connection) -> dict[str, int]:
    """Open passages by flag, and "all"; reads only the open ones. Duplicates count once (L3)."""
    sums = [f"count(DISTINCT iif(flags & {flag_bit(name)}, {_PASSAGE}, NULL))" for name in FLAGS]
    row = view.execute(
        f"SELECT count(DISTINCT {_PASSAGE}), {', '.join(sums)} FROM crossings WHERE review = 'open'"
    ).fetchone()
    return {name: int(value or 0) for name, value in zip(["all", *FLAGS], row, strict=True)}


def no_counts() -> dict[str, int]:
    return dict.fromkeys([*_SUMS, *FLAGS], 0)


_PASSAGE = "iif(counted_as = '', record, counted_as)"
VEHICLE = "vehicle_class NOT IN ('', 'on_foot')"
LIVE = f"flags & {flag_bit('voided') | flag_bit('duplicate')} = 0"


def _flag_sum(name: str) -> str:
    """How many carry a flag; of a passage with duplicates the crossing that counts is asked."""
    bit = flag_bit(name)
    if name == "duplicate":
        return f"sum(flags & {bit} <> 0)"
    return f"sum(flags & {bit} <> 0 AND flags & {flag_bit('duplicate')} = 0)"


_SUMS = {
    "crossings": "1",
    "people": "people",
    "vehicles": VEHICLE,
    "in": "direction = 'in'",
    "out": "direction = 'out'",
    "people_in": "people * (direction = 'in')",
    "people_out": "people * (direction = 'out')",
    "passed": "action = 'passed'",
    "referred": "action = 'referred'",
    "turned_back": "action = 'turned_back'",
    "turned_back_in": "action = 'turned_back' AND direction = 'in'",
    "turned_back_out": "action = 'turned_back' AND direction = 'out'",
    "waved": "mode = 'waved'",
    "review_open": "review = 'open'",
}


def watermark(view: sqlite3.Connection) -> int:
    (value,) = view.execute("SELECT value FROM meta WHERE key = 'watermark'").fetchone()
    return int(value)


def crossing_row(row: tuple[Any, ...]) -> CrossingRow:
    """A row of ROW as a value."""
    values = list(row)
    values[15], values[16] = tuple(json.loads(row[15])), tuple(json.loads(row[16]))
    values[19] = flag_names(row[19])
    return CrossingRow(*values)


def within(from_ms: int | None, to_ms: int | None, checkpoints: Sequence[str]) -> Conditions:
    """from_ms ≤ occurred < to_ms at these checkpoints (none: at all of them)."""
    conditions: Conditions = []
    if from_ms is not None:
        conditions.append(("occurred_ms >= ?", (from_ms,)))
    if to_ms is not None:
        conditions.append(("occurred_ms < ?", (to_ms,)))
    conditions += _one_of("checkpoint", checkpoints)
    return conditions


def joined(conditions: Conditions) -> tuple[str, tuple[Any, ...]]:
    """(" WHERE …" or "", its values)."""
    if not conditions:
        return "", ()
    values = tuple(value for _, some in conditions for value in some)
    return " WHERE " + " AND ".join(sql for sql, _ in conditions), values


def _conditions(criteria: Criteria, blind: BlindIndex) -> Conditions:
    conditions = within(criteria.from_ms, criteria.to_ms, criteria.checkpoints)
    conditions += _one_of("outcome", criteria.outcomes)
    conditions += _one_of("action", criteria.actions)
    if criteria.direction:
        conditions.append(("direction = ?", (criteria.direction,)))
    if criteria.review:
        conditions.append(("review = ?", (criteria.review,)))
    if criteria.complaint is not None:
        conditions.append(("complaint = ?", (criteria.complaint,)))
    if criteria.flags:
        mask = sum(1 << FLAGS.index(one) for one in criteria.flags)
        conditions.append(("flags & ? <> 0", (mask,)))
    if criteria.plate:
        conditions.append(_plate(normal_plate(criteria.plate)))
    tokens: list[bytes] = []
    if criteria.name:
        tokens += [min(blind.name_tokens(one)) for one in syllables(criteria.name)]
    if criteria.id_number:
        tokens.append(blind.id_query(criteria.id_number))
    if criteria.phone:
        tokens += blind.phone_tokens(criteria.phone)
    if tokens:
        conditions.append(_same_person(sorted(set(tokens))))
    elif criteria.name or criteria.phone:
        conditions.append(("0", ()))
    return conditions


def _one_of(column: str, words: Sequence[str]) -> Conditions:
    return [(f"{column} IN ({','.join('?' * len(words))})", tuple(words))] if words else []


def _plate(fragment: str) -> tuple[str, tuple[Any, ...]]:
    """Three characters and more anywhere in any plate of the crossing, fewer at its beginning."""
    if not fragment:
        return "0", ()
    if len(fragment) < TRIGRAM:
        return "plate >= ? AND plate < ?", (fragment, fragment + "~")
    return "id IN (SELECT rowid FROM plates WHERE plates MATCH ?)", (f'"{fragment}"',)


def _same_person(tokens: Sequence[bytes]) -> tuple[str, tuple[Any, ...]]:
    """Crossings in which one person has all of these tokens."""
    first, *others = tokens
    sql = "id IN (SELECT t.crossing FROM tokens t WHERE t.token = ?"
    for _ in others:
        sql += (
            " AND EXISTS (SELECT 1 FROM tokens o WHERE o.token = ? AND o.crossing = t.crossing"
            " AND o.person = t.person)"
        )
    return sql + ")", (first, *others)
