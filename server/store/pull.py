"""Pages of a feed, from stored texts: the log is read, nothing is made again. SPEC F1, F2, A5."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from server.store.log_schema import ACCEPTED, HELD
from server.store.persons import DayKeys, binding
from server.store.protocol import Page, PulledEvent

MAX_PAGE_CHARS = 1 << 20
CLOCK_SLACK_MS = 10 * 60 * 1000

# In the order of PulledEvent (NULL: its person part in clear), then how that part is stored.
_COLUMNS = (
    "devices.id, seq, previous, body, NULL, commitment, envelopes.server, events.received_ms,"
    " 'accepted', branch, authority, day_key"
)
_SHOWN = len(PulledEvent._fields)
_KEY, _PERSON = _SHOWN, _SHOWN + 1
_BODY = PulledEvent._fields.index("body")
_SOURCE = (
    " JOIN devices ON devices.no = events.device JOIN envelopes ON envelopes.no = events.envelope"
)
_EVENTS = (
    f"SELECT n, {_COLUMNS}, {{person}} FROM events{_SOURCE}"
    f" WHERE home = ? AND n > ? AND state = {ACCEPTED} ORDER BY n LIMIT ?"
)
_HELD = (
    f"SELECT n, {_COLUMNS} FROM events{_SOURCE}"
    f" WHERE state = {HELD} AND code = ? AND n > ? ORDER BY n LIMIT ?"
)
_RESTATED = (
    f"SELECT restated.n, {_COLUMNS}, {{person}} FROM restated"
    f" JOIN events ON events.n = restated.event{_SOURCE}"
    " WHERE restated.home = ? AND restated.n > ? ORDER BY restated.n LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page whose person parts are still encrypted: they are opened outside the reader thread."""

    rows: Sequence[tuple[Any, ...]]
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
        # What is not given out is not read either.
        person = "NULL" if day_keys is None else "person"
        streams = [
            connection.execute(sql.format(person=person), (home, after, limit + 1))
            for (home,) in homes
            for sql in (_EVENTS, _RESTATED)
        ]
        page = _cut(heapq.merge(*streams, key=lambda row: int(row[0])), limit, newest)
        if day_keys is not None:
            day_keys.load(connection, {row[_KEY] for row in page.rows} - {None})
        return page
    finally:
        connection.execute("COMMIT")


def open_page(raw: RawPage, day_keys: DayKeys | None) -> Page:
    """The page as it goes out; without `day_keys` the persons are withheld (H5)."""
    if day_keys is None:
        events = [PulledEvent._make(row[:_SHOWN]) for row in raw.rows]
    else:
        events = [_opened(row, day_keys) for row in raw.rows]
    return Page(tuple(events), raw.sequence, raw.more)


def _opened(row: tuple[Any, ...], day_keys: DayKeys) -> PulledEvent:
    event = PulledEvent._make(row[:_SHOWN])
    key, stored = row[_KEY], row[_PERSON]
    if key is None or stored is None:
        return event
    aad = binding(event.device, event.seq, event.commitment)
    return event._replace(person=day_keys.decrypt(key, stored, aad))


def read_held(
    connection: sqlite3.Connection, code: str, after: int, limit: int
) -> list[PulledEvent]:
    """Held events with this code after number `after`; person parts stay closed."""
    rows = connection.execute(_HELD, (code, after, limit))
    return [PulledEvent._make(row[:_SHOWN])._replace(state="held") for row in rows]


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
    page: list[tuple[Any, ...]] = []
    chars = 0
    for row in rows:
        person = row[_PERSON]
        chars += len(row[_BODY]) + (0 if person is None else len(person))
        if len(page) == limit or (page and chars > MAX_PAGE_CHARS):
            return RawPage(page, page[-1][0], True)
        page.append(row)
    return RawPage(page, newest, False)
