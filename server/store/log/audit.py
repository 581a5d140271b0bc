"""The audit log: each entry carries a keyed hash over itself and the one before it.

The key is derived from the master, so somebody who can write to the file but has no keys cannot
make a chain that fits. Cutting off the newest entries leaves a chain that fits: whoever wants to
notice that keeps (`n`, hash) of the last entry elsewhere, as the exports do.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3

from server.store.published import AuditEntry

NOTHING = bytes(32)


def append_audit(connection: sqlite3.Connection, entry: AuditEntry, key: bytes) -> int:
    """Add an entry; its number. Runs inside the writer."""
    row = connection.execute("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    n, previous = (1, NOTHING) if row is None else (int(row[0]) + 1, bytes(row[1]))
    details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True, allow_nan=False)
    values = (
        entry.at_ms,
        entry.who,
        entry.what,
        entry.subject,
        entry.purpose,
        entry.reference,
        details,
    )
    connection.execute(
        "INSERT INTO audit (n, at_ms, who, what, subject, purpose, reference, details, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (n, *values, _hash(key, previous, n, values)),
    )
    return n


def read_audit(
    connection: sqlite3.Connection, after: int, limit: int
) -> list[tuple[int, AuditEntry]]:
    """Entries after number `after`, oldest first."""
    rows = connection.execute(
        "SELECT n, at_ms, who, what, subject, purpose, reference, details FROM audit"
        " WHERE n > ? ORDER BY n LIMIT ?",
        (after, limit),
    )
    return [
        (n, AuditEntry(at_ms, who, what, subject, purpose, reference, json.loads(details)))
        for n, at_ms, who, what, subject, purpose, reference, details in rows
    ]


def read_audit_of(connection: sqlite3.Connection, what: str) -> list[AuditEntry]:
    """Every entry of one kind, oldest first. Reads the whole log: for what is seldom asked."""
    rows = connection.execute(
        "SELECT at_ms, who, what, subject, purpose, reference, details FROM audit"
        " WHERE what = ? ORDER BY n",
        (what,),
    )
    return [
        AuditEntry(at_ms, who, what, subject, purpose, reference, json.loads(details))
        for at_ms, who, what, subject, purpose, reference, details in rows
    ]


def first_broken(connection: sqlite3.Connection, key: bytes) -> int | None:
    """The number of the first entry that does not follow from those before it, or None."""
    previous = NOTHING
    expected = 1
    rows = connection.execute(
        "SELECT n, hash, at_ms, who, what, subject, purpose, reference, details FROM audit"
        " ORDER BY n"
    )
    for n, hash_, *values in rows:
        if n != expected or not hmac.compare_digest(hash_, _hash(key, previous, n, tuple(values))):
            return expected
        previous, expected = hash_, expected + 1
    return None


def _hash(key: bytes, previous: bytes, n: int, values: tuple[object, ...]) -> bytes:
    text = json.dumps([n, *values], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(key, previous + text.encode("utf-8"), hashlib.sha256)
