"""A batch that the log holds already: answered from what is there, without the writer. SPEC A2.

A tablet that lost an answer sends the batch again, and after an outage all of them do. The hash of
the last event proves the whole batch: it covers every text before it (H3), and the branch is held
without a gap up to there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.store.log_schema import ACCEPTED, STATES
from server.store.protocol import Device, EventAnswer, PushAnswer, State
from sync.batch import Batch


def repeat(
    log: sqlite3.Connection, batch: Batch, chain: Sequence[bytes], device: Device
) -> PushAnswer | None:
    """The answers to a batch that is held whole; None where anything of it is new.

    Reads only what was committed, so it may answer None for a batch that is just being written.
    """
    row = log.execute(
        "SELECT branch, through, head, forked_ms IS NOT NULL FROM events"
        " JOIN chains USING (device, branch) JOIN devices ON devices.no = events.device"
        " WHERE device = ? AND seq = ? AND hash = ? AND through >= seq",
        (device.no, batch.last, chain[-1]),
    ).fetchone()
    if row is None:
        return None
    branch, through, head, forked = row
    code = "device.forked" if forked else None
    if not _reaches(log, device.no, branch, batch):
        return None
    answers = [EventAnswer(seq, "duplicate", code) for seq in range(batch.first, batch.last + 1)]
    for seq, state, its_code, field in log.execute(
        "SELECT seq, state, code, field FROM events WHERE device = ? AND branch = ?"
        " AND seq BETWEEN ? AND ? AND (state <> ? OR code IS NOT NULL)",
        (device.no, branch, batch.first, batch.last, ACCEPTED),
    ):
        shown: State = "duplicate" if state == ACCEPTED else STATES[state]
        answers[seq - batch.first] = EventAnswer(seq, shown, its_code or code, field)
    return PushAnswer(tuple(answers), through, head, bool(forked))


def _reaches(log: sqlite3.Connection, device_no: int, branch: int, batch: Batch) -> bool:
    """Whether the branch itself holds the batch from its first event on.

    A clone's branch begins where it left the other: what is before stands on that one.
    """
    row = log.execute(
        "SELECT 1 FROM events WHERE device = ? AND seq = ? AND branch = ?",
        (device_no, batch.first, branch),
    ).fetchone()
    return row is not None
