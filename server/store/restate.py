"""Events that change their state after they were answered: SPEC A5, A9.

The row stays where it is; a row in `restated` with a number of its own tells readers and the
projector, which are past it already. Runs inside the writer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from schemas.records import KINDS
from server.accept import ContentKeys, examine
from server.store.log_schema import ACCEPTED, HELD, STATES
from server.store.persons import DayKeys
from server.store.record import load_day_keys, open_person_text, read_events
from server.store.rows import Memory, next_n
from sync.batch import WireEvent

_HELD = f"SELECT n, body FROM events WHERE state = {HELD} AND code = ?"


def take_up_known_kinds(
    connection: sqlite3.Connection, memory: Memory, day_keys: DayKeys, content_keys: ContentKeys
) -> int:
    """Examine held events whose kind this version knows; how many changed their state (A5)."""
    known = [
        int(n)
        for n, body in connection.execute(_HELD, ("event.kind",)).fetchall()
        if _kind(body) in KINDS
    ]
    events = read_events(connection, known)
    load_day_keys(connection, events, day_keys)
    for one in events:
        person = open_person_text(one, day_keys)
        wire = WireEvent(one.body, person, None, one.commitment)
        judged = examine(wire, None, one.received_ms, content_keys)
        state = STATES.index(judged.state)
        connection.execute(
            "UPDATE events SET state = ?, code = ?, field = ? WHERE n = ?",
            (state, judged.code, judged.field, one.n),
        )
        if state == ACCEPTED:
            _announce(connection, memory, one.n)
    return len(events)


def take_up_revoked(connection: sqlite3.Connection, memory: Memory, numbers: Sequence[int]) -> int:
    """Accept these events of a revoked device, as a person decided; how many there were (A9)."""
    taken = 0
    for n in numbers:
        cursor = connection.execute(
            f"UPDATE events SET state = {ACCEPTED} WHERE n = ? AND state = {HELD}"
            " AND code = 'device.revoked'",
            (n,),
        )
        if cursor.rowcount:
            _announce(connection, memory, n)
            taken += 1
    return taken


def _announce(connection: sqlite3.Connection, memory: Memory, event: int) -> None:
    n = memory.next_n if memory.next_n is not None else next_n(connection)
    connection.execute(
        "INSERT INTO restated (n, event, home) SELECT ?, n, home FROM events WHERE n = ?",
        (n, event),
    )
    memory.next_n = n + 1


def _kind(body: str) -> tuple[str, int]:
    """(kind, version) of a body that passed `parse_body` when it was held."""
    data = json.loads(body)
    return data["kind"], data["version"]
