"""Pages of a feed event by event, and what is held. SPEC F1, F2, A5."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.feeds import checkpoint_feed
from server.store.answers import State
from server.store.feed_pages import Page, PulledEvent
from server.store.log.feed_runs import (
    BODIES_ONLY,
    MAX_PAGE_CHARS,
    SOURCE,
    RawPage,
    Slice,
    loaded,
    merged_after,
)
from server.store.log.feed_runs import newest_n as newest_n
from server.store.log.log_schema import HELD
from server.store.log.persons import DayKeys
from server.store.log.record import sealed_persons
from server.store.log.run_rows import Run, bodies_of, commitments_of, hashes_of, rank_at

CLOCK_SLACK_MS = 10 * 60 * 1000

_HELD = (
    f"SELECT runs.n, devices.id, envelopes.server, {BODIES_ONLY} FROM runs{SOURCE}"
    f" WHERE state = {HELD} AND code = ? AND runs.n > ? ORDER BY runs.n LIMIT ?"
)


def read_page(
    connection: sqlite3.Connection,
    checkpoints: Sequence[str] | None,
    after: int,
    limit: int,
    day_keys: DayKeys | None,
) -> RawPage:
    """Accepted events of these checkpoints after `after`; `day_keys` only where persons go out.

    `checkpoints` None: of every feed, what the home server says of others' events too.

    At most `limit` events and about one MiB, but at least one event; it may end inside a run.
    """
    connection.execute("BEGIN")
    try:
        newest = newest_n(connection)
        feeds = None if checkpoints is None else [checkpoint_feed(one) for one in checkpoints]
        page = _cut(merged_after(connection, feeds, after, day_keys), limit, newest)
        return loaded(connection, page, day_keys)
    finally:
        connection.execute("COMMIT")


def _cut(slices: Iterator[Slice], limit: int, newest: int) -> RawPage:
    page: list[Slice] = []
    events = chars = 0
    for one in slices:
        if events == limit or (page and chars > MAX_PAGE_CHARS):
            return RawPage(page, page[-1].newest, True)
        part = replace(one, end=min(one.end, one.start + limit - events))
        page.append(part)
        events += part.end - part.start
        chars += part.chars
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
        found += _opened(Slice(n, n, device, server, run, start, run.count), None, "held")
        if len(found) >= limit:
            break
    return found[:limit]


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
