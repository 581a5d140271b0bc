"""Pages of feeds as runs, from stored texts: the log is read, nothing is made again. SPEC F1, F2.

A run comes under the number it was announced with. What was taken up (A5) comes under its new
number only; what got another envelope (A3) comes once more and says where it counts (F9).
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.texts import texts_from_json, texts_to_json
from server.store.feed_pages import FeedRun, RunPage
from server.store.log.log_schema import ACCEPTED, MAX_RUN_EVENTS
from server.store.log.persons import DayKeys
from server.store.log.run_rows import (
    COLUMNS,
    Run,
    binding,
    bodies_of,
    commitments_of,
    run_hashes,
    slice_ranks,
    sum_of,
    sum_to_bytes,
)
from sync.chain import HASH_BYTES, NO_PERSON
from sync.seal import is_sealed

MAX_PAGE_CHARS = 1 << 20

# What is not given out is not read either.
BODIES_ONLY = COLUMNS.replace("runs.persons", "NULL")
SOURCE = " JOIN devices ON devices.no = runs.device JOIN envelopes ON envelopes.no = runs.envelope"
_TAKEN_UP = "FROM restated AS taken WHERE taken.run = runs.n AND NOT taken.moved"
_FRESH = (
    f"SELECT runs.n, runs.n, devices.id, envelopes.server, {{columns}} FROM runs{SOURCE}"
    f" WHERE runs.feed = ? AND runs.n > ? AND state = {ACCEPTED}"
    f" AND bodies IS NOT NULL AND NOT EXISTS (SELECT 1 {_TAKEN_UP}) ORDER BY runs.n"
)
_AGAIN = (
    "SELECT restated.n, iif(restated.moved,"
    f" ifnull((SELECT taken.n {_TAKEN_UP}), runs.n), restated.n),"
    f" devices.id, envelopes.server, {{columns}} FROM restated"
    f" JOIN runs ON runs.n = restated.run{SOURCE}"
    " WHERE restated.feed = ? AND restated.n > ?"
    " AND bodies IS NOT NULL ORDER BY restated.n"
)
_OF_ALL = (
    _FRESH.replace("runs.feed = ? AND ", ""),
    _AGAIN.replace("restated.feed = ? AND ", ""),
)
_BEFORE = (
    _FRESH.replace("runs.n > ?", "runs.n > ? AND runs.n < ?") + " DESC",
    _AGAIN.replace("restated.n > ?", "restated.n > ? AND restated.n < ? AND NOT restated.moved")
    + " DESC",
)


@dataclass(frozen=True, slots=True)
class Slice:
    """The events start ≤ place < end of a run, its person parts still encrypted.

    Under `n` the last event of the whole run was announced; at `counted` it counts.
    """

    n: int
    counted: int
    device: str
    server: str
    run: Run
    start: int
    end: int

    @property
    def newest(self) -> int:
        """The number of its last event here."""
        return self.n - self.run.count + self.end

    @property
    def chars(self) -> int:
        """About how much it weighs on a page."""
        stored = len(self.run.bodies or "") + len(self.run.persons or b"")
        return stored * (self.end - self.start) // self.run.count


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page whose person parts are opened outside the reader thread."""

    slices: Sequence[Slice]
    sequence: int
    more: bool


def read_after(
    log: sqlite3.Connection, feeds: Sequence[str], after: int, limit: int, day_keys: DayKeys | None
) -> RawPage:
    """Accepted runs of these feeds after `after`; `day_keys` only where persons go out.

    What is held or rejected is no one's to apply. A page ends with a whole run: it is full with
    `limit` events or about one MiB, and holds at least one run where there is any.
    """
    log.execute("BEGIN")
    try:
        newest = newest_n(log)
        slices = merged_after(log, feeds, after, day_keys)
        return loaded(log, _cut(slices, limit, newest), day_keys)
    finally:
        log.execute("COMMIT")


