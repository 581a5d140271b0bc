"""Under whose envelope events stand: this server's own, or another's that came with them. SPEC A3.

Inside the writer. Of two envelopes for one event the smaller (received, server) wins; events that
get a smaller one are announced again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from server.store.log.device_runs import hash_at, runs_near, with_bodies
from server.store.log.log_schema import ACCEPTED
from server.store.log.persons import DayKeys
from server.store.log.restate import announce, split
from server.store.log.rows import Arrival, Memory, Vouched
from server.store.log.run_rows import COLUMNS, Run, short_ranks, slice_ranks
from server.store.relay_protocol import SignedEnvelope
from sync.clock import DRIFT_CAP_MS
from sync.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Signer:
    """This server's name and its ES256 over an envelope."""

    server: str
    sign: Callable[[bytes], bytes]


def keep_signature(connection: sqlite3.Connection, arrival: Arrival) -> None:
    """The batch's signature: it proves the events to anybody (B3)."""
    batch = arrival.batch
    values = (arrival.device_no, batch.first, batch.last, batch.previous, arrival.chain[-1])
    connection.execute(
        "INSERT INTO batches (device, first, last, previous, head, signature)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*values, batch.signature),
    )


def vouch(
    connection: sqlite3.Connection,
    arrival: Arrival,
    fresh: Sequence[int],
    ranks: str,
    signer: Signer,
) -> list[Vouched]:
    """The envelopes of what is new: those that came with it, and one of our own for the rest.

    An envelope of a server whose clock runs further ahead than any stamp may is no first word.
    """
    latest_ms = arrival.received_ms + DRIFT_CAP_MS
    given = [one for one in arrival.envelopes if one.envelope.received_ms <= latest_ms]
    first = arrival.batch.first
    found = []
    groups = groupby(fresh, lambda index: _smallest(given, first + index)) if given else None
    for chosen, group in [(None, fresh)] if groups is None else groups:
        places = list(group)
        if chosen is None:
            own = _sign(arrival, places, ranks, signer)
            no = _insert(connection, arrival.device_no, own)
            found.append(Vouched(places, no, arrival.received_ms, ranks))
        else:
            no = _insert(connection, arrival.device_no, chosen)
            envelope = chosen.envelope
            digits = _digits(envelope, first, len(arrival.chain))
            found.append(Vouched(places, no, envelope.received_ms, digits))
    return found


def keep_again(connection: sqlite3.Connection, arrival: Arrival) -> None:
    """Let a batch that brought smaller envelopes count as just arrived: it goes up again (U2).

    Also one whose events came in other batches (B5): an envelope is believed only with a batch
    that holds all of its events.
    """
    batch = arrival.batch
    moved = connection.execute(
        "UPDATE batches SET no = (SELECT max(no) + 1 FROM batches)"
        " WHERE device = ? AND first = ? AND last = ? AND head = ?",
        (arrival.device_no, batch.first, batch.last, arrival.chain[-1]),
    )
    if moved.rowcount == 0:
        keep_signature(connection, arrival)


def adopt(
    connection: sqlite3.Connection, arrival: Arrival, memory: Memory, day_keys: DayKeys
) -> bool:
    """Give what is held already the smaller envelopes that came with it, and announce it again.

    Whether there was any.
    """
    batch = arrival.batch
    adopted = False
    numbers: dict[SignedEnvelope, int] = {}
    for run in runs_near(connection, arrival.device_no, batch.first, batch.last):
        start, end = max(run.first, batch.first), min(run.last, batch.last)
        if with_bodies(connection, run).bodies is None:
            continue  # no feed gives it out any more, so nobody has to hear of it
        if hash_at(connection, run, end) != arrival.chain[end - batch.first]:
            continue
        (server,) = connection.execute(
            "SELECT server FROM envelopes WHERE no = ?", (run.envelope,)
        ).fetchone()
        smaller = [
            one
            for one in arrival.envelopes
            if (one.envelope.received_ms, one.envelope.server) < (run.received_ms, server)
        ]
        chosen = [
            _smallest(smaller, seq) if start <= seq <= end else None
            for seq in range(run.first, run.last + 1)
        ]
        if not any(chosen):
            continue
        adopted = True
        parts = [(one, len(list(group))) for one, group in groupby(chosen)]
        for envelope in {one for one in chosen if one is not None} - numbers.keys():
            numbers[envelope] = _insert(connection, arrival.device_no, envelope)
        _restate(connection, memory, day_keys, run, parts, numbers)
    return adopted


def _restate(
    connection: sqlite3.Connection,
    memory: Memory,
    day_keys: DayKeys,
    light: Run,
    parts: Sequence[tuple[SignedEnvelope | None, int]],
    numbers: dict[SignedEnvelope, int],
) -> None:
    run = Run(*connection.execute(f"SELECT {COLUMNS} FROM runs WHERE n = ?", (light.n,)).fetchone())
    ends = [sum(size for _, size in parts[: at + 1]) for at in range(len(parts))]
    bounds = list(zip([0, *ends], ends, strict=False))
    pieces = split(connection, day_keys, run, bounds)
    for piece, (chosen, _) in zip(pieces, parts, strict=True):
        if chosen is None:
            continue
        envelope = chosen.envelope
        at = piece.first - envelope.first
        connection.execute(
            "UPDATE runs SET received_ms = ?, envelope = ?, ranks = ? WHERE n = ?",
            (
                envelope.received_ms,
                numbers[chosen],
                slice_ranks(envelope.ranks, at, at + piece.count),
                piece.n,
            ),
        )
        if piece.state == ACCEPTED:
            announce(connection, memory, piece, moved=True)


def _smallest(given: Sequence[SignedEnvelope], seq: int) -> SignedEnvelope | None:
    return min(
        (one for one in given if one.envelope.first <= seq <= one.envelope.last),
        key=lambda one: (one.envelope.received_ms, one.envelope.server),
        default=None,
    )


def _sign(arrival: Arrival, places: Sequence[int], ranks: str, signer: Signer) -> SignedEnvelope:
    first, last = places[0], places[-1]
    envelope = Envelope(
        signer.server,
        arrival.received_ms,
        arrival.batch.device,
        arrival.batch.first + first,
        arrival.batch.first + last,
        arrival.chain[last],
        short_ranks(ranks[first : last + 1]),
    )
    return SignedEnvelope(envelope, signer.sign(envelope.signing_text()))


def _insert(connection: sqlite3.Connection, device_no: int, one: SignedEnvelope) -> int:
    envelope = one.envelope
    cursor = connection.execute(
        "INSERT INTO envelopes (server, received_ms, device, first, last, head, ranks, signature)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            envelope.server,
            envelope.received_ms,
            device_no,
            envelope.first,
            envelope.last,
            envelope.head,
            envelope.ranks,
            one.signature,
        ),
    )
    return int(cursor.lastrowid or 0)


def _digits(envelope: Envelope, first: int, count: int) -> str:
    """The ranks of an envelope as a digit for each place of the batch; zeros where it ends."""
    covered = envelope.last - envelope.first + 1
    digits = envelope.ranks * covered if len(envelope.ranks) == 1 else envelope.ranks
    before = envelope.first - first
    return ("0" * max(0, before) + digits[max(0, -before) :])[:count].ljust(count, "0")
