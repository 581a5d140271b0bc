"""Runs of the log from a batch: where it is cut, numbers, states, feeds, ranks, sums.

Inside the writer's transaction. SPEC A2, A5, A9, F6. What does not change from one transaction to
the next is remembered in `Memory`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.texts import texts_to_json
from server.accept import Examination, Examined
from server.store.answers import Answered
from server.store.log import erase
from server.store.log.log_schema import ACCEPTED, HELD, MAX_RUN_CHARS, MAX_RUN_EVENTS, STATES
from server.store.log.persons import DayKeys
from server.store.log.run_rows import binding, short_ranks, sum_of, sum_to_bytes
from server.store.relay_protocol import SignedEnvelope
from sync.batch import Batch

INSERT = (
    "INSERT INTO runs (n, count, device, branch, first, feed, state, code, field, received_ms,"
    " envelope, ranks, day_key, previous, head, commitments, bodies, persons)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified batch with all that could be prepared outside the writer.

    Person parts are encrypted under day key `day_key`, which is open (None: there is none).
    `by_server`: the events are this server's own, so the officer they name is a console user.
    `envelopes` came with the batch from another server; who hands them over has verified them.
    """

    batch: Batch
    chain: Sequence[bytes]
    examined: Examination
    day_key: int | None
    device_no: int
    received_ms: int
    by_server: bool
    envelopes: Sequence[SignedEnvelope] = ()


@dataclass(slots=True)
class Memory:
    """What the writer remembers between transactions; dropped whenever it may be stale."""

    next_n: int | None = None
    feeds: dict[str, int] | None = None
    ranks: dict[tuple[str, str], int] | None = None
    sums: dict[int, int] = field(default_factory=dict)
    """The last sum of each feed that was asked for."""
    erased: frozenset[str] | None = None
    """The devices of which person parts were erased."""
    newest_order: int = 0
    """The largest order stamp seen, which this server's own clock follows (SPEC C3)."""

    def forget(self) -> None:
        self.next_n = self.feeds = self.ranks = self.erased = None
        self.sums = {}


@dataclass(frozen=True, slots=True)
class Vouched:
    """Places of a batch under one envelope; `ranks` holds a digit for each place of the batch."""

    places: Sequence[int]
    envelope: int
    received_ms: int
    ranks: str


class Judged(NamedTuple):
    """What the log makes of one event: all events of a run share it."""

    state: int
    code: str | None
    field: str | None
    feed: str


def insert(
    connection: sqlite3.Connection,
    arrival: Arrival,
    memory: Memory,
    day_keys: DayKeys,
    vouched: Vouched,
    branch: int,
    *,
    revoked: bool,
) -> list[Answered]:
    """Store the events under one envelope on one branch; the answers in order."""
    fresh, events = vouched.places, arrival.examined.events
    judged: list[Judged] = []
    last: Examined | None = None
    for index in fresh:
        one = events[index]
        if one is not last or one.required:
            judgement, last = _judge(connection, one, revoked), one
        judged.append(judgement)
    answers = []
    for at, end in cut(arrival, fresh, judged):
        start, stop, one_judged = fresh[at], fresh[at] + end - at, judged[at]
        _store(connection, arrival, memory, day_keys, start, stop, one_judged, branch, vouched)
        state, code, field, _ = one_judged
        answers.append(Answered(arrival.batch.first + start, end - at, STATES[state], code, field))
    memory.newest_order = max(memory.newest_order, arrival.examined.order)
    return answers


def cut(
    arrival: Arrival, places: Sequence[int], judged: Sequence[Judged]
) -> Iterator[tuple[int, int]]:
    """(start, end) among these places of the runs that they make."""
    sizes = [len(one.body) for one in arrival.batch.events]
    for index, person in enumerate(arrival.examined.persons):
        if person is not None:
            sizes[index] += len(person)
    start = 0
    while start < len(places):
        end = min(start + MAX_RUN_EVENTS, len(places))
        first = places[start]
        if (
            places[end - 1] - first != end - 1 - start
            or judged[start:end].count(judged[start]) != end - start
            or sum(sizes[first : first + end - start]) > MAX_RUN_CHARS
        ):
            end = _end(places, judged, sizes, start, end)
        yield start, end
        start = end


def _end(
    places: Sequence[int], judged: Sequence[Judged], sizes: Sequence[int], start: int, end: int
) -> int:
    """Where a run from `start` on has to end at the latest: at a hole, a change, or when full."""
    chars = 0
    for at in range(start, end):
        chars += sizes[places[at]]
        if at > start and (
            chars > MAX_RUN_CHARS or judged[at] != judged[start] or places[at] != places[at - 1] + 1
        ):
            return at
    return end


def _store(
    connection: sqlite3.Connection,
    arrival: Arrival,
    memory: Memory,
    day_keys: DayKeys,
    start: int,
    end: int,
    judged: Judged,
    branch: int,
    vouched: Vouched,
) -> None:
    batch, chain, count = arrival.batch, arrival.chain, end - start
    events = batch.events[start:end]
    first, head = batch.first + start, chain[end - 1]
    commitments = b"".join([one.commitment for one in events])
    feed = feed_no(connection, memory, judged.feed)
    n = take_numbers(connection, memory, count)
    texts = arrival.examined.persons[start:end]
    if batch.device in _with_erased(connection, memory):
        texts = erase.forget_arriving(connection, batch.device, branch, first, feed, n, texts)
    persons: bytes | None = None
    if any(one is not None for one in texts) and arrival.day_key is not None:
        aad = binding(batch.device, branch, first, count, head)
        persons = day_keys.encrypt(arrival.day_key, texts, aad)
    connection.execute(
        INSERT,
        (
            n,
            count,
            arrival.device_no,
            branch,
            first,
            feed,
            *judged[:3],
            vouched.received_ms,
            vouched.envelope,
            short_ranks(vouched.ranks[start:end]),
            None if persons is None else arrival.day_key,
            chain[start - 1] if start else batch.previous,
            head,
            commitments if commitments.strip(b"\0") else None,
            texts_to_json([one.body for one in events]),
            persons,
        ),
    )
    if judged.state == ACCEPTED:
        count_in(connection, memory, feed, n, sum_of(chain[start:end]))
        if arrival.by_server:
            bodies = [one.body for one in events]
            erase_what_is_asked(connection, memory, day_keys, n, n, feed, bodies)


