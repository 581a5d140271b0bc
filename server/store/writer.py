"""The one thread that writes a log: a queue, group commit, an answer to each caller.

Everything that waits when the thread comes round is one transaction and one fsync. A job that
fails is rolled back alone, by its savepoint, and its caller gets the exception. Threads around
sqlite3 starve one another, so no other thread of the process touches this connection.

Another process (the command line) may write to the same file: `BEGIN IMMEDIATE` puts the
processes in a row, and whatever a job remembers between transactions is dropped (`forget`) when
`PRAGMA data_version` says that somebody else wrote.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

MAX_GROUP = 256
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

IDLE_S = 2.0


class StoreClosedError(Exception):
    """The store was closed, or its writer died: `__cause__` says of what. Nothing was stored."""


class Writer:
    """Runs jobs on a connection of its own. `submit` from any thread but its own."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        forget: Callable[[], None],
        idle: Callable[[], Job[None] | None],
    ) -> None:
        self._connect = connect
        self._forget = forget
        self._idle = idle
        self._queue: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._cause: BaseException | None = None
        self._data_version = -1
        self.committed = threading.Event()
        """Set after each commit; whoever follows the log clears it and waits."""
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue a job; its future is answered after the commit that holds it."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreClosedError("the log takes no more writes") from self._cause
            self._queue.put((job, future))
        return future

    def run(self, job: Job[T]) -> T:
        """The result of a job, once it is on disk."""
        return self.submit(job).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
            try:
                while self._round(connection):
                    pass
            finally:
                connection.close()
        except BaseException as error:  # a dead writer must answer everybody, whatever killed it
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._closed = True
            self._cause = error
        while True:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return
            if waiting is not None:
                waiting[1].set_exception(StoreClosedError(f"the log writer died: {error!r}"))

    def _round(self, connection: sqlite3.Connection) -> bool:
        group, going_on = self._drain()
        extra = self._idle()
        if extra is not None:
            group.append((extra, Future()))
        if group:
            try:
                self._commit(connection, group)
            except BaseException as error:
                for _, future in group:
                    if not future.done():
                        future.set_exception(StoreClosedError(f"the log writer died: {error!r}"))
                raise
        return going_on

    def _drain(self) -> tuple[list[tuple[Job[Any], Future[Any]]], bool]:
        group: list[tuple[Job[Any], Future[Any]]] = []
        try:
            waiting = self._queue.get(timeout=IDLE_S)
            while True:
                if waiting is None:
                    return group, False
                group.append(waiting)
                if len(group) == MAX_GROUP:
                    break
                waiting = self._queue.get_nowait()
        except queue.Empty:
            pass
        return group, True

    def _commit(
        self, connection: sqlite3.Connection, group: list[tuple[Job[Any], Future[Any]]]
    ) -> None:
        answers: list[tuple[Future[Any], Any]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._notice_others(connection)
            for job, future in group:
                connection.execute("SAVEPOINT job")
                try:
                    answers.append((future, job(connection)))
                except Exception as error:
                    if not connection.in_transaction:  # a full disk ends the whole transaction
                        raise
                    connection.execute("ROLLBACK TO job")
                    self._forget()
                    future.set_exception(error)
                connection.execute("RELEASE job")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo(connection, [future for _, future in group], error)
            return
        self.committed.set()
        for future, answer in answers:
            future.set_result(answer)

    def _undo(
        self, connection: sqlite3.Connection, futures: list[Future[Any]], error: sqlite3.Error
    ) -> None:
        """A full disk or a locked file fails this group, not the thread: the next may succeed."""
        self._forget()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for future in futures:
            if not future.done():
                future.set_exception(error)

    def _notice_others(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            self._forget()
