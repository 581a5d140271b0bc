"""Pages of a feed, from stored texts: the log is read, nothing is made again. SPEC F1, F2, A5."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.store.log_schema import ACCEPTED, HELD
from server.store.persons import DayKeys, binding
from server.store.protocol import Page, PulledEvent

MAX_PAGE_CHARS = 1 << 20
CLOCK_SLACK_MS = 10 * 60 * 1000

_COLUMNS = (
    "devices.id, seq, previous, body, commitment, envelopes.server, events.received_ms,"
    " branch, authority, day_key, person"
)
_SOURCE = (
    " JOIN devices ON devices.no = events.device JOIN envelopes ON envelopes.no = events.envelope"
)
_EVENTS = (
    f"SELECT n, {_COLUMNS} FROM events{_SOURCE}"
    f" WHERE home = ? AND n > ? AND state = {ACCEPTED} ORDER BY n LIMIT ?"
)
_HELD = (
    f"SELECT n, {_COLUMNS} FROM events{_SOURCE}"
    f" WHERE state = {HELD} AND code = ? AND n > ? ORDER BY n LIMIT ?"
)
_RESTATED = (
    f"SELECT restated.n, {_COLUMNS} FROM restated JOIN events ON events.n = restated.event"
    f"{_SOURCE} WHERE restated.home = ? AND restated.n > ? ORDER BY restated.n LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page whose person parts are still encrypted: they are opened outside the reader thread."""

    events: tuple[tuple[PulledEvent, int | None, bytes | None], ...]
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
        homes = connection.execute(
            f"SELECT no FROM homes WHERE id IN ({marks})", tuple(checkpoints)
        ).fetchall()
        streams = [
            connection.execute(sql, (home, after, limit + 1))
            for (home,) in homes
            for sql in (_EVENTS, _RESTATED)
        ]
        page = _cut(heapq.merge(*streams, key=lambda row: int(row[0])), limit, newest)
        if day_keys is not None:
            day_keys.load(connection, {key for _, key, _ in page.events if key is not None})
        return page
    finally:
        connection.execute("COMMIT")


def open_page(raw: RawPage, day_keys: DayKeys | None) -> Page:
    """The page as it goes out; without `day_keys` the persons are withheld (H5)."""
    events = []
    for event, key, stored in raw.events:
        if day_keys is not None and key is not None and stored is not None:
            aad = binding(event.device, event.seq, event.commitment)
            event = replace(event, person=day_keys.decrypt(key, stored, aad))
        events.append(event)
    return Page(tuple(events), raw.sequence, raw.more)


def read_held(
    connection: sqlite3.Connection, code: str, after: int, limit: int
) -> list[PulledEvent]:
    """Held events with this code after number `after`; person parts stay closed."""
    rows = connection.execute(_HELD, (code, after, limit))
    return [replace(_pulled(row)[0], state="held") for row in rows]


def newest_n(connection: sqlite3.Connection) -> int:
    """The last number of the log, of events and restatements."""
    (newest,) = connection.execute(
        "SELECT max(ifnull((SELECT max(n) FROM events), 0),"
        " ifnull((SELECT max(n) FROM restated), 0))"
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
        row = connection.execute(
            "SELECT received_ms FROM events WHERE n <= ? ORDER BY n DESC LIMIT 1", (middle,)
        ).fetchone()
        if row is None or row[0] < since_ms - CLOCK_SLACK_MS:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(rows: Iterator[tuple[Any, ...]], limit: int, newest: int) -> RawPage:
    events: list[tuple[PulledEvent, int | None, bytes | None]] = []
    chars = 0
    for row in rows:
        event, key, person = _pulled(row)
        chars += len(event.body) + (len(person) if person is not None else 0)
        if len(events) == limit or (events and chars > MAX_PAGE_CHARS):
            return RawPage(tuple(events), events[-1][0].n, True)
        events.append((event, key, person))
    return RawPage(tuple(events), newest, False)


def _pulled(row: tuple[Any, ...]) -> tuple[PulledEvent, int | None, bytes | None]:
    n, device, seq, previous, body, commitment, server, received_ms, *rest = row
    branch, authority, key, person = rest
    event = PulledEvent(
        n=n,
        device=device,
        seq=seq,
        previous=previous,
        body=body,
        person=None,
        commitment=commitment,
        server=server,
        received_ms=received_ms,
        state="accepted",
        branch=branch,
        authority=authority,
    )
    return event, key, person
