"""Dropping the bodies of old runs, once what reports ask of them is counted. SPEC G7–G9.

All that belongs to a crossing goes together or stays: its events, the reviews, links, notices and
alerts about it, and whatever shares a run with one of them. What is in the way: a younger event,
an open review or alert, an event that still waits, an erasure, a hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from server.store.forgotten import Compacted
from server.store.log.arrived import arrived
from server.store.log.holds import active_holds, revision
from server.store.log.log_schema import HELD
from server.store.log.pull import newest_n
from server.store.log.purge import view_is_stale
from server.store.view.on_hold import records_on_hold
from server.store.view.search import LIVE, VEHICLE
from server.store.view.view_file import watermark
from sync.events import parse_body

_SCHEMA = """
    CREATE TABLE old (run INTEGER PRIMARY KEY, first_n INTEGER, count INTEGER, kept INTEGER);
    CREATE TABLE holds (run INTEGER, record INTEGER, PRIMARY KEY (run, record)) WITHOUT ROWID;
    CREATE INDEX held_by ON holds (record);
    CREATE TABLE ties (record INTEGER, other INTEGER);
    CREATE INDEX tied_to ON ties (record);
    CREATE TABLE blocked (record INTEGER PRIMARY KEY);
"""
# What a run that cannot go keeps with it, until nothing more is kept.
_SPREAD = (
    "INSERT OR IGNORE INTO blocked SELECT record FROM holds JOIN old USING (run) WHERE kept",
    "INSERT OR IGNORE INTO blocked SELECT other FROM ties JOIN blocked USING (record)",
    "UPDATE old SET kept = 1 WHERE NOT kept"
    " AND run IN (SELECT run FROM holds JOIN blocked USING (record))",
)
_TIES = (
    "SELECT r.id, s.id FROM reviews r JOIN records s ON s.record = r.subject",
    "SELECT n.id, s.id FROM notices n JOIN records s ON s.record = n.subject",
    "SELECT a.alert, s.id FROM alert_subjects a JOIN records s ON s.record = a.subject",
    "SELECT l.id, s.id FROM links l JOIN records s ON s.record IN (l.one, l.other)",
)
_COUNTS = (
    "SELECT checkpoint, date((occurred_ms + 25200000) / 1000, 'unixepoch'), direction, action,"
    f" 1, people, {VEHICLE} FROM crossings WHERE id = ? AND {LIVE}"
)
_ADD = (
    "INSERT INTO compacted (checkpoint, day, direction, action, crossings, people, vehicles)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " crossings = crossings + excluded.crossings, people = people + excluded.people,"
    " vehicles = vehicles + excluded.vehicles"
)
_NOTE_COUNTS = (
    "SELECT checkpoint, date((occurred_ms + 25200000) / 1000, 'unixepoch'), kind, what, degree, 1,"
    " coalesce(number, 0) FROM noted WHERE id = ? AND voided = '' AND kind <> 'queue'"
)
_ADD_NOTE = (
    "INSERT INTO compacted_notes (checkpoint, day, kind, what, degree, records, total)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " records = records + excluded.records, total = total + excluded.total"
)
_DROP = (
    "UPDATE runs SET bodies = NULL, persons = NULL, day_key = NULL, commitments = NULL WHERE n = ?"
)

MIN_AGE_DAYS = 7
"""Readers hold three days, and who comes with an older cursor begins anew (F3)."""


class Compaction:
    """One compaction: `prepare` from a reader, `run` inside the writer. Close it."""

    def __init__(self) -> None:
        # A database of its own, on disk where it grows: a province has more than fits in memory.
        self._plan = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._plan.executescript(_SCHEMA)
        self._seen = self._holds = 0
        self._view = ""

    def prepare(self, log: sqlite3.Connection, view: sqlite3.Connection, before_ms: int) -> None:
        """Find what is older and has nothing younger to it, as of the view's watermark."""
        view.execute("BEGIN")
        try:
            self._seen, self._view = watermark(view), _identity(view)
            self._plan.executemany(
                "INSERT INTO old VALUES (?, ?, ?, ?)", _old_runs(log, before_ms, self._seen)
            )
            self._plan.execute("BEGIN")
            for record, n in view.execute("SELECT record, n FROM record_events ORDER BY n"):
                self._place(record, n)
            for sql in _TIES:
                for one, other in view.execute(sql):
                    pairs = (one, other, other, one)
                    self._plan.execute("INSERT INTO ties VALUES (?, ?), (?, ?)", pairs)
            self._block(view.execute("SELECT id FROM crossings WHERE review = 'open'"))
            self._block(view.execute("SELECT id FROM alerts WHERE listed <> 'closed'"))
            self._holds = revision(log)
            self._block((one,) for one in records_on_hold(view, active_holds(log)))
            self._plan.execute("COMMIT")
            self._spread()
        finally:
            view.execute("COMMIT")

    def look(self, log: sqlite3.Connection, view: sqlite3.Connection, before_ms: int) -> Compacted:
        """What `run` would do if it followed at once. From a reader."""
        self.prepare(log, view, before_ms)
        going = sum(len(view.execute(_COUNTS, (one,)).fetchall()) for one in self._going())
        return self._found(going)

    def run(self, connection: sqlite3.Connection, view: sqlite3.Connection) -> Compacted:
        """Count, then drop, all in the writer's transaction.

        Where the view was made anew meanwhile its numbers mean other records: nothing is done, nor
        where a hold was placed or released.
        """
        if _identity(view) != self._view or revision(connection) != self._holds:
            return Compacted(0, 0, 0)
        newest = newest_n(connection)
        fresh = {parse_body(one.body).record for _, one in arrived(connection, self._seen, newest)}
        self._block(
            row
            for name in fresh
            for row in view.execute("SELECT id FROM records WHERE record = ?", (name,))
        )
        self._spread()
        crossings = 0
        for record in self._going():
            for row in view.execute(_COUNTS, (record,)):
                connection.execute(_ADD, row)
                crossings += 1
            for row in view.execute(_NOTE_COUNTS, (record,)):
                connection.execute(_ADD_NOTE, row)
        connection.executemany(_DROP, self._plan.execute("SELECT run FROM old WHERE NOT kept"))
        done = self._found(crossings)
        if done.events:
            view_is_stale(connection)
        return done

    def close(self) -> None:
        self._plan.close()

    def _going(self) -> Iterator[int]:
        for (record,) in self._plan.execute(
            "SELECT DISTINCT record FROM holds WHERE record NOT IN (SELECT record FROM blocked)"
        ):
            yield int(record)

    def _found(self, crossings: int) -> Compacted:
        events, kept = self._plan.execute(
            "SELECT ifnull(sum(count) FILTER (WHERE NOT kept), 0),"
            " ifnull(sum(count) FILTER (WHERE kept), 0) FROM old"
        ).fetchone()
        return Compacted(int(events), crossings, int(kept))

    def _place(self, record: int, n: int) -> None:
        row = self._plan.execute(
            "SELECT run, first_n FROM old WHERE run >= ? ORDER BY run LIMIT 1", (n,)
        ).fetchone()
        if row is None or row[1] > n:
            self._plan.execute("INSERT OR IGNORE INTO blocked VALUES (?)", (record,))
        else:
            self._plan.execute("INSERT OR IGNORE INTO holds VALUES (?, ?)", (row[0], record))

    def _block(self, records: Iterable[tuple[int]]) -> None:
        self._plan.executemany("INSERT OR IGNORE INTO blocked VALUES (?)", records)

    def _spread(self) -> None:
        while sum(self._plan.execute(sql).rowcount for sql in _SPREAD):
            pass


def _identity(view: sqlite3.Connection) -> str:
    """The file of a view: another one comes in its place when it is made anew."""
    (path,) = (row[2] for row in view.execute("PRAGMA database_list") if row[1] == "main")
    return f"{path} {Path(path).stat().st_ino}"


def _old_runs(
    log: sqlite3.Connection, before_ms: int, through: int
) -> list[tuple[int, int, int, int]]:
    """(run, number of its first event, count, whether it has to stay) of what was received before.

    The newest run of a server's chain says where its clock stands (C2). What waits, and what an
    erasure or an enrolment says, is needed later.
    """
    return log.execute(
        "SELECT n, n - count + 1, count, state = ?"
        " OR n IN (SELECT (SELECT min(r.n) FROM runs r WHERE r.n >= e.n) FROM erased e)"
        " OR devices.kind = 'relay' OR (devices.kind = 'server' AND n = (SELECT max(o.n)"
        " FROM runs o WHERE o.device = runs.device))"
        " FROM runs JOIN devices ON devices.no = runs.device"
        " WHERE runs.received_ms < ? AND bodies IS NOT NULL AND n <= ?",
        (HELD, before_ms, through),
    ).fetchall()
