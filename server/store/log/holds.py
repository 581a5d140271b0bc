"""Holds in `log.db`: rows that are placed and released, and never deleted. SPEC G10."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import astuple

from server.store.hold_protocol import Hold

_COLUMNS = (
    "id, case_no, kind, subject, shown, placed_ms, placed_by, released_ms, released_by, basis"
)


def place(connection: sqlite3.Connection, holds: Sequence[Hold]) -> None:
    """Inside the writer."""
    connection.executemany(
        f"INSERT OR IGNORE INTO holds ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [astuple(one) for one in holds],
    )


def release(
    connection: sqlite3.Connection, ids: Collection[str], now_ms: int, who: str, basis: str
) -> int:
    """Inside the writer; how many held until now."""
    return sum(
        connection.execute(
            "UPDATE holds SET released_ms = ?, released_by = ?, basis = ?"
            " WHERE id = ? AND released_ms IS NULL",
            (now_ms, who, basis, one),
        ).rowcount
        for one in ids
    )


def read_holds(log: sqlite3.Connection) -> list[Hold]:
    """All of them, oldest first."""
    return [Hold(*row) for row in log.execute(f"SELECT {_COLUMNS} FROM holds ORDER BY no")]


def active_holds(log: sqlite3.Connection) -> list[Hold]:
    """Those that hold now."""
    return [one for one in read_holds(log) if one.released_ms is None]


def revision(log: sqlite3.Connection) -> int:
    """A number that rises with every hold that is placed or released."""
    (count,) = log.execute("SELECT count(*) + count(released_ms) FROM holds").fetchone()
    return int(count)
