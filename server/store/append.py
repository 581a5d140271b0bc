"""Appending a batch to the log: inside the writer's transaction, in raw SQL. SPEC A1–A10, H4.

A branch is a run of events that link by their hashes. Branch 0 is the device's own; a further one
begins where the same sequence number comes with another hash (A6), or where a batch does not link
to the neighbour that the log already has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain as chain_of

from server.accept import Examined
from server.store.log_schema import ACCEPTED, HELD, STATES
from server.store.protocol import EventAnswer, PushAnswer
from sync.batch import Batch
from sync.chain import genesis
from sync.envelope import Envelope

_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT = (
    "INSERT INTO events (n, device, seq, branch, home, state, code, field, order_stamp,"
    " received_ms, envelope, authority, day_key, hash, previous, commitment, body, person)"
    f" VALUES {_ROW}"
)
ROWS_AT_ONCE = 50
INSERT_MANY = INSERT + f", {_ROW}" * (ROWS_AT_ONCE - 1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified batch with all that could be prepared outside the writer.

    `persons` are the encrypted person parts (None where there is none) under day key `day_key`.
    `by_server`: the events are this server's own, so the officer they name is a console user.
    """

    batch: Batch
    chain: Sequence[bytes]
    examined: Sequence[Examined]
    persons: Sequence[bytes | None]
    day_key: int | None
    device_no: int
    received_ms: int
    by_server: bool


@dataclass(slots=True)
class Memory:
    """What the writer remembers between transactions; dropped whenever it may be stale."""

    next_n: int | None = None
    homes: dict[str, int] | None = None
    ranks: dict[tuple[str, str], int] | None = None
    newest_order: int = 0
    """The largest order stamp seen, which this server's own clock follows (SPEC C3)."""

    def forget(self) -> None:
        self.next_n = self.homes = self.ranks = None


@dataclass(frozen=True, slots=True)
class Signer:
    """This server's name and its ES256 over an envelope."""

    server: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Stored:
    branch: int
    hash: bytes
    previous: bytes
    state: int
    code: str | None
    field: str | None


def append(
    connection: sqlite3.Connection, arrival: Arrival, memory: Memory, signer: Signer
) -> PushAnswer:
    """Store what is new of a batch, answer each event, move the chain's head."""
    batch, chain = arrival.batch, arrival.chain
    stored = _stored(connection, arrival.device_no, batch.first - 1, batch.last + 1)
    branch, forks = _branch(connection, arrival, stored)
    revoked, forked = connection.execute(
        "SELECT revoked_ms IS NOT NULL, forked_ms IS NOT NULL FROM devices WHERE no = ?",
        (arrival.device_no,),
    ).fetchone()
    if forks and not forked:
        connection.execute(
            "UPDATE devices SET forked_ms = ? WHERE no = ?",
            (arrival.received_ms, arrival.device_no),
        )
    forked = bool(forked or forks)
    fresh = _fresh(batch, chain, stored)
    answers: dict[int, EventAnswer] = {}
    if fresh:
        envelope = _vouch(connection, arrival, fresh, signer)
        answers = _insert(connection, arrival, memory, fresh, branch, envelope, bool(revoked))
    results = [
        answers.get(index) or _repeat(batch.first + index, one, stored)
        for index, one in enumerate(chain)
    ]
    if forked:
        results = [_shown_forked(one) for one in results]
    through, head = _advance(connection, arrival, branch)
    return PushAnswer(tuple(results), through, head, forked)


def _fresh(batch: Batch, chain: Sequence[bytes], stored: dict[int, list[_Stored]]) -> Sequence[int]:
    """The places in the batch of what the log does not hold."""
    if stored.keys().isdisjoint(range(batch.first, batch.last + 1)):
        return range(len(chain))
    return [
        index
        for index, one in enumerate(chain)
        if all(row.hash != one for row in stored.get(batch.first + index, ()))
    ]


def _stored(
    connection: sqlite3.Connection, device_no: int, first: int, last: int
) -> dict[int, list[_Stored]]:
    found: dict[int, list[_Stored]] = {}
    for seq, *rest in connection.execute(
        "SELECT seq, branch, hash, previous, state, code, field FROM events"
        " WHERE device = ? AND seq BETWEEN ? AND ?",
        (device_no, first, last),
    ):
        found.setdefault(seq, []).append(_Stored(*rest))
    return found


