"""Destroying day keys: a day's person parts are gone for good, in every copy of them. SPEC G6, G10.

The wrapped key is overwritten, and so are the parts themselves: who still has the key in memory
finds nothing to open with it. What is kept for a case is written again under another key of the
day first, so that the old one can go: a backup made before opens those parts only with it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from server.store.forgotten import DayPurge, Purged
from server.store.log.persons import ON_HOLD, RETENTION_CLASS, DayKeys
from server.store.log.run_rows import COLUMNS, Run, binding, commitments_of
from sync.chain import NO_PERSON

_LIGHT = COLUMNS.replace("runs.bodies", "NULL").replace("runs.persons", "NULL")
_OF_DAY = "day_key IN (SELECT no FROM day_keys WHERE day = ?)"
_STORED = (
    f"SELECT devices.id, {COLUMNS} FROM runs JOIN devices ON devices.no = runs.device"
    " WHERE runs.n = ?"
)

FORGOTTEN = "forgotten"
"""In `meta` of the log and of a view: how often more was forgotten than a view can follow."""


class _Rewritten(NamedTuple):
    """A run with parts that are kept for a case: its texts without the others."""

    device: str
    run: Run
    texts: list[str | None]
    destroyed: int


def days_before(log: sqlite3.Connection, day: str) -> list[str]:
    """The days before `day` of which a key is still there, one for a case too."""
    rows = log.execute(
        "SELECT DISTINCT day FROM day_keys WHERE day < ? AND wrapped IS NOT NULL ORDER BY day",
        (day,),
    )
    return [str(one) for (one,) in rows]


def newest_of(log: sqlite3.Connection, days: Sequence[str]) -> int:
    """The greatest number among the events of these days that have a person part."""
    found = (
        log.execute(f"SELECT max(n) FROM runs WHERE {_OF_DAY}", (day,)).fetchone()[0]
        for day in days
    )
    return max((int(one) for one in found if one is not None), default=0)


def purge(
    connection: sqlite3.Connection,
    days: Sequence[str],
    kept: Collection[int],
    day_keys: DayKeys,
    now_ms: int,
) -> Purged:
    """Destroy the keys of these days. Inside the writer; a second time there is nothing to do.

    `kept`: numbers of events that holds keep. `day_keys` are `apart`. A day without a key gets an
    empty one: nothing can be stored under it any more.
    """
    done = [
        one
        for day in days
        if (one := _purge_day(connection, day, kept, day_keys, now_ms)) is not None
    ]
    if any(one.is_change for one in done):
        view_is_stale(connection)
    return Purged(tuple(done))


def look(
    log: sqlite3.Connection, days: Sequence[str], kept: Collection[int], day_keys: DayKeys
) -> Purged:
    """What `purge` would do now, without doing it."""
    plans = ((day, _plan(log, day, kept, day_keys)) for day in days)
    return Purged(
        tuple(
            DayPurge(day, plan.destroyed, plan.kept, is_change=plan.changes)
            for day, plan in plans
            if plan is not None
        )
    )


def day_parts(log: sqlite3.Connection, day: str) -> tuple[int, str]:
    """(how many person parts the events of a day had, a SHA-256 that names every one of them).

    One line an event, by device, branch and number: "device:branch:number commitment". It follows
    from the log whether the parts are there or not, so a purge can be proved afterwards.
    """
    count, digest = 0, hashlib.sha256()
    rows = log.execute(
        f"SELECT devices.id, {_LIGHT} FROM runs JOIN devices ON devices.no = runs.device"
        f" WHERE {_OF_DAY} ORDER BY devices.id, branch, first",
        (day,),
    )
    for device, *row in rows:
        run = Run(*row)
        for at, committed in enumerate(commitments_of(run.commitments, run.count)):
            if committed != NO_PERSON:
                count += 1
                line = f"{device}:{run.branch}:{run.first + at} {committed.hex()}\n"
                digest.update(line.encode("ascii"))
    return count, digest.hexdigest()


def view_is_stale(connection: sqlite3.Connection) -> None:
    """Every view made so far knows more than it should: it is made anew (SPEC V3)."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(value + 1 AS TEXT)",
        (FORGOTTEN,),
    )


