"""One crossing in full: merged fields, open conflicts, reviews, history, person parts opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.store.log.log_schema import ACCEPTED
from server.store.log.persons import DayKeys
from server.store.log.pull import newest_n
from server.store.log.record import (
    LogEvent,
    OpenEvent,
    conflicts,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    settled,
    shown_values,
)
from server.store.log.run_rows import COLUMNS, Run, bodies_of
from server.store.view.search import ROW, crossing_row, joined, watermark, within
from server.store.view.twins import FoundTwin, read_twins
from server.store.view_protocol import CrossingRow, CrossingWhole, Twin, Write
from sync.clock import crossing_ms
from sync.events import ref
from sync.registers import Record, Register, differing, writes_of

PAGE = 100
MAX_FRESH = 5_000
"""Events looked through beyond the watermark: a projector is behind by less, or far behind."""


@dataclass(frozen=True, slots=True)
class Found:
    """A crossing's row and its events as stored; opened outside the reader thread."""

    row: CrossingRow
    events: tuple[LogEvent, ...]
    reviews: tuple[LogEvent, ...]
    twins: tuple[FoundTwin, ...] = ()
    notices: tuple[tuple[str, bool], ...] = ()


def read_record(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str, day_keys: DayKeys | None
) -> Found | None:
    """The crossing of this record, or None."""
    with _one_moment(view):
        row = view.execute(
            f"{ROW} WHERE id = (SELECT id FROM records WHERE record = ?)", (record,)
        ).fetchone()
        if row is None:
            return None
        fresh = numbers_beyond(log, view, record)
        found = _read(log, view, [crossing_row(row)], day_keys, fresh)[0]
        news = [one for one in found.events if one.n in set(fresh)]
        return replace(
            found,
            twins=tuple(read_twins(log, view, found.row, news)),
            notices=tuple(
                (str(kind), bool(withdrawn))
                for kind, withdrawn in view.execute(
                    "SELECT kind, withdrawn FROM notices WHERE subject = ? ORDER BY kind, id",
                    (record,),
                )
            ),
        )


def read_page(
    log: sqlite3.Connection,
    view: sqlite3.Connection,
    after: tuple[int, str],
    to_ms: int,
    checkpoints: Sequence[str],
    day_keys: DayKeys | None,
    came_after: int = 0,
) -> list[Found]:
    """The next crossings in order of (occurred, record) after this key and before `to_ms`.

    `came_after`: only those of which the first event counts from a later number of the log.
    """
    conditions = [("(occurred_ms, record) > (?, ?)", after), *within(None, to_ms, checkpoints)]
    if came_after:
        conditions.append(("first_n > ?", (came_after,)))
    where, values = joined(conditions)
    with _one_moment(view):
        rows = view.execute(
            f"{ROW}{where} ORDER BY occurred_ms, record LIMIT {PAGE}", values
        ).fetchall()
        return _read(log, view, [crossing_row(row) for row in rows], day_keys)


def read_said(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str
) -> list[tuple[str, str]]:
    """(reference, body text) of each event of a record of any kind, in their order."""
    stored = read_events(log, _numbers(view, _OF_RECORD, record))
    named = [(one.order, ref(one.author, one.seq), one.body) for one in stored]
    return [(name, body) for _, name, body in sorted(named)]


def assemble(found: Found, day_keys: DayKeys | None) -> CrossingWhole:
    """Merge the events; without `day_keys` no person part is opened."""
    events = [
        one
        for one in (open_event(event, day_keys) for event in found.events)
        if one.body.kind == "crossing" and one.body.record == found.row.record
    ]
    reviews = [open_event(event, day_keys) for event in found.reviews]
    record = merge_events(events)
    fields, items = shown_values(record, "crossing")
    by_ref = {one.ref: one for one in events}
    return CrossingWhole(
        row=found.row,
        fields=fields,
        people=items.get("people", {}),
        goods=items.get("goods", {}),
        conflicts={path: _sides(record, path, by_ref) for path in conflicts(record, "crossing")},
        settled={path: _sides(record, path, by_ref) for path in settled(record, "crossing")},
        reviews=tuple(write_of(one) for one in reviews),
        history=tuple(write_of(one) for one in sorted(events, key=_in_order)),
        twins=tuple(_twin(one) for one in found.twins),
        notices=found.notices,
    )


