"""Opening `log.db`: made where there is none, upgraded, checked against the keys."""

from __future__ import annotations

import secrets
import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database

from server.keys import KeyRing, public_jwk
from server.store import registry
from server.store.log_schema import log_migrations
from sync.encoding import uuid7

BUSY_TIMEOUT_S = 30.0
CHECKPOINT_PAGES = 4000
"""WAL pages before a checkpoint: 16 MB, so that few commits wait for one."""


class StoreKeysError(Exception):
    """The log was written with other keys than the key ring holds."""


def open_log(path: Path) -> sqlite3.Connection:
    """A connection that may write the log; it stays in the thread that opens it."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def prepare_log(path: Path, keys: KeyRing) -> tuple[str, int]:
    """Make or upgrade the file; (server id, epoch)."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = open_log(path)
    try:
        database = Database(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            log_migrations.apply(database)
            identity = _identity(connection, keys)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return identity
    finally:
        connection.close()


def _identity(connection: sqlite3.Connection, keys: KeyRing) -> tuple[str, int]:
    """This server's id and epoch; a new log gets both, and the server as its first device.

    The epoch is the second it began: a log restored twice from one backup must not get the same
    one twice, as counting up would give (SPEC F5).
    """
    jwk = public_jwk(keys.signing)
    stored = dict(connection.execute("SELECT key, value FROM meta"))
    if not stored:
        now_ms = time.time_ns() // 1_000_000
        stored = {"server": uuid7(now_ms, secrets.token_bytes(10)), "epoch": str(now_ms // 1000)}
        connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", stored.items())
        registry.add_device(
            connection, stored["server"], "server", None, None, "server", jwk, now_ms
        )
    own = registry.read_device(connection, stored["server"])
    if own is None or own.jwk != jwk:
        raise StoreKeysError("log.db was written with another server-signing key")
    return stored["server"], int(stored["epoch"])
