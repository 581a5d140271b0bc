"""Appending a batch to the log: inside the writer's transaction, in raw SQL. SPEC A1–A10, H4.

A branch is a run of events that link by their hashes. Branch 0 is the device's own; a further one
begins where the same sequence number comes with another hash (A6), or where a batch does not link
to the neighbour that the log already has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.store.log_schema import ACCEPTED, STATES
from server.store.protocol import EventAnswer, PushAnswer
from server.store.rows import Arrival, Memory, insert
from sync.batch import Batch
from sync.chain import genesis
from sync.envelope import Envelope


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
        answers = insert(
            connection, arrival, memory, fresh, branch, envelope, revoked=bool(revoked)
        )
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
