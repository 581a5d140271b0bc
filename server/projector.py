"""Follows the log into the view: large transactions, one projector a data directory, no busy loop.

What it has done (the watermark) is written in the transaction that does it, so a crash repeats
nothing and skips nothing, and no reader sees half a portion. A view of another log, epoch, schema
or key is not migrated: it is built anew beside the old one and renamed over it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from server.config import Config, load_config
from server.keys import KeyRing
from server.store.blind import BlindIndex
from server.store.log_schema import ACCEPTED
from server.store.persons import DayKeys
from server.store.project import Cutoffs, put_crossing, put_review
from server.store.pull import newest_n
from server.store.reader import read_only, view_files_held
from server.store.record import (
    LogEvent,
    OpenEvent,
    load_day_keys,
    open_event,
    read_events,
    read_range,
)
from server.store.view_schema import VIEW_SCHEMA, view_migrations

PORTION = 500
"""Events in one transaction of the view."""

CACHE_KIB = 16_000
"""Page cache of the view while it is written; given back when the projector has caught up."""

POLL_S = 0.1
REBUILD_WAIT_S = 3600.0


class ProjectorRunningError(Exception):
    """Another process projects this data directory already."""


class Projector:
    """One per data directory, held by a lock; all calls from the thread that made it."""

    def __init__(self, config: Config, keys: KeyRing) -> None:
        """Raises ProjectorRunningError where another one runs."""
        self._config = config
        self._lock = _lock(config.data_dir / "projector.lock")
        self._blind = BlindIndex(keys)
        self._day_keys = DayKeys(keys)
        self._cutoffs = Cutoffs(config.report_hours, config.late_grace_minutes)
        self._log = read_only(config.log_path)
        meta = dict(self._log.execute("SELECT key, value FROM meta"))
        self._wanted = {
            "server": meta["server"],
            "epoch": meta["epoch"],
            "schema": str(VIEW_SCHEMA),
            "keys": self._blind.key_id,
        }
        self._view: sqlite3.Connection | None = None

    def catch_up(self, stop: threading.Event | None = None) -> int:
        """Project what is in the log when it begins; the watermark. Rebuilds where it has to.

        What is pushed meanwhile is left for the next call, and `stop` is heeded between portions:
        pushes may well be faster than the projection for a while.
        """
        before = 0
        if self._view is None:
            self._view = self._open_view(stop)
        else:
            before = _watermark(self._view)
        if self._view is None:
            return 0
        watermark = self._follow(self._view, newest_n(self._log), stop)
        if watermark - before >= PORTION:
            self._give_memory_back()
        return watermark

    def rebuild(self, stop: threading.Event | None = None) -> int:
        """Make the view anew from the log and rename it over the old one; the watermark.

        Where `stop` comes first the old view stays as it was, and what was built is dropped.
        """
        fresh_path = self._config.data_dir / "view.db.new"
        for leftover in self._config.data_dir.glob("view.db.new*"):
            leftover.unlink()
        fresh = self._make_view(fresh_path)
        try:
            watermark = self._follow(fresh, newest_n(self._log), stop)
        finally:
            fresh.close()
        if stop is not None and stop.is_set():
            return watermark
        if self._view is not None:
            self._view.close()
            self._view = None
        _replace(fresh_path, self._config.view_path)
        return watermark

    def follow(self, stop: threading.Event, committed: threading.Event | None = None) -> None:
        """Project until `stop`; within POLL_S of a commit, at once where `committed` is given.

        `committed` is the event of a store in this process; other processes are noticed by
        `PRAGMA data_version`, which costs microseconds.
        """
        request = rebuild_request(self._config.data_dir)
        wake = committed or threading.Event()
        seen = -1
        while not stop.is_set():
            wake.clear()  # before looking, so that a commit after it ends the wait
            if request.exists():
                self.rebuild(stop)
                request.unlink(missing_ok=True)
            (version,) = self._log.execute("PRAGMA data_version").fetchone()
            if version == seen:
                wake.wait(POLL_S)
                continue
            seen = version
            self.catch_up(stop)

    def close(self) -> None:
        self._log.close()
        if self._view is not None:
            self._view.close()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_view(self, stop: threading.Event | None) -> sqlite3.Connection | None:
        """The view that fits the log, built where there is none; None where `stop` came first."""
        path = self._config.view_path
        if not path.exists() or self._described(path) != self._wanted:
            self.rebuild(stop)
        return None if stop is not None and stop.is_set() else _writable(path)

    def _give_memory_back(self) -> None:
        """After a long catch-up: an idle mini-PC has better uses for 30 MB of page cache."""
        for connection in (self._log, self._view):
            if connection is not None:
                connection.execute("PRAGMA shrink_memory")
        # glibc keeps what was freed between live blocks until asked; other libcs have no such call.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)

    def _described(self, path: Path) -> dict[str, str] | None:
        """What a view says of itself, without its watermark; None where it says nothing."""
        try:
            connection = _writable(path)
        except sqlite3.DatabaseError:
            return None
        try:
            meta = {str(key): str(value) for key, value in connection.execute(_META)}
        except sqlite3.DatabaseError:
            return None
        finally:
            connection.close()
        watermark = int(meta.pop("watermark", "-1"))
        return meta if 0 <= watermark <= newest_n(self._log) else None

    def _make_view(self, path: Path) -> sqlite3.Connection:
        path.touch(mode=0o600)
        connection = _writable(path)
        view_migrations.apply(Database(connection))
        connection.executemany(
            "INSERT INTO meta (key, value) VALUES (?, ?)",
            [*self._wanted.items(), ("watermark", "0")],
        )
        return connection

    def _follow(
        self, view: sqlite3.Connection, newest: int, stop: threading.Event | None = None
    ) -> int:
        watermark = _watermark(view)
        while watermark < newest and not (stop is not None and stop.is_set()):
            through = min(newest, watermark + PORTION)
            self._project(view, watermark, through)
            watermark = through
        return watermark

    def _project(self, view: sqlite3.Connection, after: int, through: int) -> None:
        fresh = read_range(self._log, after, through, ACCEPTED)
        again = self._log.execute(
            "SELECT run - count + 1, run FROM restated WHERE n > ? AND n - count < ?",
            (after, through),
        )
        moved = {n for first, last in again for n in range(first, last + 1)}
        fresh += read_events(self._log, sorted(moved - {one.n for one in fresh}))
        load_day_keys(self._log, fresh, self._day_keys)
        records: dict[str, list[OpenEvent]] = {}
        for event in fresh:
            opened = open_event(event, self._day_keys)
            records.setdefault(opened.body.record, []).append(opened)
        with _transaction(view):
            for name, events in records.items():
                self._put(view, name, events)
            view.execute("UPDATE meta SET value = ? WHERE key = 'watermark'", (str(through),))

    def _put(self, view: sqlite3.Connection, name: str, events: list[OpenEvent]) -> None:
        row = view.execute("SELECT id FROM records WHERE record = ?", (name,)).fetchone()
        if row is None:
            cursor = view.execute("INSERT INTO records (record) VALUES (?)", (name,))
            record_id, known = int(cursor.lastrowid or 0), []
        else:
            record_id = int(row[0])
            known = [
                n
                for (n,) in view.execute(
                    "SELECT n FROM record_events WHERE record = ?", (record_id,)
                )
            ]
        view.executemany(
            "INSERT OR IGNORE INTO record_events (record, n) VALUES (?, ?)",
            [(record_id, one.log.n) for one in events],
        )
        everything = self._earlier(known, events) + events
        kind = min(everything, key=lambda one: (one.log.order, one.ref)).body.kind
        of_kind = [one for one in everything if one.body.kind == kind]
        if kind == "crossing":
            put_crossing(view, record_id, of_kind, row is None, self._blind, self._cutoffs)
        elif kind == "review":
            put_review(view, record_id, of_kind)

    def _earlier(self, known: list[int], events: list[OpenEvent]) -> list[OpenEvent]:
        fresh = {one.log.n for one in events}
        stored: list[LogEvent] = read_events(self._log, [n for n in known if n not in fresh])
        load_day_keys(self._log, stored, self._day_keys)
        return [open_event(one, self._day_keys) for one in stored]


def rebuild(data_dir: Path, wait_s: float = REBUILD_WAIT_S) -> int:
    """Rebuild the view of a data directory, also while a server runs; the watermark.

    Where a projector runs, it is asked to do it and waited for; TimeoutError after `wait_s`.
    """
    config = load_config(data_dir)
    keys = KeyRing.load_or_create(data_dir)
    try:
        with Projector(config, keys) as projector:
            return projector.rebuild()
    except ProjectorRunningError:
        request = rebuild_request(data_dir)
        request.touch()
    deadline = time.monotonic() + wait_s
    while request.exists():
        if time.monotonic() > deadline:
            request.unlink(missing_ok=True)
            raise TimeoutError(f"the running projector did not rebuild within {wait_s:.0f} s")
        time.sleep(POLL_S)
    view = read_only(config.view_path)
    try:
        return _watermark(view)
    finally:
        view.close()


def rebuild_request(data_dir: Path) -> Path:
    """A file that asks the running projector for a rebuild; it removes it when it is done."""
    return data_dir / "view.rebuild"


_META = "SELECT key, value FROM meta"


def _watermark(view: sqlite3.Connection) -> int:
    (value,) = view.execute("SELECT value FROM meta WHERE key = 'watermark'").fetchone()
    return int(value)


def _writable(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30.0)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _replace(fresh: Path, path: Path) -> None:
    """Put a closed database where an open one lies.

    The old `-wal` and `-shm` go first: SQLite finds them by name, and the new file would take
    them for its own. Readers that have the old files open keep them until they open anew.
    """
    with view_files_held(path, fcntl.LOCK_EX):
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        fresh.replace(path)


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ProjectorRunningError(str(path)) from None
    return handle
