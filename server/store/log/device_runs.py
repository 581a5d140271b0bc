"""What the log holds of one device around some sequence numbers. Read by writer and reader.

Most pushes touch a run at its end only, where the hash is its head: bodies are read, and hashes
derived, only for runs that a batch overlaps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.store.log.log_schema import MAX_RUN_EVENTS
from server.store.log.run_rows import COLUMNS, Run, run_hashes
from sync.batch import Batch
from sync.errors import SyncError

_LIGHT = (
    COLUMNS.replace("runs.commitments", "NULL")
    .replace("runs.bodies", "NULL")
    .replace("runs.persons", "NULL")
)
_NEAR = (
    f"SELECT {_LIGHT} FROM runs WHERE device = ?1"
    " AND branch IN (SELECT branch FROM chains WHERE device = ?1)"
    " AND first BETWEEN ?2 AND ?3 ORDER BY first, branch"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One event that is held: `hash` is empty where only its place was asked for."""

    branch: int
    hash: bytes
    previous: bytes
    state: int
    code: str | None
    field: str | None


def runs_near(log: sqlite3.Connection, device_no: int, first: int, last: int) -> list[Run]:
    """The runs of a device that hold any of these numbers, on all branches, without texts."""
    rows = log.execute(_NEAR, (device_no, first - MAX_RUN_EVENTS + 1, last))
    return [run for run in (Run(*row) for row in rows) if run.last >= first]


def with_bodies(log: sqlite3.Connection, run: Run) -> Run:
    """The same run with its bodies and commitments, from which its hashes follow."""
    bodies, commitments = log.execute(
        "SELECT bodies, commitments FROM runs WHERE n = ?", (run.n,)
    ).fetchone()
    return replace(run, bodies=bodies, commitments=commitments)


def hash_at(log: sqlite3.Connection, run: Run, seq: int) -> bytes:
    """The hash of the event with this number, which the run holds."""
    if seq == run.last:
        return run.head
    run = with_bodies(log, run)
    if run.bodies is None:
        raise SyncError("batch.compacted", "G9")
    return run_hashes(run)[seq - run.first]


def stored_around(
    log: sqlite3.Connection, device_no: int, batch: Batch, chain: Sequence[bytes]
) -> dict[int, list[Stored]]:
    """By number: what is held of a batch and of the events beside it, their links with it.

    The event after the last has no hash here, and the one before the first no link. SyncError
    "batch.compacted" where the log cannot tell any more whether it holds these events (G9).
    """
    first, last = batch.first, batch.last
    found: dict[int, list[Stored]] = {}
    for run in runs_near(log, device_no, first - 1, last + 1):
        if run.last == first - 1:
            found.setdefault(run.last, []).append(_at(run, run.head, b""))
        elif run.first == last + 1:
            found.setdefault(run.first, []).append(_at(run, b"", run.previous))
        else:
            whole = with_bodies(log, run)
            if whole.bodies is None:
                hashes = _hashes_of_repeat(run, batch, chain)
            else:
                hashes = [run.previous, *run_hashes(whole)]
            for seq in range(max(run.first, first - 1), min(run.last, last + 1) + 1):
                at = seq - run.first
                found.setdefault(seq, []).append(_at(run, hashes[at + 1], hashes[at]))
    return found


def _hashes_of_repeat(run: Run, batch: Batch, chain: Sequence[bytes]) -> list[bytes]:
    """Of a run without bodies: its head proves that a batch which reaches it holds the same.

    From the hash before its first event on; what the batch does not reach down to is empty.
    """
    if not batch.first <= run.last <= batch.last or chain[run.last - batch.first] != run.head:
        raise SyncError("batch.compacted", "G9")
    known = dict(enumerate((batch.previous, *chain), batch.first - 1))
    return [known.get(seq, b"") for seq in range(run.first - 1, run.last + 1)]


def _at(run: Run, hash_: bytes, previous: bytes) -> Stored:
    return Stored(run.branch, hash_, previous, run.state, run.code, run.field)
