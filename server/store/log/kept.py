"""What is kept of what was compacted: counts by checkpoint and local day. G7.

Of crossings by direction and action; of violations, incidents and tests by word and degree, with
the sum of fines.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from server.store.log.persons import LOCAL

_COLUMNS = "checkpoint, day, direction, action, crossings, people, vehicles"
_NOTES = "checkpoint, day, kind, what, degree, records, total"
_SUMS = {
    "crossings": "crossings",
    "people": "people",
    "vehicles": "vehicles",
    "in": "crossings * (direction = 'in')",
    "out": "crossings * (direction = 'out')",
    "people_in": "people * (direction = 'in')",
    "people_out": "people * (direction = 'out')",
    "passed": "crossings * (action = 'passed')",
    "referred": "crossings * (action = 'referred')",
    "turned_back": "crossings * (action = 'turned_back')",
    "turned_back_in": "crossings * (action = 'turned_back' AND direction = 'in')",
    "turned_back_out": "crossings * (action = 'turned_back' AND direction = 'out')",
}
DAY_MS = 86_400_000


def take_over(log: sqlite3.Connection, view: sqlite3.Connection) -> None:
    """Copy the kept counts of the log into a view that is begun."""
    view.execute("DELETE FROM compacted")
    marks = ", ".join("?" * 7)
    view.executemany(
        f"INSERT INTO compacted ({_COLUMNS}) VALUES ({marks})",
        log.execute(f"SELECT {_COLUMNS} FROM compacted"),
    )
    view.execute("DELETE FROM compacted_notes")
    view.executemany(
        f"INSERT INTO compacted_notes ({_NOTES}) VALUES ({marks})",
        log.execute(f"SELECT {_NOTES} FROM compacted_notes"),
    )


def kept_counts(
    view: sqlite3.Connection, from_ms: int, to_ms: int, checkpoints: Sequence[str]
) -> dict[str, int]:
    """Sums over the local days that lie wholly in from_ms ≤ t < to_ms; by the names of `counts`.

    Of a day that lies there in part nothing can be said any more: it is left out.
    """
    sums = ", ".join(f"sum({sql})" for sql in _SUMS.values())
    where, values = _within(from_ms, to_ms, checkpoints)
    row = view.execute(f"SELECT {sums} FROM compacted WHERE {where}", values).fetchone()
    return {name: int(value or 0) for name, value in zip(_SUMS, row, strict=True)}


def first_kept_ms(view: sqlite3.Connection, checkpoints: Sequence[str]) -> int | None:
    """When the first local day of kept counts begins; None where nothing was compacted."""
    where = f" WHERE checkpoint IN ({', '.join('?' * len(checkpoints))})" if checkpoints else ""
    [day] = view.execute(f"SELECT min(day) FROM compacted{where}", tuple(checkpoints)).fetchone()
    if day is None:
        return None
    return round((datetime.fromisoformat(day).replace(tzinfo=UTC) - LOCAL).timestamp() * 1000)


def kept_notes(
    view: sqlite3.Connection, from_ms: int, to_ms: int, checkpoints: Sequence[str]
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(records, sum of numbers) by (kind, what, degree), over the same days."""
    where, values = _within(from_ms, to_ms, checkpoints)
    rows = view.execute(
        "SELECT kind, what, degree, sum(records), sum(total) FROM compacted_notes"
        f" WHERE {where} GROUP BY kind, what, degree",
        values,
    )
    return {(kind, what, degree): (records, total) for kind, what, degree, records, total in rows}


def _within(from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> tuple[str, list[str]]:
    where, values = "day >= ? AND day < ?", [_day_from(from_ms), _day_to(to_ms)]
    if checkpoints:
        where += f" AND checkpoint IN ({','.join('?' * len(checkpoints))})"
        values += checkpoints
    return where, values


def _day_from(from_ms: int) -> str:
    """The first local day that begins at or after this time."""
    return _local_day(from_ms + DAY_MS - 1)


def _day_to(to_ms: int) -> str:
    """The local day in which this time lies: it and what follows is not wholly before it."""
    return _local_day(to_ms)


def _local_day(at_ms: int) -> str:
    last_ms = 253_402_214_400_000  # 9999-12-31: a report may ask for everything there is
    at = datetime.fromtimestamp(min(max(at_ms, 0), last_ms) / 1000, UTC) + LOCAL
    return at.date().isoformat()
