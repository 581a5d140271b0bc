"""Opening `log.db`: made where there is none, upgraded, checked against the keys."""

from __future__ import annotations

import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from server.keys import KeyRing, public_jwk
from server.store.log import registry
from server.store.log.log_schema import log_migrations
from sync.encoding import uuid7

BUSY_TIMEOUT_S = 30.0
CHECKPOINT_PAGES = 4000
"""WAL pages before a checkpoint: 16 MB, so that few commits wait for one."""


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """The device that this server's own chain is of: its number in this log, and its id (P10)."""

    no: int
    id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this log is of. After a restore `own_device` is another than the server's first."""

    server: str
    epoch: int
    own_device: OwnDevice


class StoreKeysError(Exception):
    """The log was written with other keys than the key ring holds."""


class NewerLogError(Exception):
    """A newer version has changed the log: this one would read and write it wrongly."""


def open_log(path: Path) -> sqlite3.Connection:
    """A connection that may write the log; it stays in the thread that opens it."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # What is overwritten or deleted is an erased person part or a destroyed key: not a byte stays.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def shred_leftovers(connection: sqlite3.Connection) -> bool:
    """Empty the write-ahead log, which holds pages as they were; whether no reader was in the way.

    Outside of a transaction. A reader in the way only delays it: the next checkpoint does it.
    """
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def prepare_log(path: Path, keys: KeyRing) -> Identity:
    """Make or upgrade the file. Raises NewerLogError, StoreKeysError; the file is as it was."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = open_log(path)
    try:
        database = Database(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if unknown := unknown_steps(database):
                raise NewerLogError(", ".join(unknown))
            log_migrations.apply(database)
            identity = _identity(connection, keys)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return identity
    finally:
        connection.close()


def unknown_steps(database: Database) -> tuple[str, ...]:
    """What was done to a log that this version does not know."""
    known = {one.name for one in log_migrations.pending(Database(memory=True))}
    return tuple(one.name for one in log_migrations.applied(database) if one.name not in known)


def begin_epoch(connection: sqlite3.Connection, epoch: int, now_ms: int) -> OwnDevice:
    """A greater epoch, and a fresh device for this server's own chain (SPEC F5, P10).

    Numbers that the lost log gave out may be known to relays and tablets: none is given out again.
    """
    (server,) = connection.execute("SELECT value FROM meta WHERE key = 'server'").fetchone()
    first = registry.read_device(connection, server)
    if first is None:
        raise StoreKeysError("log.db has no device for its server")
    own = registry.add_device(
        connection,
        uuid7(now_ms, secrets.token_bytes(10)),
        "server",
        None,
        None,
        first.name,
        first.jwk,
        now_ms,
    )
    connection.executemany(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        [("epoch", str(epoch)), ("own_device", own.id)],
    )
    return OwnDevice(own.no, own.id)


def _identity(connection: sqlite3.Connection, keys: KeyRing) -> Identity:
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
    own = registry.read_device(connection, stored.get("own_device", stored["server"]))
    if own is None or own.jwk != jwk:
        raise StoreKeysError("log.db was written with another server-signing key")
    return Identity(stored["server"], int(stored["epoch"]), OwnDevice(own.no, own.id))
