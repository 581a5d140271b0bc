"""What a log believes to be withdrawn, and until when it knows: what a restore has to say.

Whoever was shut out after the backup is let in again by the restored server, which cannot know it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

REVOKED_DOCUMENT = "document.revoked"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many there are and how many of them are withdrawn; `documents` are the withdrawn alone.

    `until_ms` is the last thing that was written, Unix ms: None in a log without any.
    """

    until_ms: int | None
    devices: int
    devices_revoked: int
    users: int
    users_disabled: int
    officers: int
    officers_revoked: int
    documents: int


def read_standing(log: sqlite3.Connection) -> Standing:
    """Of a log as it lies there; it need not be migrated yet."""
    last = [
        log.execute(f"SELECT {column} FROM {table} ORDER BY n DESC LIMIT 1").fetchone()
        for table, column in (("audit", "at_ms"), ("runs", "received_ms"))
    ]
    devices, devices_revoked = log.execute(
        "SELECT count(*), count(revoked_ms) FROM devices WHERE kind <> 'server'"
    ).fetchone()
    users, users_disabled = log.execute(
        "SELECT count(*), coalesce(sum(disabled), 0) FROM users"
    ).fetchone()
    officers, officers_revoked = log.execute(
        "SELECT count(*), coalesce(sum(revoked), 0) FROM officers"
    ).fetchone()
    (documents,) = log.execute(
        "SELECT count(DISTINCT subject) FROM audit WHERE what = ?", (REVOKED_DOCUMENT,)
    ).fetchone()
    return Standing(
        max((int(row[0]) for row in last if row is not None), default=None),
        devices,
        devices_revoked,
        users,
        users_disabled,
        officers,
        officers_revoked,
        documents,
    )
