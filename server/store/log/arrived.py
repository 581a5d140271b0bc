"""What of the log counts from which number on: the projector's and the reports' way to it.

An event counts from its own number; one that was held counts from the number under which it was
announced when it was taken up (SPEC A5), also for a view that is made again later.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from server.store.log.log_schema import ACCEPTED, MAX_RUN_EVENTS
from server.store.log.pull import newest_n
from server.store.log.record import LogEvent, read_events, read_range


class Place(NamedTuple):
    """Where an event stands in its chain, whatever its state."""

    n: int
    device: str
    branch: int
    seq: int


def arrived(log: sqlite3.Connection, after: int, through: int) -> list[tuple[int, LogEvent]]:
    """(number from which it counts, event) for what comes under after < number ≤ through, sorted.

    An event whose envelope changed (A3) comes again, with the number it has counted from all along.
    """
    taken_up = {
        n
        for run, count in log.execute(
            "SELECT run, count FROM restated WHERE NOT moved AND run > ? AND run - count < ?",
            (after, through),
        )
        for n in range(run - count + 1, run + 1)
    }
    found = [
        (one.n, one) for one in read_range(log, after, through, ACCEPTED) if one.n not in taken_up
    ]
    counts: dict[int, int] = {}
    for n, run, count, first in log.execute(
        "SELECT n, run, count, CASE WHEN NOT moved THEN n ELSE ifnull((SELECT taken.n"
        " FROM restated AS taken WHERE taken.run = restated.run AND NOT taken.moved), run) END"
        " FROM restated WHERE n > ? AND n - count < ? ORDER BY n",
        (after, through),
    ):
        for back in range(count):
            if after < n - back <= through:
                counts[run - back] = first - back
    there = {one.n for _, one in found}
    found += [(counts[one.n], one) for one in read_events(log, sorted(counts.keys() - there))]
    return sorted(found, key=lambda one: one[0])


def places(log: sqlite3.Connection, after: int, through: int) -> list[Place]:
    """Every event with after < n ≤ through by its place in its chain: refused ones have one too."""
    rows = log.execute(
        "SELECT n, count, devices.id, branch, first FROM runs"
        " JOIN devices ON devices.no = runs.device WHERE n > ? AND n - count < ? AND n < ?"
        " ORDER BY n",
        (after, through, through + MAX_RUN_EVENTS),
    )
    return [
        Place(n - count + 1 + at, device, branch, first + at)
        for n, count, device, branch, first in rows
        for at in range(count)
        if after < n - count + 1 + at <= through
    ]


def number_at(log: sqlite3.Connection, at_ms: int) -> int:
    """The log number up to which everything was received by then: a report's cut-off."""
    (before,) = log.execute(
        "SELECT min(n - count) FROM runs WHERE received_ms > ?", (at_ms,)
    ).fetchone()
    return newest_n(log) if before is None else int(before)