def erase_what_is_asked(
    connection: sqlite3.Connection,
    memory: Memory,
    day_keys: DayKeys,
    n: int,
    since: int,
    feed: int,
    bodies: Sequence[str],
) -> None:
    """Do what erasures among a server's accepted events ask for (SPEC G1).

    `n`: the number of the last of them; `since`: the one under which readers get it.
    """
    for at, body in enumerate(reversed(bodies)):
        places = erase.erased_by(body)
        if places:
            erase.erase(connection, day_keys, n - at, since - at, feed, places)
            memory.erased = None


def _with_erased(connection: sqlite3.Connection, memory: Memory) -> frozenset[str]:
    if memory.erased is None:
        memory.erased = erase.devices_with_erased(connection)
    return memory.erased


def take_numbers(connection: sqlite3.Connection, memory: Memory, count: int) -> int:
    """The last of `count` fresh numbers of the log (SPEC F2)."""
    n = memory.next_n if memory.next_n is not None else next_n(connection)
    memory.next_n = n + count
    return n + count - 1


def count_in(
    connection: sqlite3.Connection, memory: Memory, feed: int, n: int, hashes: int
) -> None:
    """Add to the sum of a feed what it holds from number `n` on (SPEC F6)."""
    before = memory.sums.get(feed)
    if before is None:
        row = connection.execute(
            "SELECT sum FROM sums WHERE feed = ? ORDER BY n DESC LIMIT 1", (feed,)
        ).fetchone()
        before = 0 if row is None else int.from_bytes(row[0], "big")
    stored = sum_to_bytes(before + hashes)
    connection.execute("INSERT INTO sums (feed, n, sum) VALUES (?, ?, ?)", (feed, n, stored))
    memory.sums[feed] = int.from_bytes(stored, "big")


def _judge(connection: sqlite3.Connection, one: Examined, revoked: bool) -> Judged:
    """The state as the log sees it: A9, and what the first event of a record has to hold."""
    if one.state != "accepted":
        return Judged(STATES.index(one.state), one.code, one.field, one.feed)
    if revoked:
        return Judged(HELD, "device.revoked", None, one.feed)
    if one.required:
        if one.missing and one.begins and not _has_started(connection, one.record):
            return Judged(STATES.index("rejected"), "event.missing", one.missing[0], one.feed)
        connection.execute("INSERT OR IGNORE INTO started (record) VALUES (?)", (one.record,))
    return Judged(ACCEPTED, one.code, one.field, one.feed)


def _has_started(connection: sqlite3.Connection, record: str | None) -> bool:
    row = connection.execute("SELECT 1 FROM started WHERE record = ?", (record,)).fetchone()
    return row is not None


def next_n(connection: sqlite3.Connection) -> int:
    """The next number of the log: events and restatements share one sequence (SPEC F2, A5)."""
    (highest,) = connection.execute(
        "SELECT max(ifnull((SELECT max(n) FROM runs), 0), ifnull((SELECT max(n) FROM restated), 0))"
    ).fetchone()
    return int(highest) + 1


def feed_no(connection: sqlite3.Connection, memory: Memory, feed: str) -> int:
    """The number of a feed inside this log, given to it here where it is new."""
    if memory.feeds is None:
        memory.feeds = {
            str(name): int(no) for no, name in connection.execute("SELECT no, id FROM feeds")
        }
    no = memory.feeds.get(feed)
    if no is None:
        cursor = connection.execute("INSERT INTO feeds (id) VALUES (?)", (feed,))
        no = memory.feeds[feed] = int(cursor.lastrowid or 0)
    return no


def ranks_of_batch(connection: sqlite3.Connection, memory: Memory, arrival: Arrival) -> str:
    """A digit for each event: the authority of whoever it names, as it stands now.

    A later promotion changes nothing. A tablet may name officers of its own checkpoint only, never
    a console user.
    """
    if memory.ranks is None:
        memory.ranks = authority_ranks(connection)
    digits: list[str] = []
    last: Examined | None = None
    for one in arrival.examined.events:
        if one is not last:
            last, digit = one, "0"
            if one.officer is not None:
                key = (one.officer, "" if arrival.by_server else one.home)
                digit = str(memory.ranks.get(key, 0))
        digits.append(digit)
    return "".join(digits)


def authority_ranks(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """(officer, checkpoint) or (user, "") → rank: volunteer 0, officer 1, lead 2, user 3."""
    ranks = {
        (str(officer), str(checkpoint)): {"officer": 1, "medic": 1, "lead": 2}.get(role, 0)
        for officer, role, checkpoint in connection.execute(
            "SELECT officers.id, role, value FROM officers, json_each(checkpoints)"
            " WHERE NOT revoked"
        )
    }
    users = connection.execute("SELECT id FROM users WHERE NOT disabled")
    return ranks | {(str(user), ""): 3 for (user,) in users}
