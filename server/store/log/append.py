"""Appending a batch to the log: inside the writer's transaction, in raw SQL. SPEC A1–A10, H4.

A branch is a run of events that link by their hashes. Branch 0 is the device's own; a further one
begins where the same sequence number comes with another hash (A6), or where a batch does not link
to the neighbour that the log already has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.store.answers import Answered, PushAnswer, State, joined
from server.store.log.device_runs import Stored, hash_at, runs_near, stored_around
from server.store.log.log_schema import ACCEPTED, MAX_RUN_EVENTS, STATES
from server.store.log.opened import open_sealed
from server.store.log.persons import DayKeys
from server.store.log.rows import Arrival, Memory, insert, ranks_of_batch
from server.store.log.vouching import Signer, adopt, keep_again, keep_signature, vouch
from sync.batch import Batch
from sync.chain import genesis


def append(
    connection: sqlite3.Connection,
    arrival: Arrival,
    memory: Memory,
    day_keys: DayKeys,
    signer: Signer,
) -> PushAnswer:
    """Store what is new of a batch, answer each event, move the chain's head."""
    batch, chain = arrival.batch, arrival.chain
    stored = stored_around(connection, arrival.device_no, batch, chain)
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
    answers: list[Answered] = []
    if fresh:
        ranks = ranks_of_batch(connection, memory, arrival)
        keep_signature(connection, arrival)
        for vouched in vouch(connection, arrival, fresh, ranks, signer):
            answers += insert(
                connection, arrival, memory, day_keys, vouched, branch, revoked=bool(revoked)
            )
    if arrival.envelopes and adopt(connection, arrival, memory, day_keys):
        keep_again(connection, arrival)
    if arrival.envelopes and len(fresh) < len(chain):
        open_sealed(connection, arrival, memory, day_keys)
    if len(fresh) < len(chain):
        there = set(range(len(chain))).difference(fresh)
        answers += [_repeat(batch.first + at, chain[at], stored) for at in there]
        answers.sort(key=lambda one: one.first)
    if forked:
        answers = [_shown_forked(one) for one in answers]
    through, head = _advance(connection, arrival, branch, stored)
    return PushAnswer(joined(answers), through, head, forked)


def _fresh(batch: Batch, chain: Sequence[bytes], stored: dict[int, list[Stored]]) -> Sequence[int]:
    """The places in the batch of what the log does not hold."""
    if stored.keys().isdisjoint(range(batch.first, batch.last + 1)):
        return range(len(chain))
    return [
        index
        for index, one in enumerate(chain)
        if all(row.hash != one for row in stored.get(batch.first + index, ()))
    ]


def _branch(
    connection: sqlite3.Connection, arrival: Arrival, stored: dict[int, list[Stored]]
) -> tuple[int, bool]:
    """(the branch this batch belongs to, whether it makes a new one)."""
    batch, chain = arrival.batch, arrival.chain
    before = stored.get(batch.first - 1, [])
    parents = [row.branch for row in before if row.hash == batch.previous]
    if before and not parents:
        return _new_branch(connection, arrival.device_no), True
    candidates = parents or [0]
    overlaps = any(batch.first <= seq <= batch.last for seq in stored)
    for index, one in enumerate(chain if overlaps else ()):
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


def _repeat(seq: int, hash_: bytes, stored: dict[int, list[Stored]]) -> Answered:
    row = next(row for row in stored[seq] if row.hash == hash_)
    state: State = "duplicate" if row.state == ACCEPTED else STATES[row.state]
    return Answered(seq, 1, state, row.code, row.field)


def _shown_forked(answer: Answered) -> Answered:
    return answer if answer.code is not None else answer._replace(code="device.forked", field=None)


def _advance(
    connection: sqlite3.Connection,
    arrival: Arrival,
    branch: int,
    stored: dict[int, list[Stored]],
) -> tuple[int, bytes]:
    """Move the branch's head over everything that now links; (through, head) (SPEC A8, P1)."""
    batch, chain = arrival.batch, arrival.chain
    row = connection.execute(
        "SELECT through, head FROM chains WHERE device = ? AND branch = ?",
        (arrival.device_no, branch),
    ).fetchone()
    if row is None:
        row = (0, genesis(batch.device))
        if branch and _is_linked(connection, arrival, stored):
            row = (batch.first - 1, batch.previous)
    through, head = int(row[0]), bytes(row[1])
    if batch.first <= through + 1 <= batch.last:
        at = through + 1 - batch.first
        if head == (chain[at - 1] if at else batch.previous):
            through, head = batch.last, chain[-1]
    through, head = _follow(connection, arrival.device_no, branch, through, head)
    connection.execute(
        "INSERT OR REPLACE INTO chains (device, branch, through, head) VALUES (?, ?, ?, ?)",
        (arrival.device_no, branch, through, head),
    )
    return through, head


def _follow(
    connection: sqlite3.Connection, device_no: int, branch: int, through: int, head: bytes
) -> tuple[int, bytes]:
    """(through, head) after all runs of the branch that link to it; it may end inside of one."""
    for first, count, previous, run_head in connection.execute(
        "SELECT first, count, previous, head FROM runs WHERE device = ?1 AND branch = ?2"
        " AND first > ?3 - ?4 AND first + count - 1 > ?3 ORDER BY first",
        (device_no, branch, through, MAX_RUN_EVENTS),
    ):
        if first > through + 1:
            break
        if first == through + 1:
            links = previous == head
        else:
            near = runs_near(connection, device_no, through, through)
            run = next((one for one in near if one.branch == branch), None)
            links = run is not None and hash_at(connection, run, through) == head
        if not links:
            break
        through, head = first + count - 1, run_head
    return through, head


def _is_linked(
    connection: sqlite3.Connection, arrival: Arrival, stored: dict[int, list[Stored]]
) -> bool:
    """Whether a new branch leaves what is held without a gap. If not, its receipt stays at 0."""
    batch = arrival.batch
    if batch.first == 1:
        return True
    for parent in stored.get(batch.first - 1, ()):
        if parent.hash != batch.previous:
            continue
        (through,) = connection.execute(
            "SELECT through FROM chains WHERE device = ? AND branch = ?",
            (arrival.device_no, parent.branch),
        ).fetchone()
        if through >= batch.first - 1:
            return True
    return False
