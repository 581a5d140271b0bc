"""Shifts in the view: one row each; who stands where and what was asked is read from the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from server.store.log.persons import DayKeys
from server.store.log.record import (
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from server.store.shift_protocol import ShiftRow, ShiftWhole
from server.store.view.page_key import page_key
from server.store.view.search import joined
from server.store.view.whole import numbers_beyond

MAX_SHIFTS = 200
_COLUMNS = (
    "record, checkpoint, opened_ms, due_ms, closed_ms, lead, opened_by, members, asked, waiting,"
    " crossings"
)
_ROW = f"SELECT {_COLUMNS} FROM shifts"

Items = dict[str, dict[str, Any]]


def put_shift(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> None:
    """Write one shift as its events have it."""
    row = _merged(events)[0]
    view.execute(
        f"INSERT OR REPLACE INTO shifts (id, {_COLUMNS}, since)"
        f" VALUES (?, {', '.join('?' * (_COLUMNS.count(',') + 1))}, ?)",
        (
            record_id,
            row.record,
            row.checkpoint,
            row.opened_ms,
            row.due_ms,
            row.closed_ms,
            row.lead,
            row.opened_by,
            row.members,
            row.asked,
            row.waiting,
            row.crossings,
            since,
        ),
    )


def running_shifts(view: sqlite3.Connection, since_ms: int) -> list[ShiftRow]:
    """Shifts opened since then that nobody has handed over, by checkpoint, newest first."""
    rows = view.execute(
        f"{_ROW} WHERE closed_ms IS NULL AND opened_ms >= ?"
        " ORDER BY checkpoint, opened_ms DESC, record",
        (since_ms,),
    )
    return [ShiftRow(*row) for row in rows]


def read_shifts(
    view: sqlite3.Connection, checkpoints: Sequence[str], after: str, limit: int
) -> tuple[list[ShiftRow], str]:
    """All shifts, newest first, and the key to continue after; ValueError for a bad key."""
    conditions: list[tuple[str, tuple[Any, ...]]] = []
    if checkpoints:
        marks = ", ".join("?" * len(checkpoints))
        conditions.append((f"checkpoint IN ({marks})", tuple(checkpoints)))
    if after:
        conditions.append(("(opened_ms, record) < (?, ?)", page_key(after)))
    limit = max(1, min(limit, MAX_SHIFTS))
    where, values = joined(conditions)
    rows = [
        ShiftRow(*row)
        for row in view.execute(
            f"{_ROW}{where} ORDER BY opened_ms DESC, record DESC LIMIT ?", (*values, limit + 1)
        )
    ]
    if len(rows) <= limit:
        return rows, ""
    return rows[:limit], f"{rows[limit - 1].opened_ms}.{rows[limit - 1].record}"


def read_shift(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str, day_keys: DayKeys
) -> ShiftWhole | None:
    """One shift with who stands where and what was asked, or None."""
    known = view.execute("SELECT id FROM shifts WHERE record = ?", (record,)).fetchone()
    if known is None:
        return None
    numbers = view.execute("SELECT n FROM record_events WHERE record = ?", known)
    fresh = numbers_beyond(log, view, record)
    stored = read_events(log, sorted({*fresh, *(int(n) for (n,) in numbers)}))
    load_day_keys(log, stored, day_keys)
    opened = (open_event(event, day_keys) for event in stored)
    events = [one for one in opened if one.body.kind == "shift" and one.body.record == record]
    row, fields, roster, consults = _merged(events)
    over = {
        path: tuple(write.ref for write in register.surviving())
        for path, register in merge_events(events).items()
        if register.surviving()
    }
    return ShiftWhole(row, fields, roster, consults, over)


def _merged(events: Sequence[OpenEvent]) -> tuple[ShiftRow, dict[str, Any], Items, Items]:
    first = min(events, key=lambda one: (one.log.order, one.ref))
    fields, items = shown_values(merge_events(events), "shift")
    roster = {name: one for name, one in items.get("roster", {}).items() if not one.get("removed")}
    consults = items.get("consults", {})
    counts = fields.get("counts")
    row = ShiftRow(
        record=first.body.record,
        checkpoint=first.body.home,
        opened_ms=int(fields.get("opened", first.body.time_ms)),
        due_ms=fields.get("due"),
        closed_ms=fields.get("closed"),
        lead=fields.get("lead") or "",
        opened_by=first.body.officer or "",
        members=len(roster),
        asked=len(consults),
        waiting=sum(one.get("decision") is None for one in consults.values()),
        crossings=counts.get("crossings") if isinstance(counts, dict) else None,
    )
    return row, fields, roster, consults
