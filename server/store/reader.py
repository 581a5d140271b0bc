"""The one thread that reads, for all threads of a process: log and view, read-only.

A rebuild renames a new `view.db` over the old one while it is being read; the reader notices the
other file before each job and opens it. A file that vanished keeps being read until then.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

BUSY_TIMEOUT_S = 30.0


class ViewMissingError(Exception):
    """Nothing was projected yet: the projector has not run since the data directory was made."""


class Files:
    """The connections of the reader thread."""

    def __init__(self, log_path: Path, view_path: Path) -> None:
        self.log = read_only(log_path)
        self._view_path = view_path
        self._view: sqlite3.Connection | None = None
        self._inode = -1

    @property
    def view(self) -> sqlite3.Connection:
        """The view as it lies there now. ViewMissingError where there is none yet."""
        try:
            inode = self._view_path.stat().st_ino
        except FileNotFoundError:
            raise ViewMissingError(str(self._view_path)) from None
        if self._view is None or inode != self._inode:
            if self._view is not None:
                self._view.close()
                self._view = None
            with view_files_held(self._view_path, fcntl.LOCK_SH):
                self._inode = self._view_path.stat().st_ino
                self._view = read_only(self._view_path)
                self._view.execute("SELECT value FROM meta").fetchone()
        return self._view

    @property
    def inode(self) -> int:
        """Which file `view` is: row numbers of one say nothing in another."""
        return self._inode

    def close(self) -> None:
        self.log.close()
        if self._view is not None:
            self._view.close()


class Reader:
    """Runs reads one after the other. `run` from any thread but its own."""

    def __init__(self, log_path: Path, view_path: Path) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._files = self._executor.submit(Files, log_path, view_path).result()
        self._closed = False

    def run(self, job: Callable[[Files], T]) -> T:
        """The result of a read."""
        return self._executor.submit(job, self._files).result()

    def close(self) -> None:
        """Close the connections in the thread that has them; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._executor.submit(self._files.close).result()
            self._executor.shutdown()


@contextmanager
def view_files_held(view_path: Path, how: int) -> Iterator[None]:
    """Hold `view.lock`: shared while `view.db`, its `-wal` and `-shm` are opened, else exclusive.

    SQLite opens the three by name and lazily. One opened before a rename and another after it
    would be parts of different databases.
    """
    handle = os.open(view_path.with_name("view.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. It stays in the thread that opens it."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
    )
    connection.execute("PRAGMA query_only = 1")
    connection.execute("PRAGMA cache_size = -16000")
    return connection