def _twin(found: FoundTwin) -> Twin:
    """With the writes to the link's decision that nobody has superseded (SPEC L4)."""
    events = [open_event(one, None) for one in found.events]
    by_ref = {one.ref: one for one in events}
    register = merge_events(events).get("decision", Register())
    writes = tuple(write_of(by_ref[one.ref]) for one in register.surviving())
    by_person = any(one.body.officer is not None for one in events)
    return Twin(found.row, found.tie, found.record, writes, by_person)


def _read(
    log: sqlite3.Connection,
    view: sqlite3.Connection,
    rows: list[CrossingRow],
    day_keys: DayKeys | None,
    fresh: Sequence[int] = (),
) -> list[Found]:
    numbers = {row.record: _numbers(view, _OF_RECORD, row.record) for row in rows}
    if fresh:
        numbers[rows[0].record] = sorted({*numbers[rows[0].record], *fresh})
    reviews = {row.record: _numbers(view, _OF_REVIEWS, row.record) for row in rows}
    wanted = {n for some in (*numbers.values(), *reviews.values()) for n in some}
    events = {one.n: one for one in read_events(log, sorted(wanted))}
    if day_keys is not None:
        load_day_keys(log, events.values(), day_keys)
    return [
        Found(
            row,
            tuple(events[n] for n in numbers[row.record]),
            tuple(events[n] for n in reviews[row.record]),
        )
        for row in rows
    ]


def numbers_beyond(log: sqlite3.Connection, view: sqlite3.Connection, record: str) -> list[int]:
    """What the log holds of a record beyond the watermark: who decides must not decide on less."""
    beyond = max(watermark(view), newest_n(log) - MAX_FRESH)
    rows = log.execute(
        f"SELECT {COLUMNS} FROM runs WHERE n > ? AND state = ? AND instr(bodies, ?) ORDER BY n",
        (beyond, ACCEPTED, record),
    )
    return [
        n
        for run in (Run(*row) for row in rows)
        for n, body in enumerate(bodies_of(run), run.n - run.count + 1)
        if n > beyond and record in body
    ]


_OF_RECORD = "SELECT n FROM record_events WHERE record = (SELECT id FROM records WHERE record = ?)"
_OF_REVIEWS = (
    "SELECT n FROM reviews JOIN record_events ON record_events.record = reviews.id"
    " WHERE subject = ? ORDER BY n"
)


def _numbers(view: sqlite3.Connection, sql: str, record: str) -> list[int]:
    return [int(n) for (n,) in view.execute(sql, (record,))]


def _sides(record: Record, path: str, by_ref: dict[str, OpenEvent]) -> list[Write]:
    """The differing writes of one path, each as an event that writes nothing else."""
    sides = []
    for one in differing(record[path]):
        event = by_ref[one.ref]
        from_person = event.person is not None and path in writes_of(event.person)
        value = {path: one.value}
        sides.append(write_of(event, {} if from_person else value, value if from_person else None))
    return sides


def write_of(
    event: OpenEvent,
    fields: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
) -> Write:
    """An event as a page shows it; of all that it writes, or of these values only."""
    if fields is None:
        fields = writes_of(event.body)
        person = None if event.person is None else writes_of(event.person)
    return Write(
        n=event.log.n,
        device=event.log.author,
        seq=event.log.seq,
        kind=event.body.kind,
        officer=event.body.officer,
        occurred_ms=crossing_ms(event.body.time_ms, event.body.offset_ms),
        received_ms=event.log.received_ms,
        state="accepted",
        fields=fields,
        person=person,
    )


def _in_order(event: OpenEvent) -> tuple[int, str]:
    return event.log.order, event.ref


class _one_moment:  # noqa: N801  reads like `with`
    """Several reads of one connection as of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("COMMIT")