def read_before(
    log: sqlite3.Connection,
    feeds: Sequence[str],
    before: int,
    after: int,
    limit: int,
    day_keys: DayKeys | None,
) -> RawPage:
    """What counts at after < n ≤ before, the newest runs first; `sequence`: down to where."""
    columns = BODIES_ONLY if day_keys is None else COLUMNS
    log.execute("BEGIN")
    try:
        streams = [
            _slices(log.execute(sql.format(columns=columns), (no, after, before + MAX_RUN_EVENTS)))
            for no in _numbers(log, feeds)
            for sql in _BEFORE
        ]
        merged = heapq.merge(*streams, key=lambda one: -one.n)
        page: list[Slice] = []
        events = chars = 0
        for one in (_within(one, after, before) for one in merged):
            if one.start >= one.end:
                continue
            if events >= limit or chars > MAX_PAGE_CHARS:
                last = page[-1]
                lowest = last.n - last.run.count + last.start
                return loaded(log, RawPage(page, lowest, True), day_keys)
            page.append(one)
            events += one.end - one.start
            chars += one.chars
        return loaded(log, RawPage(page, min(after, before), False), day_keys)
    finally:
        log.execute("COMMIT")


def open_runs(raw: RawPage, day_keys: DayKeys | None) -> RunPage:
    """The page as it goes out; without `day_keys` the persons are withheld (H5)."""
    runs = tuple(_opened(one, day_keys) for one in raw.slices)
    return RunPage(runs, raw.sequence, raw.more)


def digest(log: sqlite3.Connection, feeds: Sequence[str], after: int, through: int) -> bytes:
    """The hashes of all events of the feeds that count at after < n ≤ through, added up (F9)."""
    log.execute("BEGIN")
    try:
        total = sum(
            _sum_to(log, no, through) - _sum_to(log, no, after) for no in _numbers(log, feeds)
        )
    finally:
        log.execute("COMMIT")
    return sum_to_bytes(total)


def newest_n(log: sqlite3.Connection) -> int:
    """The last number of the log, of events and restatements."""
    (newest,) = log.execute(
        "SELECT max(ifnull((SELECT max(n) FROM runs), 0), ifnull((SELECT max(n) FROM restated), 0))"
    ).fetchone()
    return int(newest)


def merged_after(
    log: sqlite3.Connection, feeds: Sequence[str] | None, after: int, day_keys: DayKeys | None
) -> Iterator[Slice]:
    """What is announced after `after`, by that number; the first may begin inside a run.

    `feeds` None: of all that there are.
    """
    columns = BODIES_ONLY if day_keys is None else COLUMNS
    asked: list[tuple[str, tuple[int, ...]]] = (
        [(sql, (after,)) for sql in _OF_ALL]
        if feeds is None
        else [(sql, (no, after)) for no in _numbers(log, feeds) for sql in (_FRESH, _AGAIN)]
    )
    streams = [_slices(log.execute(sql.format(columns=columns), values)) for sql, values in asked]
    for one in heapq.merge(*streams, key=lambda one: one.n):
        yield replace(one, start=max(0, after - (one.n - one.run.count)))


def _slices(rows: sqlite3.Cursor) -> Iterator[Slice]:
    for n, counted, device, server, *row in rows:
        run = Run(*row)
        yield Slice(n, counted, device, server, run, 0, run.count)


def _within(one: Slice, after: int, before: int) -> Slice:
    first = one.n - one.run.count
    return replace(one, start=max(0, after - first), end=min(one.run.count, before - first))


def _cut(slices: Iterator[Slice], limit: int, newest: int) -> RawPage:
    page: list[Slice] = []
    events = chars = 0
    for one in slices:
        if events >= limit or chars > MAX_PAGE_CHARS:
            return RawPage(page, page[-1].newest, True)
        page.append(one)
        events += one.end - one.start
        chars += one.chars
    return RawPage(page, newest, False)


def loaded(log: sqlite3.Connection, page: RawPage, day_keys: DayKeys | None) -> RawPage:
    """The page once the day keys that open it are there."""
    if day_keys is not None:
        keys = {one.run.day_key for one in page.slices}
        day_keys.load(log, {key for key in keys if key is not None})
    return page


