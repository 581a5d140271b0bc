"""Follows the log into the view: large transactions, one projector a data directory, no busy loop.

What it has done (the watermark) is written in the transaction that does it, so a crash repeats
nothing and skips nothing, and no reader sees half a portion. A view of another log, epoch, schema
or key is not migrated: it is built anew beside the old one and renamed over it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from server.config import Config, load_config
from server.keys import KeyRing
from server.memory import give_memory_back
from server.store.blind import BlindIndex
from server.store.log.persons import DayKeys
from server.store.log.pull import newest_n
from server.store.log.purge import FORGOTTEN
from server.store.reader import read_only
from server.store.view.crossing_row import Cutoffs
from server.store.view.portion import Portions
from server.store.view.view_file import (
    described,
    keep_looked,
    make_view,
    replace_view,
    watermark,
    writable,
)
from server.store.view.view_schema import VIEW_SCHEMA

PORTION = 500
"""Events in one transaction of the view."""

POLL_S = 0.1
LOCK = "projector.lock"
REBUILD_WAIT_S = 3600.0


Looker = Callable[[sqlite3.Connection, sqlite3.Connection], bool]
"""Looks at what changed, given the log and the view, at its watermark; whether there is more."""


class ProjectorRunningError(Exception):
    """Another process projects this data directory already."""


class Projector:
    """One per data directory, held by a lock; all calls from the thread that made it."""

    def __init__(self, config: Config, keys: KeyRing) -> None:
        """Raises ProjectorRunningError where another one runs."""
        self._config = config
        self._lock = _lock(config.data_dir / LOCK)
        self._log = read_only(config.log_path)
        self._portions, self._wanted = portions_of(config, keys, self._log)
        self._view: sqlite3.Connection | None = None

    def catch_up(self, stop: threading.Event | None = None) -> int:
        """Project what is in the log when it begins; the watermark. Rebuilds where it has to.

        What is pushed meanwhile is left for the next call, and `stop` is heeded between portions:
        pushes may well be faster than the projection for a while.
        """
        before = 0
        self._heed_what_is_forgotten()
        if self._view is None:
            self._view = self._open_view(stop)
        else:
            before = watermark(self._view)
        if self._view is None:
            return 0
        reached = self._follow(self._view, newest_n(self._log), stop)
        if reached - before >= PORTION:
            self._give_memory_back()
        return reached

    def rebuild(self, stop: threading.Event | None = None, through: int | None = None) -> int:
        """Make the view anew from the log and rename it over the old one; the watermark.

        Where `stop` comes first the old view stays as it was, and what was built is dropped.
        `through`: of the first numbers of the log only, as the view stood then.
        """
        self._heed_what_is_forgotten()
        fresh_path = self._config.data_dir / "view.db.new"
        fresh = make_view(fresh_path, self._wanted)
        try:
            newest = newest_n(self._log) if through is None else through
            reached = self._follow(fresh, newest, stop)
            same = {name: one for name, one in self._wanted.items() if name != FORGOTTEN}
            keep_looked(fresh, described(self._config.view_path), same)
        finally:
            fresh.close()
        if stop is not None and stop.is_set():
            return reached
        if self._view is not None:
            self._view.close()
            self._view = None
        replace_view(fresh_path, self._config.view_path)
        return reached

    def follow(
        self,
        stop: threading.Event,
        committed: threading.Event | None = None,
        looker: Looker | None = None,
    ) -> None:
        """Project until `stop`; within POLL_S of a commit, at once where `committed` is given.

        `committed` is the event of a store in this process; other processes are noticed by
        `PRAGMA data_version`, which costs microseconds. `looker` is called after each portion
        that was projected, and again as long as it says that there is more to look at.
        """
        request = rebuild_request(self._config.data_dir)
        wake = committed or threading.Event()
        seen = -1
        is_more = True
        while not stop.is_set():
            wake.clear()  # before looking, so that a commit after it ends the wait
            if request.exists():
                self.rebuild(stop)
                if stop.is_set():
                    return  # not done: who asked finds the lock free and does it
                request.unlink(missing_ok=True)
            (version,) = self._log.execute("PRAGMA data_version").fetchone()
            if version == seen and not is_more:
                wake.wait(POLL_S)
                continue
            seen = version
            self.catch_up(stop)
            # Not on a view that was cut short by `stop`: it may lack what was written last.
            is_more = looker is not None and not stop.is_set() and self.look(looker)

    def look(self, looker: Looker) -> bool:
        """Call `looker` on the log and the view as they stand; whether there is more to look at."""
        return self._view is not None and looker(self._log, self._view)

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
        if not path.exists() or not self._fits(path):
            self.rebuild(stop)
        return None if stop is not None and stop.is_set() else writable(path)

    def _heed_what_is_forgotten(self) -> None:
        """After a purge or a compaction the view knows too much: it is left and made anew (V3)."""
        row = self._log.execute("SELECT value FROM meta WHERE key = ?", (FORGOTTEN,)).fetchone()
        forgotten = "0" if row is None else str(row[0])
        if forgotten != self._wanted[FORGOTTEN]:
            self._wanted[FORGOTTEN] = forgotten
            if self._view is not None:
                self._view.close()
                self._view = None

    def _give_memory_back(self) -> None:
        """After a long catch-up: an idle mini-PC has better uses for 30 MB of page cache."""
        for connection in (self._log, self._view):
            if connection is not None:
                connection.execute("PRAGMA shrink_memory")
        give_memory_back()

    def _fits(self, path: Path) -> bool:
        """Whether the view there is one of this log, epoch, schema and key, and not ahead of it."""
        meta = described(path) or {}
        reached = int(meta.get("watermark", "-1"))
        return self._wanted.items() <= meta.items() and 0 <= reached <= newest_n(self._log)

    def _follow(
        self, view: sqlite3.Connection, newest: int, stop: threading.Event | None = None
    ) -> int:
        return follow_through(view, self._portions, newest, stop)


def portions_of(
    config: Config, keys: KeyRing, log: sqlite3.Connection
) -> tuple[Portions, dict[str, str]]:
    """What projects this log, and what a view of it says of itself."""
    blind = BlindIndex(keys)
    cutoffs = Cutoffs(config.report_hours, config.late_grace_minutes)
    meta = dict(log.execute("SELECT key, value FROM meta"))
    wanted = {
        "server": str(meta["server"]),
        "epoch": str(meta["epoch"]),
        "schema": str(VIEW_SCHEMA),
        "keys": blind.key_id,
        FORGOTTEN: str(meta.get(FORGOTTEN, "0")),
    }
    is_home = config.level == "home"
    return Portions(log, blind, DayKeys(keys), cutoffs, is_home), wanted


def follow_through(
    view: sqlite3.Connection,
    portions: Portions,
    newest: int,
    stop: threading.Event | None = None,
) -> int:
    """Project up to the number `newest`, or until `stop`; the watermark reached."""
    reached = watermark(view)
    while reached < newest and not (stop is not None and stop.is_set()):
        through = min(newest, reached + PORTION)
        portions.project(view, reached, through)
        reached = through
    return reached


def rebuild(data_dir: Path, wait_s: float = REBUILD_WAIT_S) -> int:
    """Rebuild the view of a data directory, also while a server runs; the watermark.

    Where a projector runs, it is asked to do it and waited for; TimeoutError after `wait_s`. Where
    it ends before it is done, this process does it.
    """
    config = load_config(data_dir)
    keys = KeyRing.load_or_create(data_dir)
    request = rebuild_request(data_dir)
    deadline = time.monotonic() + wait_s
    is_asked = False
    while not is_asked or request.exists():
        try:
            with Projector(config, keys) as projector:
                reached = projector.rebuild()
                request.unlink(missing_ok=True)
                return reached
        except ProjectorRunningError:
            if not is_asked:
                request.touch()
                is_asked = True
        if time.monotonic() > deadline:
            request.unlink(missing_ok=True)
            raise TimeoutError(f"the running projector did not rebuild within {wait_s:.0f} s")
        time.sleep(POLL_S)
    view = read_only(config.view_path)
    try:
        return watermark(view)
    finally:
        view.close()


def rebuild_request(data_dir: Path) -> Path:
    """A file that asks the running projector for a rebuild; it removes it when it is done."""
    return data_dir / "view.rebuild"


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Nobody projects this directory meanwhile. Raises ProjectorRunningError where one does."""
    handle = _lock(data_dir / LOCK)
    try:
        yield
    finally:
        os.close(handle)


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ProjectorRunningError(str(path)) from None
    return handle
