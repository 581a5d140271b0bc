"""What tablets note besides crossings, as rows: put by the projector, read as lists and counts.

A row holds no more than a list shows; who it was, and notes, are read from the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from server.store.log.kept import kept_notes
from server.store.log.persons import DayKeys
from server.store.log.record import (
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from server.store.noted_protocol import NOTED, NotedCount, NotedQuery, NotedRow, NotedWhole
from server.store.view.page_key import page_key
from server.store.view.search import ROW, crossing_row, joined, within
from server.store.view.whole import numbers_beyond, write_of
from sync.clock import crossing_ms

MAX_ROWS = 500

_COLUMNS = (
    "record, kind, checkpoint, lane, occurred_ms, officer, what, degree, number, wait_s,"
    " crossing, voided"
)
_ROW = f"SELECT {_COLUMNS} FROM noted"
_DEGREE = {"violation": "action", "incident": "severity", "quick_test": "result"}
_NUMBER = {"violation": "amount_vnd", "queue": "length_vehicles"}


def put_noted(
    view: sqlite3.Connection, record_id: int, events: Sequence[OpenEvent], since: int
) -> None:
    """Write one record as its events have it."""
    row, _ = _row_of(events)
    view.execute(
        f"INSERT OR REPLACE INTO noted (id, {_COLUMNS}, since)"
        f" VALUES (?, {', '.join('?' * (_COLUMNS.count(',') + 1))}, ?)",
        (
            record_id,
            row.record,
            row.kind,
            row.checkpoint,
            row.lane,
            row.occurred_ms,
            row.officer,
            row.what,
            row.degree,
            row.number,
            row.wait_s,
            row.crossing,
            row.voided,
            since,
        ),
    )


def read_noted(
    view: sqlite3.Connection, query: NotedQuery, after: str, limit: int
) -> tuple[list[NotedRow], str]:
    """Rows, newest first, and the key to go on after ("" at the end); ValueError for a bad key."""
    conditions = within(query.from_ms, query.to_ms, query.checkpoints)
    if query.kind:
        conditions.append(("kind = ?", (query.kind,)))
    if after:
        conditions.append(("(occurred_ms, record) < (?, ?)", page_key(after)))
    limit = max(1, min(limit, MAX_ROWS))
    where, values = joined(conditions)
    rows = [
        NotedRow(*row)
        for row in view.execute(
            f"{_ROW}{where} ORDER BY occurred_ms DESC, record DESC LIMIT ?", (*values, limit + 1)
        )
    ]
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], f"{last.occurred_ms}.{last.record}"


def count_noted(
    view: sqlite3.Connection,
    from_ms: int,
    to_ms: int,
    checkpoints: Sequence[str],
    through: int | None = None,
    changed: Sequence[NotedRow] = (),
) -> list[NotedCount]:
    """Counts and sums by kind, word and degree, without queues and what was voided.

    With what was compacted since, by whole days (SPEC G7). As of number `through`: rows that
    changed later are left out, and stand in `changed` as they were (`noted_at`).
    """
    conditions = [
        *within(from_ms, to_ms, checkpoints), ("voided = ''", ()), ("kind <> 'queue'", ())
    ]  # fmt: skip
    if through is not None:
        conditions.append(("since <= ?", (through,)))
    where, values = joined(conditions)
    rows = view.execute(
        "SELECT kind, what, degree, count(*), sum(coalesce(number, 0)) FROM noted"
        f"{where} GROUP BY kind, what, degree",
        values,
    )
    found = kept_notes(view, from_ms, to_ms, checkpoints)
    for kind, what, degree, records, total in rows:
        before, sum_before = found.get((kind, what, degree), (0, 0))
        found[kind, what, degree] = (before + records, sum_before + total)
    for row in changed:
        is_asked = from_ms <= row.occurred_ms < to_ms and (
            not checkpoints or row.checkpoint in checkpoints
        )
        if is_asked and not row.voided and row.kind != "queue":
            before, sum_before = found.get((row.kind, row.what, row.degree), (0, 0))
            found[row.kind, row.what, row.degree] = (before + 1, sum_before + (row.number or 0))
    return [NotedCount(*words, *found[words]) for words in sorted(found)]


def noted_at(
    log: sqlite3.Connection, view: sqlite3.Connection, through: int, after: int, limit: int
) -> tuple[list[NotedRow], int]:
    """Rows that changed after number `through`, as they stood then, and where to go on (0: end).

    They are folded from the events that counted by then; a row that came later is in none.
    """
    ids = [
        int(record_id)
        for (record_id,) in view.execute(
            "SELECT id FROM noted WHERE since > ? AND id > ? ORDER BY id LIMIT ?",
            (through, after, limit),
        )
    ]
    found: list[NotedRow] = []
    for record_id in ids:
        numbers = view.execute(
            "SELECT n FROM record_events WHERE record = ? AND since <= ?", (record_id, through)
        )
        stored = read_events(log, sorted(int(n) for (n,) in numbers))
        opened = (open_event(event, None) for event in stored)
        events = [one for one in opened if one.body.kind in NOTED]
        if events:
            found.append(_row_of(events)[0])
    return found, ids[-1] if len(ids) == limit else 0


def read_whole(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str, day_keys: DayKeys | None
) -> NotedWhole | None:
    """One record from all that is stored; without `day_keys` no person part is opened."""
    known = view.execute("SELECT id FROM noted WHERE record = ?", (record,)).fetchone()
    if known is None:
        return None
    numbers = view.execute("SELECT n FROM record_events WHERE record = ?", known)
    stored = read_events(
        log, sorted({*numbers_beyond(log, view, record), *(int(n) for (n,) in numbers)})
    )
    if day_keys is not None:
        load_day_keys(log, stored, day_keys)
    events = [
        one
        for one in (open_event(event, day_keys) for event in stored)
        if one.body.kind in NOTED and one.body.record == record
    ]
    row, values = _row_of(events)
    names = {name for one in events if one.person is not None for name in one.person.fields}
    found = view.execute(
        f"{ROW} WHERE id = (SELECT id FROM records WHERE record = ?)", (row.crossing,)
    ).fetchone()
    return NotedWhole(
        row,
        {name: value for name, value in values.items() if name not in names},
        {name: value for name, value in values.items() if name in names},
        tuple(write_of(one) for one in sorted(events, key=lambda one: (one.log.order, one.ref))),
        None if found is None else crossing_row(found),
    )


def _row_of(events: Sequence[OpenEvent]) -> tuple[NotedRow, dict[str, Any]]:
    first = min(events, key=lambda one: (one.log.order, one.ref))
    kind = first.body.kind
    fields, _ = shown_values(merge_events(events), kind)
    row = NotedRow(
        record=first.body.record,
        kind=kind,
        checkpoint=first.body.home,
        lane=fields.get("lane") or "",
        occurred_ms=crossing_ms(first.body.time_ms, first.body.offset_ms),
        officer=first.body.officer or "",
        what=fields.get("type" if kind == "quick_test" else "what") or "",
        degree=fields.get(_DEGREE.get(kind, "")) or "",
        number=fields.get(_NUMBER.get(kind, "")),
        wait_s=fields.get("wait_s"),
        crossing=fields.get("crossing") or "",
        voided=fields.get("voided") or "",
    )
    return row, fields