def _branch(
    connection: sqlite3.Connection, arrival: Arrival, stored: dict[int, list[_Stored]]
) -> tuple[int, bool]:
    """(the branch this batch belongs to, whether it makes a new one)."""
    batch, chain = arrival.batch, arrival.chain
    before = stored.get(batch.first - 1, [])
    parents = [row.branch for row in before if row.hash == batch.previous]
    if before and not parents:
        return _new_branch(connection, arrival.device_no), True
    candidates = parents or [0]
    for index, one in enumerate(chain):
        there = stored.get(batch.first + index)
        if there is None:
            continue
        same = [row.branch for row in there if row.hash == one]
        taken = {row.branch for row in there}
        candidates = same or [branch for branch in candidates if branch not in taken]
        if not candidates:
            return _new_branch(connection, arrival.device_no), True
    after = {row.branch for row in stored.get(batch.last + 1, []) if row.previous != chain[-1]}
    linked = [branch for branch in candidates if branch not in after]
    if not linked:
        return _new_branch(connection, arrival.device_no), True
    return linked[0], False


def _new_branch(connection: sqlite3.Connection, device_no: int) -> int:
    (highest,) = connection.execute(
        "SELECT max(branch) FROM chains WHERE device = ?", (device_no,)
    ).fetchone()
    return 1 if highest is None else int(highest) + 1


def _vouch(
    connection: sqlite3.Connection, arrival: Arrival, fresh: Sequence[int], signer: Signer
) -> int:
    """Keep the batch's signature and sign an envelope over what is new in it (SPEC A3)."""
    batch, chain = arrival.batch, arrival.chain
    connection.execute(
        "INSERT INTO batches (device, first, last, previous, head, signature)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            arrival.device_no,
            batch.first,
            batch.last,
            batch.previous,
            chain[-1],
            batch.signature,
        ),
    )
    envelope = Envelope(
        signer.server,
        arrival.received_ms,
        batch.device,
        batch.first + fresh[0],
        batch.first + fresh[-1],
        chain[fresh[-1]],
    )
    cursor = connection.execute(
        "INSERT INTO envelopes (server, received_ms, device, first, last, head, signature)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            envelope.server,
            envelope.received_ms,
            arrival.device_no,
            envelope.first,
            envelope.last,
            envelope.head,
            signer.sign(envelope.signing_text()),
        ),
    )
    return int(cursor.lastrowid or 0)


def _insert(
    connection: sqlite3.Connection,
    arrival: Arrival,
    memory: Memory,
    fresh: Sequence[int],
    branch: int,
    envelope: int,
    revoked: bool,
) -> dict[int, EventAnswer]:
    batch, chain, persons = arrival.batch, arrival.chain, arrival.persons
    n = memory.next_n if memory.next_n is not None else next_n(connection)
    rows = []
    answers: dict[int, EventAnswer] = {}
    for index in fresh:
        one = arrival.examined[index]
        if one.state == "accepted" and not revoked and not one.required:
            state, code, field = ACCEPTED, one.code, one.field
        else:
            state, code, field = _state(connection, one, revoked)
        seq = batch.first + index
        person = persons[index]
        rows.append(
            (
                n,
                arrival.device_no,
                seq,
                branch,
                _home_no(connection, memory, one.home),
                state,
                code,
                field,
                one.order,
                arrival.received_ms,
                envelope,
                _rank(connection, memory, one, arrival.by_server),
                None if person is None else arrival.day_key,
                chain[index],
                chain[index - 1] if index else batch.previous,
                one.commitment,
                one.body,
                person,
            )
        )
        answers[index] = EventAnswer(seq, STATES[state], code, field)
        if one.order > memory.newest_order:
            memory.newest_order = one.order
        n += 1
    _store(connection, rows)
    memory.next_n = n
    return answers


