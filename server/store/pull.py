"""Pages of a feed, from stored texts: the log is read, nothing is made again. SPEC F1, F2, A5."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.store.log_schema import ACCEPTED, HELD
from server.store.persons import DayKeys
from server.store.protocol import Page, PulledEvent, State
from server.store.record import sealed_persons
from server.store.run_rows import COLUMNS, Run, bodies_of, commitments_of, hashes_of, rank_at

MAX_PAGE_CHARS = 1 << 20
CLOCK_SLACK_MS = 10 * 60 * 1000

# What is not given out is not read either.
_BODIES_ONLY = COLUMNS.replace("runs.persons", "NULL")
_SOURCE = " JOIN devices ON devices.no = runs.device JOIN envelopes ON envelopes.no = runs.envelope"
_FRESH = (
    f"SELECT runs.n, devices.id, envelopes.server, {{columns}} FROM runs{_SOURCE}"
    f" WHERE feed = ? AND runs.n > ? AND state = {ACCEPTED} ORDER BY runs.n"
)
_AGAIN = (
    f"SELECT restated.n, devices.id, envelopes.server, {{columns}} FROM restated"
    f" JOIN runs ON runs.n = restated.run{_SOURCE}"
    " WHERE restated.feed = ? AND restated.n > ? ORDER BY restated.n"
)
_HELD = (
    f"SELECT runs.n, devices.id, envelopes.server, {_BODIES_ONLY} FROM runs{_SOURCE}"
    f" WHERE state = {HELD} AND code = ? AND runs.n > ? ORDER BY runs.n LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Slice:
    """The events start ≤ place < end of a run; the last of the run has number `n` here."""

    n: int
    device: str
    server: str
    run: Run
    start: int
    end: int

    @property
    def newest(self) -> int:
        """The number of its last event."""
        return self.n - self.run.count + self.end


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page whose person parts are still encrypted: they are opened outside the reader thread."""

    slices: Sequence[Slice]
    sequence: int
    more: bool


def read_page(
    connection: sqlite3.Connection,
    checkpoints: Sequence[str],
    after: int,
    limit: int,
    day_keys: DayKeys | None,
) -> RawPage:
    """Accepted events of these checkpoints after `after`; `day_keys` only where persons go out.

    What is held or rejected is no one's to apply; when a held event is taken up it comes with a
    new number. A page holds at most `limit` events and about one MiB, but at least one event.
    """
    connection.execute("BEGIN")
    try:
        newest = newest_n(connection)
        marks = ",".join("?" * len(checkpoints))
        feeds = connection.execute(
            f"SELECT no FROM feeds WHERE id IN ({marks})",
            tuple(f"checkpoint:{one}" for one in checkpoints),
        ).fetchall()
        columns = _BODIES_ONLY if day_keys is None else COLUMNS
        streams = [
            _slices(connection, sql.format(columns=columns), feed, after)
            for (feed,) in feeds
            for sql in (_FRESH, _AGAIN)
        ]
        page = _cut(heapq.merge(*streams, key=lambda one: one.n), limit, newest)
        if day_keys is not None:
            keys = {one.run.day_key for one in page.slices}
            day_keys.load(connection, {key for key in keys if key is not None})
        return page
    finally:
        connection.execute("COMMIT")


def _slices(connection: sqlite3.Connection, sql: str, feed: int, after: int) -> Iterator[Slice]:
    for n, device, server, *row in connection.execute(sql, (feed, after)):
        run = Run(*row)
        yield Slice(n, device, server, run, max(0, after - (n - run.count)), run.count)


def _cut(slices: Iterator[Slice], limit: int, newest: int) -> RawPage:
    page: list[Slice] = []
    events = chars = 0
    for one in slices:
        if events == limit or (page and chars > MAX_PAGE_CHARS):
            return RawPage(page, page[-1].newest, True)
        fits = min(one.end - one.start, limit - events)
        part = Slice(one.n, one.device, one.server, one.run, one.start, one.start + fits)
        page.append(part)
        events += fits
        chars += (len(one.run.bodies or "") + len(one.run.persons or b"")) * fits // one.run.count
        if part.end < one.end:
            return RawPage(page, part.newest, True)
    return RawPage(page, newest, False)


def open_page(raw: RawPage, day_keys: DayKeys | None) -> Page:
    """The page as it goes out; without `day_keys` the persons are withheld (H5)."""
    events = [event for one in raw.slices for event in _opened(one, day_keys, "accepted")]
    return Page(tuple(events), raw.sequence, raw.more)


def _opened(one: Slice, day_keys: DayKeys | None, state: State) -> list[PulledEvent]:
    run = one.run
    bodies, commitments = bodies_of(run), commitments_of(run.commitments, run.count)
    hashes = [run.previous, *hashes_of(run.previous, bodies, commitments)]
    sealed = None if day_keys is None else sealed_persons(one.device, run)
    return [
        PulledEvent(
            one.n - run.count + 1 + at,
            one.device,
            run.first + at,
            hashes[at],
            bodies[at],
            None if sealed is None or day_keys is None else sealed.text(at, day_keys),
            commitments[at],
            one.server,
            run.received_ms,
            state,
            run.branch,
            rank_at(run.ranks, at),
        )
        for at in range(one.start, one.end)
    ]


def read_held(
    connection: sqlite3.Connection, code: str, after: int, limit: int
) -> list[PulledEvent]:
    """Held events with this code after number `after`; person parts stay closed."""
    found: list[PulledEvent] = []
    for n, device, server, *row in connection.execute(_HELD, (code, after, limit)):
        run = Run(*row)
        start = max(0, after - (n - run.count))
        found += _opened(Slice(n, device, server, run, start, run.count), None, "held")
        if len(found) >= limit:
            break
    return found[:limit]


def newest_n(connection: sqlite3.Connection) -> int:
    """The last number of the log, of events and restatements."""
    (newest,) = connection.execute(
        "SELECT max(ifnull((SELECT max(n) FROM runs), 0), ifnull((SELECT max(n) FROM restated), 0))"
    ).fetchone()
    return int(newest)


def first_after(connection: sqlite3.Connection, since_ms: int) -> int:
    """A sequence before everything received since then, found by halving.

    Receipt times rise with the sequence but for clock steps and threads that overtook each other;
    ten minutes of slack cover those.
    """
    low, high = 0, newest_n(connection)
    while low < high:
        middle = (low + high + 1) // 2
        # The run that holds this number; restatements at the very end are of none.
        row = connection.execute(
            "SELECT received_ms FROM runs WHERE n >= ? ORDER BY n LIMIT 1", (middle,)
        ).fetchone()
        if row is not None and row[0] < since_ms - CLOCK_SLACK_MS:
            low = middle
        else:
            high = middle - 1
    return low
