"""Batches of the log as their authors signed them, with the envelopes of their events. SPEC U2, U6.

A signature vouches through its head: the events of a batch are found from it downwards, whichever
branches and runs they came to lie in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.store.log.log_schema import MAX_RUN_EVENTS
from server.store.log.persons import DayKeys
from server.store.log.pull import newest_n
from server.store.log.record import SealedPersons, sealed_persons
from server.store.log.run_rows import COLUMNS, Run, bodies_of, commitments_of, run_hashes
from server.store.relay_protocol import BatchPage, SignedBatch, SignedEnvelope
from sync.batch import Batch, WireEvent
from sync.envelope import Envelope
from sync.seal import is_sealed

MAX_PAGE_CHARS = 1 << 20

_BATCHES = (
    "SELECT batches.no, batches.device, devices.id, first, last, previous, head, signature"
    " FROM batches JOIN devices ON devices.no = batches.device"
)
_OWN = (
    "SELECT no FROM devices WHERE id = (SELECT value FROM meta"
    " WHERE key IN ('own_device', 'server') ORDER BY key LIMIT 1)"
)
_RUNS = f"SELECT {COLUMNS} FROM runs WHERE device = ? AND first BETWEEN ? AND ? ORDER BY first"
_ENVELOPES = (
    "SELECT server, received_ms, first, last, head, ranks, signature FROM envelopes WHERE no = ?"
)
_ANNOUNCED = (
    "SELECT n, n, feed FROM runs WHERE feed IN ({marks}) AND n > ?"
    " UNION ALL SELECT n, run, feed FROM restated WHERE feed IN ({marks}) AND n > ? ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class _Event:
    """One event of a batch, its person part still encrypted; `feed` by number."""

    body: str
    commitment: bytes
    persons: SealedPersons | None
    place: int
    feed: int


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A batch whose person parts are not opened yet: that happens outside the reader thread."""

    no: int
    device: str
    first: int
    previous: bytes
    signature: bytes
    events: tuple[_Event, ...]
    envelopes: tuple[SignedEnvelope, ...]

    def opened(self, day_keys: DayKeys, feeds: frozenset[int] | None) -> SignedBatch:
        """The batch with the person parts of events in `feeds` (None: of all)."""
        events = []
        for one in self.events:
            text = None
            if one.persons is not None and (feeds is None or one.feed in feeds):
                text = one.persons.kept(one.place, day_keys)
            person, sealed = (None, text) if text and is_sealed(text) else (text, None)
            events.append(WireEvent(one.body, person, sealed, one.commitment))
        batch = Batch(self.device, self.first, self.previous, tuple(events), self.signature)
        return SignedBatch(self.no, batch, self.envelopes)


@dataclass(frozen=True, slots=True)
class RawPage:
    """Batches of feeds, not opened yet."""

    batches: tuple[RawBatch, ...]
    feeds: frozenset[int]
    sequence: int
    more: bool

    def opened(self, day_keys: DayKeys) -> BatchPage:
        """The page with the person parts of these feeds."""
        found = tuple(one.opened(day_keys, self.feeds) for one in self.batches)
        return BatchPage(found, self.sequence, self.more)


def batches_after(
    log: sqlite3.Connection, no: int, limit: int, day_keys: DayKeys
) -> list[RawBatch]:
    """The batches that arrived after number `no`, in order, as many as a page may hold."""
    rows = log.execute(f"{_BATCHES} WHERE batches.no > ? ORDER BY batches.no", (no,))
    return _page(log, rows, limit, day_keys)


def own_batches(
    log: sqlite3.Connection, after_seq: int, limit: int, day_keys: DayKeys
) -> list[RawBatch]:
    """The batches of this server's own chain beyond sequence number `after_seq`."""
    rows = log.execute(
        f"{_BATCHES} WHERE batches.device = ({_OWN}) AND last > ? ORDER BY first, batches.no",
        (after_seq,),
    )
    return _page(log, rows, limit, day_keys)


def count_after(log: sqlite3.Connection, no: int) -> int:
    """How many batches arrived after number `no`."""
    (count,) = log.execute("SELECT count(*) FROM batches WHERE no > ?", (no,)).fetchone()
    return int(count)


def batch_at(
    log: sqlite3.Connection,
    device: str,
    last: int,
    head: bytes,
    feeds: Sequence[str],
    day_keys: DayKeys,
) -> tuple[RawBatch, frozenset[int]] | None:
    """The longest batch that ends with this event, and the numbers of these feeds."""
    row = log.execute(
        f"{_BATCHES} WHERE devices.id = ? AND last = ? AND head = ? ORDER BY first LIMIT 1",
        (device, last, head),
    ).fetchone()
    raw = None if row is None else _raw(log, row, day_keys)
    return None if raw is None else (raw, frozenset(_feed_numbers(log, feeds)))


def batches_of(log: sqlite3.Connection, device: str, seq: int, day_keys: DayKeys) -> list[RawBatch]:
    """The batches that cover an event, on whichever branch; none where it was compacted away."""
    rows = log.execute(
        f"{_BATCHES} WHERE devices.id = ? AND first <= ? AND last >= ? ORDER BY batches.no",
        (device, seq, seq),
    ).fetchall()
    return [raw for row in rows if (raw := _raw(log, row, day_keys)) is not None]


