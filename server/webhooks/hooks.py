"""Who is told, what of, and how far: `webhooks.db` in the data directory.

A file of its own: the log is the truth and this is not, and a message that is said twice carries
the same id. The server's thread and the command line write at once, so what moves a cursor says
where it stood: a replay that comes between wins.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "webhooks.db"
BUSY_TIMEOUT_S = 10.0
_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS hooks (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, feeds TEXT NOT NULL, secret TEXT NOT NULL,
    epoch INTEGER NOT NULL, cursor INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, next_ms INTEGER NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '', said_ms INTEGER NOT NULL DEFAULT 0
) STRICT
""",
    """
CREATE TABLE IF NOT EXISTS old_secrets (
    id TEXT PRIMARY KEY, old_secret TEXT NOT NULL, until_ms INTEGER NOT NULL
) STRICT
""",
)
_ALL = """
SELECT id, url, feeds, secret, epoch, cursor, ended, failures, next_ms, said, said_ms,
    coalesce(old_secret, ''), coalesce(until_ms, 0)
FROM hooks LEFT JOIN old_secrets USING (id) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Hook:
    """One receiver. Everything of `feeds` up to log number `cursor` was taken by it.

    `epoch`: that of the log the cursor is of. `ended`: the receiver said 410. `failures` in a row,
    `next_ms`: not before then. `said`: the last answer, for people. `old_secret` ("" for none)
    signs beside `secret` before `old_until_ms`.
    """

    id: str
    url: str
    feeds: tuple[str, ...]
    secret: str
    epoch: int
    cursor: int
    ended: bool
    failures: int
    next_ms: int
    said: str
    said_ms: int
    old_secret: str = ""
    old_until_ms: int = 0

    def secrets(self, now_ms: int) -> tuple[str, ...]:
        """What signs now, the newest first."""
        return (self.secret, self.old_secret) if now_ms < self.old_until_ms else (self.secret,)


class Hooks:
    """The file of one data directory; each call opens it, so any thread or process may."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def add(
        self, name: str, url: str, feeds: tuple[str, ...], secret: str, epoch: int, cursor: int
    ) -> bool:
        """Whether it was added; False where one of this name is there."""
        with self._open() as file:
            row = (name, url, json.dumps(feeds), secret, epoch, cursor)
            done = file.execute(
                "INSERT OR IGNORE INTO hooks (id, url, feeds, secret, epoch, cursor)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
            return done.rowcount == 1

    def all(self) -> list[Hook]:
        """By name."""
        if not self._path.exists():
            return []
        with self._open() as file:
            return [_hook(row) for row in file.execute(_ALL)]

    def copy(self, target: Path) -> bool:
        """The file as of one moment, while others write to it; False where there is none."""
        if not self._path.exists():
            return False
        with self._open() as file, contextlib.closing(sqlite3.connect(target)) as copied:
            file.backup(copied)
        return True

    def remove(self, name: str) -> bool:
        """Whether there was one."""
        with self._open() as file:
            file.execute("DELETE FROM old_secrets WHERE id = ?", (name,))
            return file.execute("DELETE FROM hooks WHERE id = ?", (name,)).rowcount == 1

    def rotate(self, name: str, secret: str, now_ms: int, overlap_ms: int) -> bool:
        """A new secret, beside which the one before signs for `overlap_ms`; 0 ends all others.

        False where there is no such hook, or an older secret still signs and would have to go.
        """
        with self._open() as file:
            file.execute(
                "DELETE FROM old_secrets WHERE id = ? AND (until_ms <= ? OR ? = 0)",
                (name, now_ms, overlap_ms),
            )
            if overlap_ms:
                kept = file.execute(
                    "INSERT OR IGNORE INTO old_secrets"
                    " SELECT id, secret, ? FROM hooks WHERE id = ?",
                    (now_ms + overlap_ms, name),
                )
                if not kept.rowcount:
                    return False
            done = file.execute("UPDATE hooks SET secret = ? WHERE id = ?", (secret, name))
            return done.rowcount == 1

    def moved(self, hook: Hook, cursor: int, said: str, now_ms: int) -> bool:
        """Everything up to `cursor` was taken. False where somebody moved it meanwhile."""
        with self._open() as file:
            done = file.execute(
                "UPDATE hooks SET cursor = ?, failures = 0, next_ms = 0,"
                " said = iif(? = '', said, ?), said_ms = iif(? = '', said_ms, ?)"
                " WHERE id = ? AND cursor = ? AND epoch = ?",
                (cursor, said, said, said, now_ms, hook.id, hook.cursor, hook.epoch),
            )
            file.execute("DELETE FROM old_secrets WHERE until_ms <= ?", (now_ms,))
            return done.rowcount == 1

    def failed(self, hook: Hook, said: str, now_ms: int, next_ms: int, ended: bool) -> None:
        """The receiver did not take it."""
        with self._open() as file:
            file.execute(
                "UPDATE hooks SET failures = failures + 1, next_ms = ?, said = ?, said_ms = ?,"
                " ended = ? WHERE id = ?",
                (next_ms, said, now_ms, int(ended), hook.id),
            )

    def set_back(self, name: str, epoch: int, cursor: int) -> bool:
        """Say again what came after `cursor`, at once, also to one that had ended."""
        with self._open() as file:
            done = file.execute(
                "UPDATE hooks SET epoch = ?, cursor = ?, ended = 0, failures = 0, next_ms = 0"
                " WHERE id = ?",
                (epoch, cursor, name),
            )
            return done.rowcount == 1

    def keep_within(self, epoch: int, newest: int) -> None:
        """No place of another epoch lies beyond `newest`: a restored log is shorter (SPEC P6).

        What tablets then hand in again comes under numbers that were given out before.
        """
        if self._path.exists():
            with self._open() as file:
                file.execute(
                    "UPDATE hooks SET epoch = ?, cursor = min(cursor, ?) WHERE epoch <> ?",
                    (epoch, newest, epoch),
                )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # It holds secrets: nobody else may read it from its first byte on.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)) as file, file:
            file.execute("PRAGMA secure_delete = ON")
            for table in _SCHEMA:
                file.execute(table)
            yield file


def _hook(row: tuple[Any, ...]) -> Hook:
    name, url, feeds, secret, epoch, cursor, ended, *more = row
    return Hook(name, url, tuple(json.loads(feeds)), secret, epoch, cursor, bool(ended), *more)
