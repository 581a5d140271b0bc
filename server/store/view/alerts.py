"""Alerts in the view: one row each, which crossings they are about, and reading them. SPEC W.

A row holds no more than a list shows; notes and who wrote them are read from the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from server.store.alert_protocol import AlertAct, AlertRow, AlertState, AlertWhole
from server.store.log.persons import DayKeys
from server.store.log.record import (
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from server.store.view.page_key import page_key
from server.store.view.search import ROW, crossing_row
from server.store.view.whole import numbers_beyond
from sync.clock import crossing_ms

MAX_ALERTS = 200

_ROW = (
    "SELECT a.id, a.record, a.code, a.checkpoint, a.occurred_ms, a.state, a.withdrawn FROM alerts a"
)


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
    view: sqlite3.Connection, state: str, codes: Collection[str], after: str, limit: int
) -> tuple[list[AlertRow], str]:
    """Alerts in one state, newest first, and the key to continue after ("" at the end).

    No `codes`: of any. Withdrawn ones stand among the closed. ValueError for a bad key.
    """
    wheres, more = ["a.listed = ?"], list[Any]((state,))
    if codes:
        wheres.append(f"a.code IN ({', '.join('?' * len(codes))})")
        more += sorted(codes)
    if after:
        wheres.append("(a.occurred_ms, a.record) < (?, ?)")
        more += page_key(after)
    limit = max(1, min(limit, MAX_ALERTS))
    rows = view.execute(
        f"{_ROW} WHERE {' AND '.join(wheres)} ORDER BY a.occurred_ms DESC, a.record DESC LIMIT ?",
        (*more, limit + 1),
    ).fetchall()
    found = [_row(view, *row) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, ""
    return found, f"{found[-1].occurred_ms}.{found[-1].record}"


def count_alerts(view: sqlite3.Connection, codes: Collection[str] = ()) -> dict[str, int]:
    """How many of these codes (of any, without) stand in each list: new, taken, closed."""
    of = f"WHERE code IN ({', '.join('?' * len(codes))})" if codes else ""
    found = view.execute(
        f"SELECT listed, count(*) FROM alerts {of} GROUP BY listed", tuple(sorted(codes))
    )
    return no_alerts() | {str(state): int(many) for state, many in found}


def alerts_by_place(
    view: sqlite3.Connection, code: str, from_ms: int, to_ms: int, through: int
) -> dict[str, int]:
    """How many of a code stood as of log number `through`, by checkpoint, from ≤ occurred < to.

    One that changed after `through` is taken to have stood then: alerts are withdrawn once at most.
    """
    found = view.execute(
        "SELECT checkpoint, count(*) FROM alerts WHERE code = ? AND occurred_ms >= ?"
        " AND occurred_ms < ? AND ((since <= ? AND NOT withdrawn) OR (since > ? AND EXISTS"
        " (SELECT 1 FROM record_events e WHERE e.record = alerts.id AND e.since <= ?)))"
        " GROUP BY checkpoint",
        (code, from_ms, to_ms, through, through, through),
    )
    return {str(checkpoint): int(many) for checkpoint, many in found}


def no_alerts() -> dict[str, int]:
    return dict.fromkeys(("new", "taken", "closed"), 0)


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
    fresh = numbers_beyond(log, view, record)
    stored = read_events(log, sorted({*fresh, *(int(n) for (n,) in numbers)}))
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
    seen = replace(
        _row(view, *row),
        state=fields.get("state", "new"),
        withdrawn=bool(fields.get("withdrawn")),
    )
    return AlertWhole(seen, fields, acts, over)


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
    crossings = view.execute(
        f"{ROW} WHERE id IN (SELECT r.id FROM alert_subjects JOIN records r ON r.record = subject"
        " WHERE alert = ?) ORDER BY occurred_ms, record",
        (record_id,),
    )
    return AlertRow(
        record,
        code,
        checkpoint,
        occurred_ms,
        state,
        bool(withdrawn),
        tuple(crossing_row(one) for one in crossings),
    )
