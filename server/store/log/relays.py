"""Relays in `log.db`: those below this server, and what this one keeps of its upstream. SPEC U.

Functions that write run inside the writer, the others on a reader.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from server.store.log.registry import read_device
from server.store.registered import Device
from server.store.relay_protocol import UpstreamReceipt

_RECEIPTS = "SELECT device, server, level, through, text FROM upstream_receipts"


def enrol_relay(
    connection: sqlite3.Connection,
    code_hash: bytes,
    server: str,
    jwk: dict[str, str],
    name: str,
    now_ms: int,
) -> Device | None:
    """Use a relay's code up and know the relay; None when the code is not good.

    The relay that used it may say it again: its answer may have been lost. A relay that is known
    gets the checkpoints of its new code, and is no longer revoked: somebody made that code for it.
    """
    row = connection.execute(
        "SELECT checkpoints, name, expires_ms, used_ms, device FROM enrolments"
        " WHERE code_hash = ? AND kind = 'relay'",
        (code_hash,),
    ).fetchone()
    if row is None:
        return None
    checkpoints, given_name, expires_ms, used_ms, user = row
    known = read_device(connection, server)
    if known is not None and (known.kind != "relay" or known.jwk != jwk):
        return None
    if used_ms is not None:
        return known if user == server else None
    if expires_ms <= now_ms:
        return None
    connection.execute(
        "UPDATE enrolments SET used_ms = ?, device = ? WHERE code_hash = ?",
        (now_ms, server, code_hash),
    )
    connection.execute(
        "INSERT INTO devices (id, kind, name, jwk, enrolled_ms, checkpoints)"
        " VALUES (?, 'relay', ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET checkpoints = excluded.checkpoints,"
        " name = excluded.name, revoked_ms = NULL",
        (server, given_name or name, json.dumps(jwk), now_ms, checkpoints),
    )
    return read_device(connection, server)


def adopt_device(connection: sqlite3.Connection, device: Device) -> None:
    """Know a device by its key, or note what has changed about it. Its key never changes."""
    connection.execute(
        "INSERT INTO devices (id, kind, checkpoint, lane, name, jwk, enrolled_ms, checkpoints)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET checkpoint = excluded.checkpoint, lane = excluded.lane,"
        " name = excluded.name, checkpoints = excluded.checkpoints"
        " WHERE kind = excluded.kind AND jwk = excluded.jwk",
        (
            device.id,
            device.kind,
            device.checkpoint,
            device.lane,
            device.name,
            json.dumps(device.jwk),
            device.enrolled_ms,
            json.dumps(sorted(device.checkpoints)),
        ),
    )


def read_state(connection: sqlite3.Connection) -> dict[str, Any]:
    """What was kept of the upstream, by name."""
    rows = connection.execute("SELECT name, value FROM upstream")
    return {str(name): json.loads(value) for name, value in rows}


def put_state(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO upstream (name, value) VALUES (?, ?)",
        [(name, json.dumps(value)) for name, value in values.items()],
    )


def put_receipts(connection: sqlite3.Connection, receipts: Sequence[UpstreamReceipt]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO upstream_receipts (device, server, level, through, text)"
        " VALUES (?, ?, ?, ?, ?)",
        [(one.device, one.server, one.level, one.through, one.text) for one in receipts],
    )


def read_receipts(connection: sqlite3.Connection, server: str) -> list[UpstreamReceipt]:
    """All that this server said, by device."""
    rows = connection.execute(f"{_RECEIPTS} WHERE server = ? ORDER BY device", (server,))
    return [UpstreamReceipt(*row) for row in rows]


def read_receipt(
    connection: sqlite3.Connection, device: str, server: str
) -> UpstreamReceipt | None:
    row = connection.execute(
        f"{_RECEIPTS} WHERE device = ? AND server = ?", (device, server)
    ).fetchone()
    return None if row is None else UpstreamReceipt(*row)


def drop_packs(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM packs")