def _opened(one: Slice, day_keys: DayKeys | None) -> FeedRun:
    run, start, end = one.run, one.start, one.end
    back = run.count - end
    persons = None if day_keys is None else _persons(one, day_keys)
    bodies, previous, commitments = run.bodies or "[]", run.previous, run.commitments
    if end - start < run.count:
        bodies = texts_to_json(bodies_of(run)[start:end]).decode("utf-8")
        previous = run_hashes(run)[start - 1] if start else previous
        if persons is not None:
            texts = texts_from_json(persons, run.count)[start:end]
            persons = texts_to_json(texts).decode("utf-8") if any(texts) else None
        if commitments is not None:
            commitments = commitments[HASH_BYTES * start : HASH_BYTES * end]
    return FeedRun(
        n=one.n - back,
        counted=one.counted - back,
        device=one.device,
        branch=run.branch,
        first=run.first + start,
        count=end - start,
        previous=previous,
        server=one.server,
        received_ms=run.received_ms,
        ranks=slice_ranks(run.ranks, start, end),
        bodies=bodies,
        persons=persons,
        commitments=_needed(commitments, persons, end - start),
    )


def _persons(one: Slice, day_keys: DayKeys) -> str | None:
    run = one.run
    if run.day_key is None or run.persons is None:
        return None
    aad = binding(one.device, run.branch, run.first, run.count, run.head)
    texts = day_keys.decrypt_text(run.day_key, run.persons, aad)
    return None if texts is None else _in_clear(texts, run.count)


def _in_clear(persons: str, count: int) -> str | None:
    """Without what a relay keeps sealed for the home server (U9).

    A person text begins with "{" and a sealed one with "B": the comma of an array is not escaped.
    """
    if ',"B' not in persons and not persons.startswith('["B'):
        return persons
    texts = [
        None if text is None or is_sealed(text) else text
        for text in texts_from_json(persons, count)
    ]
    return texts_to_json(texts).decode("utf-8") if any(texts) else None


def _needed(commitments: bytes | None, persons: str | None, count: int) -> bytes | None:
    """The commitments where any is of a person part that is not given, else None (B4)."""
    if commitments is None or not commitments.strip(b"\0"):
        return None
    # A text that holds ",null" sends this the long way round; it is then found to hold them all.
    if persons is not None and ",null" not in persons and not persons.startswith("[null"):
        return None
    texts = [None] * count if persons is None else texts_from_json(persons, count)
    held = commitments_of(commitments, count)
    lacks = any(text is None and one != NO_PERSON for text, one in zip(texts, held, strict=True))
    return commitments if lacks else None


def _sum_to(log: sqlite3.Connection, feed: int, through: int) -> int:
    """The sum of a feed up to a number, which may lie inside a run."""
    row = log.execute(
        "SELECT sum FROM sums WHERE feed = ? AND n <= ? ORDER BY n DESC LIMIT 1", (feed, through)
    ).fetchone()
    total = 0 if row is None else int.from_bytes(row[0], "big")
    following = log.execute(
        "SELECT n, ifnull((SELECT run FROM restated WHERE restated.n = sums.n), n) FROM sums"
        " WHERE feed = ? AND n > ? ORDER BY n LIMIT 1",
        (feed, through),
    ).fetchone()
    if following is None:
        return total
    n, run_n = following
    run = Run(*log.execute(f"SELECT {BODIES_ONLY} FROM runs WHERE n = ?", (run_n,)).fetchone())
    begun = through - (n - run.count)
    if begun <= 0 or run.bodies is None:
        return total
    return total + sum_of(run_hashes(run)[:begun])


def _numbers(log: sqlite3.Connection, feeds: Sequence[str]) -> list[int]:
    marks = ",".join("?" * len(feeds))
    rows = log.execute(f"SELECT no FROM feeds WHERE id IN ({marks})", tuple(feeds))
    return [int(no) for (no,) in rows]
