"""The checker checked: each of these breaks one rule, and the machine has to find it.

A model that finds no planted bug proves nothing (lesson 24: two well-known property tests turned
out to assert nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

from server.api import sync as syncing
from server.feed_text import runs_text
from server.store import sqlite
from server.store.log import append as appending
from server.store.log import feed_runs, rows
from sync import registers
from sync.reader import Reader
from sync.replica import Replica
from tests.sync.stateful.machine import SyncMachine
from tests.sync.stateful.test_machine import run

EXAMPLES = 400
"""Most are found within twenty; this many without a find is a hole in the checks."""


def cursor_by_clock() -> Any:
    """A server whose pages go by receipt time: what shares a millisecond is skipped (lesson 1)."""
    by_clock = feed_runs._FRESH.replace(
        "runs.n > ?", "runs.received_ms > ifnull((SELECT received_ms FROM runs WHERE n >= ?), 0)"
    )
    assert by_clock != feed_runs._FRESH
    return mock.patch.object(feed_runs, "_FRESH", by_clock)


def rejected_dropped() -> Any:
    """A server that answers "rejected" and keeps nothing of it (A4)."""
    marks = ", ".join(f"?{at}" for at in range(1, 19)).replace("?17", "CAST(?17 AS TEXT)")
    head = rows.INSERT.partition(" VALUES ")[0]
    return mock.patch.object(rows, "INSERT", f"{head} SELECT {marks} WHERE ?7 <> 2")


def latest_beats_over() -> Any:
    """A merge in which what an officer saw and replaced comes back (R2)."""
    real = registers.apply

    def forgetful(record: Any, device: str, seq: int, order: int, body: Any, rank: int) -> None:
        real(record, device, seq, order, body, rank)
        for register in record.values():
            register.superseded.clear()

    return mock.patch("sync.fold.apply", forgetful)


def receipt_believed() -> Any:
    """A tablet that believes any receipt: a rolled back disk works on, and nobody is told (P3)."""
    return mock.patch.object(Replica, "_check_receipt", lambda *_: None)


def outbox_lost_on_401() -> Any:
    """A tablet that empties its outbox when its token has expired (lesson 4)."""
    real = Replica.failed

    def giving_up(self: Replica, failure: Any, uniform: float, retry_after_ms: int = 0) -> int:
        if failure == "auth":
            for seq in range(self.through + 1, self.seq + 1):
                del self.own[seq]
        return real(self, failure, uniform, retry_after_ms)

    return mock.patch.object(Replica, "failed", giving_up)


def page_with_a_gap() -> Any:
    """A server that leaves the first of several runs out of a page: only a digest shows it (F9)."""
    return mock.patch.object(syncing, "runs_text", lambda runs: runs_text(runs[len(runs) > 1 :]))


def row_lost() -> Any:
    """A reader whose disk loses what it was given last: its own count misses it (F9)."""
    real = Reader.take

    def losing(self: Reader, read: Any, own: Any, now_ms: int) -> set[str]:
        if len(self.pulled) > 3:
            self.pulled.popitem()
        return real(self, read, own, now_ms)

    return mock.patch.object(Reader, "take", losing)


@contextmanager
def every_retry_is_new() -> Iterator[None]:
    """A server that takes a repeat for a clone's branch (A2)."""

    def branch(log: Any, arrival: Any, stored: Any) -> tuple[int, bool]:
        return appending._new_branch(log, arrival.device_no), bool(stored)

    with (
        mock.patch.object(sqlite, "repeat", lambda *_: None),
        mock.patch.object(appending, "_branch", branch),
    ):
        yield


MUTANTS: list[Callable[[], Any]] = [
    cursor_by_clock,
    rejected_dropped,
    latest_beats_over,
    receipt_believed,
    outbox_lost_on_401,
    every_retry_is_new,
    page_with_a_gap,
    row_lost,
]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_the_machine_finds(mutant: Callable[[], Any]) -> None:
    with mutant(), pytest.raises(Exception) as found:
        run(SyncMachine, EXAMPLES)
    print(f"{found.type.__name__}: {found.value}"[:200])