def _store(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert many rows by one statement: sqlite3 lets go of the interpreter at every step.

    With eight clients the writer would have to win it back a thousand times for a thousand rows.
    """
    whole = len(rows) - len(rows) % ROWS_AT_ONCE
    for start in range(0, whole, ROWS_AT_ONCE):
        values = chain_of.from_iterable(rows[start : start + ROWS_AT_ONCE])
        connection.execute(INSERT_MANY, tuple(values))
    connection.executemany(INSERT, rows[whole:])


def _state(
    connection: sqlite3.Connection, one: Examined, revoked: bool
) -> tuple[int, str | None, str | None]:
    """The state as the log sees it: A9, and what the first event of a record has to hold."""
    if one.state != "accepted":
        return STATES.index(one.state), one.code, one.field
    if revoked:
        return HELD, "device.revoked", None
    if one.required:
        if one.missing and one.begins and not _has_started(connection, one.record):
            return STATES.index("rejected"), "event.missing", one.missing[0]
        connection.execute("INSERT OR IGNORE INTO started (record) VALUES (?)", (one.record,))
    return ACCEPTED, one.code, one.field


def _has_started(connection: sqlite3.Connection, record: str | None) -> bool:
    row = connection.execute("SELECT 1 FROM started WHERE record = ?", (record,)).fetchone()
    return row is not None


def next_n(connection: sqlite3.Connection) -> int:
    """The next number of the log: events and restatements share one sequence (SPEC F2, A5)."""
    (highest,) = connection.execute(
        "SELECT max(ifnull((SELECT max(n) FROM events), 0),"
        " ifnull((SELECT max(n) FROM restated), 0))"
    ).fetchone()
    return int(highest) + 1


def _home_no(connection: sqlite3.Connection, memory: Memory, home: str) -> int:
    if memory.homes is None:
        memory.homes = {
            str(name): int(no) for no, name in connection.execute("SELECT no, id FROM homes")
        }
    no = memory.homes.get(home)
    if no is None:
        cursor = connection.execute("INSERT INTO homes (id) VALUES (?)", (home,))
        no = memory.homes[home] = int(cursor.lastrowid or 0)
    return no


def _rank(connection: sqlite3.Connection, memory: Memory, one: Examined, by_server: bool) -> int:
    """The authority of whoever is named, as it stands now: a later promotion changes nothing.

    A tablet may name officers of its own checkpoint only, never a console user.
    """
    if one.officer is None:
        return 0
    if memory.ranks is None:
        memory.ranks = authority_ranks(connection)
    return memory.ranks.get((one.officer, "" if by_server else one.home), 0)


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


def _repeat(seq: int, hash_: bytes, stored: dict[int, list[_Stored]]) -> EventAnswer:
    row = next(row for row in stored[seq] if row.hash == hash_)
    if row.state == ACCEPTED:
        return EventAnswer(seq, "duplicate", row.code, row.field)
    return EventAnswer(seq, STATES[row.state], row.code, row.field)


def _shown_forked(answer: EventAnswer) -> EventAnswer:
    if answer.code is not None:
        return answer
    return EventAnswer(answer.seq, answer.state, "device.forked", None)


def _advance(connection: sqlite3.Connection, arrival: Arrival, branch: int) -> tuple[int, bytes]:
    """Move the branch's head over everything that now links; (through, head) (SPEC A8, P1)."""
    batch, chain = arrival.batch, arrival.chain
    row = connection.execute(
        "SELECT through, head FROM chains WHERE device = ? AND branch = ?",
        (arrival.device_no, branch),
    ).fetchone()
    if row is None:
        row = (0, genesis(batch.device))
        if branch and _is_linked(connection, arrival):
            row = (batch.first - 1, batch.previous)
    through, head = int(row[0]), bytes(row[1])
    if batch.first <= through + 1 <= batch.last:
        at = through + 1 - batch.first
        if head == (chain[at - 1] if at else batch.previous):
            through, head = batch.last, chain[-1]
    for seq, hash_, previous in connection.execute(
        "SELECT seq, hash, previous FROM events WHERE device = ? AND branch = ? AND seq > ?"
        " ORDER BY seq",
        (arrival.device_no, branch, through),
    ):
        if seq != through + 1 or previous != head:
            break
        through, head = seq, hash_
    connection.execute(
        "INSERT OR REPLACE INTO chains (device, branch, through, head) VALUES (?, ?, ?, ?)",
        (arrival.device_no, branch, through, head),
    )
    return through, head


def _is_linked(connection: sqlite3.Connection, arrival: Arrival) -> bool:
    """Whether a new branch leaves what is held without a gap. If not, its receipt stays at 0."""
    batch = arrival.batch
    if batch.first == 1:
        return True
    row = connection.execute(
        "SELECT 1 FROM events JOIN chains USING (device, branch)"
        " WHERE device = ? AND seq = ? AND hash = ? AND through >= seq",
        (arrival.device_no, batch.first - 1, batch.previous),
    ).fetchone()
    return row is not None
