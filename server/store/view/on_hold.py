"""What a hold keeps: its records with all that was told of them, and their events by number.

Of a crossing that is the whole story: the other crossings that a link says are the same passage,
the reviews, notices and alerts about it, and what was noted of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from server.store.hold_protocol import Hold

CHUNK = 5_000
_RECORD = "SELECT id FROM records WHERE record = ?"
_PERSON = "SELECT crossing FROM tokens WHERE token = ?"
_PLACE = (
    "SELECT id FROM crossings WHERE checkpoint = ?1 AND occurred_ms >= ?2 AND occurred_ms < ?3"
    " UNION SELECT id FROM noted WHERE checkpoint = ?1 AND occurred_ms >= ?2 AND occurred_ms < ?3"
    " UNION SELECT id FROM shifts WHERE checkpoint = ?1 AND opened_ms < ?3"
    " AND coalesce(closed_ms, ?3) >= ?2"
)
_NAMES = "SELECT record FROM records WHERE id IN (SELECT value FROM json_each(?))"
_IDS = "SELECT id FROM records WHERE record IN (SELECT value FROM json_each(?))"
_LINKED = (
    "SELECT other FROM links WHERE one IN (SELECT value FROM json_each(?1))"
    " UNION SELECT one FROM links WHERE other IN (SELECT value FROM json_each(?1))"
)
_TOLD = (
    "SELECT id FROM reviews WHERE subject IN (SELECT value FROM json_each(?1))"
    " UNION SELECT id FROM notices WHERE subject IN (SELECT value FROM json_each(?1))"
    " UNION SELECT alert FROM alert_subjects WHERE subject IN (SELECT value FROM json_each(?1))"
    " UNION SELECT id FROM noted WHERE crossing IN (SELECT value FROM json_each(?1))"
)
_NUMBERS = "SELECT n FROM record_events WHERE record IN (SELECT value FROM json_each(?))"


def records_on_hold(view: sqlite3.Connection, holds: Iterable[Hold]) -> set[int]:
    """The view's numbers of all records that these holds keep."""
    names = {name for hold in holds for name in _in(view, _NAMES, _seeds(view, hold))}
    fresh = set(names)
    while fresh:
        fresh = set(_in(view, _LINKED, fresh)) - names
        names |= fresh
    return set(_in(view, _IDS, names)) | set(_in(view, _TOLD, names))


def numbers_on_hold(view: sqlite3.Connection, holds: Iterable[Hold]) -> set[int]:
    """The numbers in the log of all their events."""
    return set(_in(view, _NUMBERS, records_on_hold(view, holds)))


def _seeds(view: sqlite3.Connection, hold: Hold) -> set[int]:
    if hold.kind == "record":
        rows = view.execute(_RECORD, (hold.subject,))
    elif hold.kind == "person":
        rows = view.execute(_PERSON, (bytes.fromhex(hold.subject),))
    else:
        checkpoint, from_ms, to_ms = hold.subject.split("/")
        rows = view.execute(_PLACE, (checkpoint, int(from_ms), int(to_ms)))
    return {int(one) for (one,) in rows}


def _in(view: sqlite3.Connection, sql: str, wanted: Iterable[object]) -> Iterator[Any]:
    everything = list(wanted)
    for start in range(0, len(everything), CHUNK):
        for (one,) in view.execute(sql, (json.dumps(everything[start : start + CHUNK]),)):
            yield one
