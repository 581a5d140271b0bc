"""What of the log counts from which number on: the projector's and the reports' way to it.

An event counts from its own number; one that was held counts from the number under which it was
announced when it was taken up (SPEC A5), also for a view that is made again later.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from server.store.log_schema import ACCEPTED
from server.store.record import LogEvent, read_events, read_range


class Place(NamedTuple):
    """Where an event stands in its chain, whatever its state."""

    n: int
    device: str
    branch: int
    seq: int


def arrived(log: sqlite3.Connection, after: int, through: int) -> list[tuple[int, LogEvent]]:
    """(number from which it counts, event) for after < number ≤ through, by that number."""
    taken_up = {
        int(n)
        for (n,) in log.execute(
            "SELECT event FROM restated WHERE event > ? AND event <= ?", (after, through)
        )
    }
    found = [
        (one.n, one) for one in read_range(log, after, through, ACCEPTED) if one.n not in taken_up
    ]
    since = {
        int(event): int(n)
        for n, event in log.execute(
            "SELECT n, event FROM restated WHERE n > ? AND n <= ?", (after, through)
        )
    }
    found += [(since[one.n], one) for one in read_events(log, sorted(since))]
    return sorted(found, key=lambda one: one[0])


def places(log: sqlite3.Connection, after: int, through: int) -> list[Place]:
    """Every event with after < n ≤ through by its place in its chain: refused ones have one too."""
    rows = log.execute(
        "SELECT n, devices.id, branch, seq FROM events JOIN devices ON devices.no = events.device"
        " WHERE n > ? AND n <= ? ORDER BY n",
        (after, through),
    )
    return [Place._make(row) for row in rows]


def number_at(log: sqlite3.Connection, at_ms: int) -> int:
    """The log number up to which everything was received by then: a report's cut-off."""
    (later,) = log.execute("SELECT min(n) FROM events WHERE received_ms > ?", (at_ms,)).fetchone()
    if later is not None:
        return int(later) - 1
    (newest,) = log.execute(
        "SELECT max(ifnull((SELECT max(n) FROM events), 0),"
        " ifnull((SELECT max(n) FROM restated), 0))"
    ).fetchone()
    return int(newest)
