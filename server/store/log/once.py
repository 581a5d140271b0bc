"""The table of requests that were done under an Idempotency-Key; written inside the writer."""

from __future__ import annotations

import sqlite3

from server.store.once import LIFETIME_MS, MAX_KEPT, Asked, Done, DoneBeforeError


def keep_done(connection: sqlite3.Connection, asked: Asked, made: str) -> None:
    """Note what was made; DoneBeforeError, and the job is undone, where it was already.

    What is a day old goes, and the oldest where there are more than MAX_KEPT.
    """
    connection.execute("DELETE FROM done WHERE at_ms <= ?", (asked.at_ms - LIFETIME_MS,))
    try:
        connection.execute(
            "INSERT INTO done (key, request, at_ms, made) VALUES (?, ?, ?, ?)",
            (asked.key, asked.request, asked.at_ms, made),
        )
    except sqlite3.IntegrityError:
        raise DoneBeforeError from None
    connection.execute(
        "DELETE FROM done WHERE key IN"
        " (SELECT key FROM done ORDER BY at_ms DESC LIMIT -1 OFFSET ?)",
        (MAX_KEPT,),
    )


def read_done(connection: sqlite3.Connection, key: bytes, now_ms: int) -> Done | None:
    """What was done under a key in the last day."""
    row = connection.execute(
        "SELECT request, at_ms, made FROM done WHERE key = ? AND at_ms > ?",
        (key, now_ms - LIFETIME_MS),
    ).fetchone()
    return None if row is None else Done(*row)
