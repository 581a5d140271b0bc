"""What a crossing is linked with, was split from, or may be the same passage as. SPEC L3, L4."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from server.store.log.record import LogEvent, open_event, read_events
from server.store.view.derive import component, link_of
from server.store.view.search import ROW, crossing_row
from server.store.view_protocol import CrossingRow
from sync.events import parse_body

NEAR_MS = 3 * 60 * 1000
MAX_NEAR = 5
MAX_MISREAD = 2
"""Characters by which two readings of one plate may differ and still be offered to a person."""

Tie = Literal["linked", "split", "through", "near"]


@dataclass(frozen=True, slots=True)
class FoundTwin:
    """Another crossing, how it is tied to this one, and the events that say so, as stored."""

    row: CrossingRow
    tie: Tie
    record: str
    events: tuple[LogEvent, ...]


def read_twins(
    log: sqlite3.Connection,
    view: sqlite3.Connection,
    row: CrossingRow,
    fresh: Sequence[LogEvent],
) -> list[FoundTwin]:
    """Linked ones first, then what was split, then what may be the same; each by time.

    `fresh`: events beyond the watermark that name this crossing; somebody may just have decided.
    """
    links = {
        str(record): list(_events(log, view, str(record)))
        for (record,) in view.execute(
            "SELECT record FROM links JOIN records USING (id) WHERE one = :it OR other = :it",
            {"it": row.record},
        )
    }
    for event in fresh:
        body = parse_body(event.body)
        if body.kind == "link":
            links.setdefault(body.record, []).append(event)
    ties: dict[str, tuple[Tie, str]] = {}
    for record, events in links.items():
        found_link = link_of([open_event(one, None) for one in events])
        if found_link is not None and row.record in found_link[:2]:
            one, other, decision, _ = found_link
            tie: Tie = "linked" if decision == "linked" else "split"
            ties[other if one == row.record else one] = (tie, record)
    for other in component(view, row.record) - ties.keys() - {row.record}:
        ties[other] = ("through", "")
    found = [
        FoundTwin(other, *ties[other.record], tuple(links.get(ties[other.record][1], ())))
        for other in _rows(view, ties)
    ]
    found += [
        FoundTwin(other, "near", "", ())
        for other in _near(view, row)
        if other.record not in ties and other.record != row.record
    ][:MAX_NEAR]
    order: tuple[Tie, ...] = ("linked", "through", "split", "near")
    return sorted(found, key=lambda one: (order.index(one.tie), one.row.occurred_ms))


def _rows(view: sqlite3.Connection, names: Iterable[str]) -> list[CrossingRow]:
    sql = f"{ROW} WHERE id = (SELECT id FROM records WHERE record = ?)"
    rows = (view.execute(sql, (name,)).fetchone() for name in names)
    return [crossing_row(one) for one in rows if one is not None]


def _events(log: sqlite3.Connection, view: sqlite3.Connection, record: str) -> tuple[LogEvent, ...]:
    numbers = view.execute(
        "SELECT n FROM record_events WHERE record = (SELECT id FROM records WHERE record = ?)",
        (record,),
    )
    return tuple(read_events(log, [int(n) for (n,) in numbers]))


def _near(view: sqlite3.Connection, row: CrossingRow) -> list[CrossingRow]:
    """Crossings that another tablet logged at that time and that look alike, nearest first."""
    rows = view.execute(
        f"{ROW} WHERE checkpoint = ? AND direction = ? AND device <> ?"
        " AND occurred_ms BETWEEN ? AND ? ORDER BY abs(occurred_ms - ?), record",
        (
            row.checkpoint,
            row.direction,
            row.device,
            row.occurred_ms - NEAR_MS,
            row.occurred_ms + NEAR_MS,
            row.occurred_ms,
        ),
    )
    found = [crossing_row(one) for one in rows]
    return [one for one in found if "voided" not in one.flags and looks_alike(row, one)]


def looks_alike(one: CrossingRow, other: CrossingRow) -> bool:
    """Whether a person should be offered to join these: a plate misread, or not read at all."""
    if one.plate and other.plate:
        return differences(one.plate, other.plate) <= MAX_MISREAD
    return one.vehicle_class == other.vehicle_class


def differences(one: str, other: str) -> int:
    """How many characters to change, drop or add (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        before, row[0] = row[0], at
        for index, right in enumerate(other, 1):
            before, row[index] = (
                row[index],
                min(row[index] + 1, row[index - 1] + 1, before + (left != right)),
            )
    return row[-1]
