"""The file of the view: opened for writing, made empty, put in the place of another."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from server.store.reader import view_files_held
from server.store.view.view_schema import view_migrations

CACHE_KIB = 16_000
"""Page cache of the view while it is written; given back when the projector has caught up."""


def writable(path: Path) -> sqlite3.Connection:
    """A connection that writes; the one projector's."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30.0)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    return connection


def make_view(path: Path, described: Mapping[str, str]) -> sqlite3.Connection:
    """An empty view that says so of itself; what lay there under this name goes."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    path.touch(mode=0o600)
    connection = writable(path)
    view_migrations.apply(Database(connection))
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)",
        [*described.items(), ("watermark", "0")],
    )
    return connection


def watermark(view: sqlite3.Connection) -> int:
    """The log number up to which this view holds everything (SPEC V2)."""
    (value,) = view.execute("SELECT value FROM meta WHERE key = 'watermark'").fetchone()
    return int(value)


def described(path: Path) -> dict[str, str] | None:
    """What a view says of itself, its watermark too; None where it says nothing."""
    if not path.exists():
        return None
    try:
        connection = writable(path)
    except sqlite3.DatabaseError:
        return None
    try:
        return {
            str(key): str(value) for key, value in connection.execute("SELECT key, value FROM meta")
        }
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()


def keep_looked(
    fresh: sqlite3.Connection, old: Mapping[str, str] | None, wanted: Mapping[str, str]
) -> None:
    """Take over how far the old view of this log was looked through (`server/home`).

    Without one everything is looked at again: slower, and nothing is made twice.
    """
    if old is None or "looked" not in old or not wanted.items() <= old.items():
        return
    with transaction(fresh):
        fresh.execute(
            "DELETE FROM to_look WHERE id IN (SELECT id FROM crossings WHERE since_n <= ?)",
            (int(old["looked"]),),
        )
        # `lists`: what changed of the packs since is still to be decided (SPEC W5).
        kept = [(name, old[name]) for name in ("looked", "lists") if name in old]
        fresh.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", kept)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def replace_view(fresh: Path, path: Path) -> None:
    """Put a closed database where an open one lies.

    The old `-wal` and `-shm` go first: SQLite finds them by name, and the new file would take
    them for its own. Readers that have the old files open keep them until they open anew.
    """
    with view_files_held(path, fcntl.LOCK_EX):
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        fresh.replace(path)