class _Plan(NamedTuple):
    """What a purge of one day comes to. `numbers`: the keys that go."""

    numbers: list[int]
    has_day_key: bool
    plain: int
    rewritten: list[_Rewritten]

    @property
    def destroyed(self) -> int:
        return self.plain + sum(one.destroyed for one in self.rewritten)

    @property
    def kept(self) -> int:
        return sum(text is not None for one in self.rewritten for text in one.texts)

    @property
    def changes(self) -> bool:
        """Whether anything goes: not where all that is left is kept for a case."""
        return self.has_day_key or self.destroyed > 0


def _plan(
    log: sqlite3.Connection, day: str, kept: Collection[int], day_keys: DayKeys
) -> _Plan | None:
    keys = log.execute(
        "SELECT no, class FROM day_keys WHERE day = ? AND wrapped IS NOT NULL", (day,)
    ).fetchall()
    if not keys:
        return None
    numbers = [int(no) for no, _ in keys]
    apart = {int(no) for no, klass in keys if klass.startswith(ON_HOLD)}
    plain, to_open = 0, []
    for row in log.execute(
        f"SELECT {_LIGHT} FROM runs WHERE {_OF_DAY} AND persons IS NOT NULL", (day,)
    ):
        run = Run(*row)
        there = _with_person(run)
        start = run.n - run.count + 1
        if run.day_key in apart or any(start + at in kept for at in there):
            to_open.append(run.n)
        else:
            plain += len(there)
    rewritten = [_rewritten(log, n, kept, day_keys) for n in to_open]
    return _Plan(numbers, len(apart) < len(numbers), plain, rewritten)


def _rewritten(
    log: sqlite3.Connection, n: int, kept: Collection[int], day_keys: DayKeys
) -> _Rewritten:
    device, *row = log.execute(_STORED, (n,)).fetchone()
    run = Run(*row)
    assert run.day_key is not None and run.persons is not None  # as it was selected
    day_keys.load(log, {run.day_key})
    aad = binding(device, run.branch, run.first, run.count, run.head)
    stored = day_keys.decrypt(run.day_key, run.persons, aad, run.count) or [None] * run.count
    start = run.n - run.count + 1
    texts = [text if start + at in kept else None for at, text in enumerate(stored)]
    gone = sum(old is not None and new is None for old, new in zip(stored, texts, strict=True))
    return _Rewritten(device, run, texts, gone)


def _purge_day(
    connection: sqlite3.Connection,
    day: str,
    kept: Collection[int],
    day_keys: DayKeys,
    now_ms: int,
) -> DayPurge | None:
    plan = _plan(connection, day, kept, day_keys)
    if plan is None:
        connection.execute(
            "INSERT OR IGNORE INTO day_keys (day, class, wrapped, purged_ms)"
            " VALUES (?, ?, NULL, ?)",
            (day, RETENTION_CLASS, now_ms),
        )
        return None
    if not plan.changes:
        return DayPurge(day, 0, plan.kept, is_change=False)
    if plan.kept:
        _write_again(connection, day, plan.rewritten, day_keys)
    marks = ", ".join("?" * len(plan.numbers))
    connection.execute(f"UPDATE runs SET persons = NULL WHERE day_key IN ({marks})", plan.numbers)
    connection.execute(
        f"UPDATE day_keys SET wrapped = NULL, purged_ms = ? WHERE no IN ({marks})",
        (now_ms, *plan.numbers),
    )
    _, digest = day_parts(connection, day)
    return DayPurge(day, plan.destroyed, plan.kept, digest)


def _write_again(
    connection: sqlite3.Connection, day: str, some: Iterable[_Rewritten], day_keys: DayKeys
) -> None:
    no = day_keys.make_on_hold(connection, day)
    for device, run, texts, _ in some:
        if any(one is not None for one in texts):
            aad = binding(device, run.branch, run.first, run.count, run.head)
            connection.execute(
                "UPDATE runs SET persons = ?, day_key = ? WHERE n = ?",
                (day_keys.encrypt(no, texts, aad), no, run.n),
            )


def _with_person(run: Run) -> list[int]:
    committed = commitments_of(run.commitments, run.count)
    return [at for at, one in enumerate(committed) if one != NO_PERSON]
