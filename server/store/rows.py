"""Rows of the log from a batch: numbers, states, homes and ranks. Inside the writer's transaction.

SPEC A2, A5, A9. What does not change from one transaction to the next is remembered in `Memory`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as chain_of

from server.accept import Examined
from server.store.log_schema import ACCEPTED, HELD, STATES
from server.store.protocol import EventAnswer
from sync.batch import Batch

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


def insert(
    connection: sqlite3.Connection,
    arrival: Arrival,
    memory: Memory,
    fresh: Sequence[int],
    branch: int,
    envelope: int,
    *,
    revoked: bool,
) -> dict[int, EventAnswer]:
    """Store the events at `fresh` places of a batch on one branch; the answer to each, by place."""
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
