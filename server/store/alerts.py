"""Alerts in the view: one row each, which crossings they are about, and reading them. SPEC W.

A row holds no more than a list shows; notes and who wrote them are read from the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.store.persons import DayKeys
from server.store.record import (
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from sync.clock import crossing_ms

AlertState = Literal["new", "taken", "closed"]

MAX_ALERTS = 200

_ROW = (
    "SELECT a.id, a.record, a.code, a.checkpoint, a.occurred_ms, a.state, a.withdrawn FROM alerts a"
)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a list shows it; times are Unix ms."""

    record: str
    code: str
    checkpoint: str
    occurred_ms: int
    state: AlertState
    withdrawn: bool
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertAct:
    """What somebody did with an alert: who, when, which state, why (None: no note, or erased)."""

    officer: str
    at_ms: int
    state: AlertState
    note: str | None


@dataclass(frozen=True, slots=True)
class AlertWhole:
    """One alert from all that is stored; `over` is what an act on it stands above (SPEC R2)."""

    row: AlertRow
    fields: dict[str, Any]
    acts: tuple[AlertAct, ...]
    over: dict[str, tuple[str, ...]]


def put_alert(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> None:
    """Write one alert as its events have it."""
    fields, _ = shown_values(merge_events(events), "alert")
    state, is_withdrawn = fields.get("state", "new"), bool(fields.get("withdrawn"))
    view.execute(
        "INSERT OR REPLACE INTO alerts"
        " (id, record, code, checkpoint, occurred_ms, state, withdrawn, listed, since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record_id,
            events[0].body.record,
            fields.get("alert", ""),
            fields.get("checkpoint", ""),
            fields.get("occurred", 0),
            state,
            is_withdrawn,
            "closed" if is_withdrawn else state,
            since,
        ),
    )
    view.execute("DELETE FROM alert_subjects WHERE alert = ?", (record_id,))
    view.executemany(
        "INSERT OR IGNORE INTO alert_subjects (subject, alert) VALUES (?, ?)",
        [(one, record_id) for one in fields.get("subjects", ())],
    )


def read_alerts(
    view: sqlite3.Connection, state: str, code: str, after: str, limit: int
) -> tuple[list[AlertRow], str]:
    """Alerts in one state, newest first, and the key to continue after ("" at the end).

    `code` "" is any. Withdrawn ones stand among the closed. ValueError for a key that is none.
    """
    wheres, more = ["a.listed = ?"], list[Any]((state,))
    if code:
        wheres.append("a.code = ?")
        more.append(code)
    if after:
        occurred, _, record = after.partition(".")
        wheres.append("(a.occurred_ms, a.record) < (?, ?)")
        more += [int(occurred), record]
    limit = max(1, min(limit, MAX_ALERTS))
    rows = view.execute(
        f"{_ROW} WHERE {' AND '.join(wheres)} ORDER BY a.occurred_ms DESC, a.record DESC LIMIT ?",
        (*more, limit + 1),
    ).fetchall()
    found = [_row(view, *row) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, ""
    return found, f"{found[-1].occurred_ms}.{found[-1].record}"


def count_alerts(view: sqlite3.Connection) -> dict[str, int]:
    """How many stand in each list: new, taken, closed."""
    counts = dict.fromkeys(("new", "taken", "closed"), 0)
    return counts | {
        str(state): int(many)
        for state, many in view.execute("SELECT listed, count(*) FROM alerts GROUP BY listed")
    }


def alerts_about(view: sqlite3.Connection, subject: str) -> list[AlertRow]:
    """The alerts that name a crossing, newest first."""
    rows = view.execute(
        f"{_ROW} JOIN alert_subjects s ON s.alert = a.id"
        " WHERE s.subject = ? ORDER BY a.occurred_ms DESC, a.record DESC",
        (subject,),
    ).fetchall()
    return [_row(view, *row) for row in rows]


def read_alert(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str, day_keys: DayKeys
) -> AlertWhole | None:
    """One alert with who did what about it, or None."""
    row = view.execute(f"{_ROW} WHERE a.record = ?", (record,)).fetchone()
    if row is None:
        return None
    numbers = view.execute("SELECT n FROM record_events WHERE record = ?", (row[0],))
    stored = read_events(log, [n for (n,) in numbers])
    load_day_keys(log, stored, day_keys)
    opened = (open_event(event, day_keys) for event in stored)
    events = [one for one in opened if one.body.kind == "alert"]
    merged = merge_events(events)
    fields, _ = shown_values(merged, "alert")
    acts = tuple(
        _act(one)
        for one in sorted(events, key=lambda one: (one.log.order, one.ref))
        if one.body.officer is not None
    )
    over = {
        path: tuple(write.ref for write in merged[path].surviving())
        for path in ("state",)
        if path in merged
    }
    return AlertWhole(_row(view, *row), fields, acts, over)


def _act(event: OpenEvent) -> AlertAct:
    note = None if event.person is None else event.person.fields.get("note")
    return AlertAct(
        event.body.officer or "",
        crossing_ms(event.body.time_ms, event.body.offset_ms),
        event.body.fields.get("state", "taken"),
        note if isinstance(note, str) else None,
    )


def _row(
    view: sqlite3.Connection,
    record_id: int,
    record: str,
    code: str,
    checkpoint: str,
    occurred_ms: int,
    state: AlertState,
    withdrawn: int,
) -> AlertRow:
    subjects = view.execute(
        "SELECT subject FROM alert_subjects WHERE alert = ? ORDER BY subject", (record_id,)
    )
    return AlertRow(
        record,
        code,
        checkpoint,
        occurred_ms,
        state,
        bool(withdrawn),
        tuple(str(one) for (one,) in subjects),
    )
