"""Which backups were taken, and how far they hold each device: `safe_through`. SPEC P4."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

from server.store.reader import Reader

REREAD_S = 1.0
"""A backup is made by another process; a receipt need not know of it at once."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One verified backup: `newest` is the last number of the log in it; `sha256` of the file."""

    at_ms: int
    newest: int
    size_bytes: int
    sha256: bytes
    off_machine: bool


def record_backup(
    connection: sqlite3.Connection, backup: Backup, through: Mapping[str, int]
) -> None:
    """Note a verified backup; only one that lies off the machine makes anything safe.

    `through`: per device, how far its own branch is in the backup without a gap.
    """
    connection.execute(
        "INSERT INTO backups (at_ms, newest, size_bytes, sha256, off_machine)"
        " VALUES (?, ?, ?, ?, ?)",
        (backup.at_ms, backup.newest, backup.size_bytes, backup.sha256, backup.off_machine),
    )
    if not backup.off_machine:
        return
    connection.executemany(
        "INSERT INTO safe (device, through) SELECT no, ? FROM devices WHERE id = ?"
        " ON CONFLICT (device) DO UPDATE SET through = max(through, excluded.through)",
        [(seq, device) for device, seq in through.items()],
    )


class SafeThrough:
    """`safe_through` of each device, read again now and then: a push asks for it every time.

    A cloned device has none: its numbers name different events on its branches.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, int] = {}
        self._read_s = float("-inf")

    def of(self, device: str) -> int:
        now_s = time.monotonic()
        if now_s - self._read_s >= REREAD_S:
            self._known = self._reader.run(lambda files: _read_safe(files.log))
            self._read_s = now_s
        return self._known.get(device, 0)


def _read_safe(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT id, through FROM safe JOIN devices ON no = device WHERE forked_ms IS NULL"
    )
    return {str(device): int(through) for device, through in rows}
