"""A batch that the log holds already: answered from what is there, without the writer. SPEC A2.

A tablet that lost an answer sends the batch again, and after an outage all of them do. The hash of
the last event proves the whole batch: it covers every text before it (H3), and the branch is held
without a gap up to there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.store.answers import Answered, PushAnswer, State, joined
from server.store.log.device_runs import hash_at, runs_near
from server.store.log.log_schema import ACCEPTED, STATES
from server.store.log.run_rows import Run
from server.store.registered import Device
from sync.batch import Batch


def repeat(
    log: sqlite3.Connection, batch: Batch, chain: Sequence[bytes], device: Device
) -> PushAnswer | None:
    """The answers to a batch that is held whole; None where anything of it is new.

    Reads only what was committed, so it may answer None for a batch that is just being written.
    """
    runs = runs_near(log, device.no, batch.first, batch.last)
    branch = _branch(log, runs, batch, chain[-1])
    if branch is None:
        return None
    row = log.execute(
        "SELECT through, head, forked_ms IS NOT NULL FROM chains JOIN devices ON no = device"
        " WHERE device = ? AND branch = ? AND through >= ?",
        (device.no, branch, batch.last),
    ).fetchone()
    if row is None:
        return None
    through, head, forked = row
    code = "device.forked" if forked else None
    answers = joined(_answer(run, batch, code) for run in runs if run.branch == branch)
    return PushAnswer(answers, through, head, bool(forked))


def _branch(log: sqlite3.Connection, runs: Sequence[Run], batch: Batch, head: bytes) -> int | None:
    """The branch that holds the batch from its first event on and ends it with this hash.

    A clone's branch begins where it left the other: what is before stands on that one.
    """
    begun = {run.branch for run in runs if run.first <= batch.first}
    for run in runs:
        if run.branch in begun and run.last >= batch.last and hash_at(log, run, batch.last) == head:
            return run.branch
    return None


def _answer(run: Run, batch: Batch, code: str | None) -> Answered:
    """What became of the events that batch and run share; `code` where the run has none."""
    shown: State = "duplicate" if run.state == ACCEPTED else STATES[run.state]
    first, last = max(run.first, batch.first), min(run.last, batch.last)
    return Answered(first, last - first + 1, shown, run.code or code, run.field)
