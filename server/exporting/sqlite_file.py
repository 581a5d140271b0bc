"""An export as a SQLite database of one table, `rows`, for whoever wants to ask it questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from server.store.export_protocol import Column, Value

_TYPES = {"text": "TEXT", "moment": "TEXT", "whole": "INTEGER", "number": "REAL", "flag": "TEXT"}


def make(
    path: Path,
    columns: Sequence[Column],
    headings: Sequence[str],
    rows: Iterable[tuple[Value, ...]],
) -> None:
    """Columns by their wire names, whatever the language; times as ISO text with their offset."""
    del headings
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        named = ", ".join(f'"{one.name}" {_TYPES[one.kind]}' for one in columns)
        database.execute("BEGIN")
        database.execute(f"CREATE TABLE rows ({named})")
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO rows VALUES ({marks})", rows)
        database.execute("COMMIT")
    finally:
        database.close()