def feed_batches(
    log: sqlite3.Connection, feeds: Sequence[str], after: int, limit: int, day_keys: DayKeys
) -> RawPage:
    """Every batch that has an event announced in these feeds after `after` (SPEC F2, A5).

    As one snapshot, so that the sequence reached leaves nothing out.
    """
    log.execute("BEGIN")
    try:
        numbers = _feed_numbers(log, feeds)
        sql = _ANNOUNCED.format(marks=",".join("?" * len(numbers)))
        found: dict[int, RawBatch] = {}
        reached, more, events, chars = newest_n(log), False, 0, 0
        last = after
        for n, run_n, _ in log.execute(sql, (*numbers, after, *numbers, after)).fetchall():
            if events >= limit or chars > MAX_PAGE_CHARS:
                reached, more = last, True
                break
            for one in _of_run(log, run_n, found, day_keys):
                events += len(one.events)
                chars += sum(len(event.body) for event in one.events)
            last = int(n)
        return RawPage(tuple(found.values()), frozenset(numbers), reached, more)
    finally:
        log.execute("COMMIT")


def _feed_numbers(log: sqlite3.Connection, feeds: Sequence[str]) -> list[int]:
    marks = ",".join("?" * len(feeds))
    rows = log.execute(f"SELECT no FROM feeds WHERE id IN ({marks})", tuple(feeds))
    return [int(no) for (no,) in rows]


def _of_run(
    log: sqlite3.Connection, run_n: int, found: dict[int, RawBatch], day_keys: DayKeys
) -> Iterator[RawBatch]:
    """The batches that cover a run and are not among `found` yet; adds them there."""
    device, first, count = log.execute(
        "SELECT device, first, count FROM runs WHERE n = ?", (run_n,)
    ).fetchone()
    rows = log.execute(
        f"{_BATCHES} WHERE batches.device = ? AND first <= ? AND last >= ? ORDER BY batches.no",
        (device, first + count - 1, first),
    ).fetchall()
    for row in rows:
        raw = None if row[0] in found else _raw(log, row, day_keys)
        if raw is not None:
            found[raw.no] = raw
            yield raw


def _page(
    log: sqlite3.Connection, rows: Iterable[tuple[object, ...]], limit: int, day_keys: DayKeys
) -> list[RawBatch]:
    found: list[RawBatch] = []
    chars = 0
    for row in rows:
        raw = _raw(log, row, day_keys)
        if raw is None:
            continue
        found.append(raw)
        chars += sum(len(event.body) for event in raw.events)
        if len(found) == limit or chars > MAX_PAGE_CHARS:
            break
    return found


def _raw(log: sqlite3.Connection, row: tuple[object, ...], day_keys: DayKeys) -> RawBatch | None:
    """The batch of a row; None where the bodies of its events are gone (compacted)."""
    no, device_no, device, first, last, previous, head, signature = row
    assert isinstance(first, int) and isinstance(last, int) and isinstance(head, bytes)
    found = _events(log, int(str(device_no)), first, last, head)
    if found is None:
        return None
    events, envelope_nos = found
    keys = {one.persons.day_key for one in events if one.persons is not None}
    day_keys.load(log, keys)
    assert isinstance(previous, bytes) and isinstance(signature, bytes)
    envelopes = tuple(_envelope(log, str(device), one) for one in sorted(envelope_nos))
    return RawBatch(int(str(no)), str(device), first, previous, signature, tuple(events), envelopes)


def _events(
    log: sqlite3.Connection, device_no: int, first: int, last: int, head: bytes
) -> tuple[list[_Event], set[int]] | None:
    """The events below `head` down to `first`, and the envelopes they have."""
    rows = log.execute(_RUNS, (device_no, first - MAX_RUN_EVENTS + 1, last))
    runs = [run for run in (Run(*one) for one in rows) if run.last >= first]
    device = log.execute("SELECT id FROM devices WHERE no = ?", (device_no,)).fetchone()[0]
    wanted, seq = head, last
    events: list[_Event] = []
    envelopes: set[int] = set()
    while seq >= first:
        part = _below(runs, seq, wanted)
        if part is None:
            return None
        run, hashes = part
        bodies, commitments = bodies_of(run), commitments_of(run.commitments, run.count)
        persons = sealed_persons(device, run)
        lowest = max(first, run.first)
        for at in range(seq - run.first, lowest - run.first - 1, -1):
            events.append(_Event(bodies[at], commitments[at], persons, at, run.feed))
        envelopes.add(run.envelope)
        wanted, seq = hashes[lowest - run.first], lowest - 1
    events.reverse()
    return events, envelopes


def _below(runs: Sequence[Run], seq: int, wanted: bytes) -> tuple[Run, list[bytes]] | None:
    """The run that holds the event `seq` with this hash, and its hashes with the one before."""
    for run in runs:
        if run.first <= seq <= run.last and run.bodies is not None:
            hashes = [run.previous, *run_hashes(run)]
            if hashes[seq - run.first + 1] == wanted:
                return run, hashes
    return None


def _envelope(log: sqlite3.Connection, device: str, no: int) -> SignedEnvelope:
    server, received_ms, first, last, head, ranks, signature = log.execute(
        _ENVELOPES, (no,)
    ).fetchone()
    envelope = Envelope(server, received_ms, device, first, last, bytes(head), ranks)
    return SignedEnvelope(envelope, bytes(signature))
