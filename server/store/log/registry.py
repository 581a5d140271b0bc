"""Devices, enrolments, checkpoints, users, officers and packs in `log.db`.

Functions that write run inside the writer, the others on a reader. Secrets of people (TOTP, the
key that wraps an officer's history key) and the history keys are wrapped by the master.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from typing import Any

from server.keys import KEY_BYTES, KeyRing
from server.store.published import Pack, PackVersionError
from server.store.registered import Checkpoint, Device, Enrolment, Officer, User

DEVICE = (
    "SELECT no, id, kind, checkpoint, lane, name, jwk, enrolled_ms, revoked_ms, forked_ms,"
    " last_contact_ms, unsent, clock_offset_ms, checkpoints FROM devices"
)


def add_enrolment(
    connection: sqlite3.Connection, code_hash: bytes, enrolment: Enrolment, expires_ms: int
) -> None:
    connection.execute(
        "INSERT INTO enrolments (code_hash, checkpoint, lane, name, expires_ms, kind, checkpoints)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            code_hash,
            enrolment.checkpoint,
            enrolment.lane,
            enrolment.name,
            expires_ms,
            enrolment.kind,
            json.dumps(enrolment.checkpoints),
        ),
    )


def enrol(
    connection: sqlite3.Connection, code_hash: bytes, device: str, jwk: dict[str, str], now_ms: int
) -> Device | None:
    """Use a code up and add the device; None when the code is unknown, used or expired.

    Whoever used it up with this very key lost the answer and gets its device again.
    """
    used = connection.execute(
        "UPDATE enrolments SET used_ms = ?, device = ?"
        " WHERE code_hash = ? AND used_ms IS NULL AND expires_ms > ? AND kind = 'tablet'"
        " RETURNING checkpoint, lane, name",
        (now_ms, device, code_hash, now_ms),
    ).fetchall()
    if not used:
        return _enrolled_before(connection, code_hash, jwk, now_ms)
    checkpoint, lane, name = used[0]
    return add_device(connection, device, "tablet", checkpoint, lane, name, jwk, now_ms)


def _enrolled_before(
    connection: sqlite3.Connection, code_hash: bytes, jwk: dict[str, str], now_ms: int
) -> Device | None:
    row = connection.execute(
        "SELECT device FROM enrolments WHERE code_hash = ? AND expires_ms > ? AND kind = 'tablet'",
        (code_hash, now_ms),
    ).fetchone()
    device = None if row is None else read_device(connection, row[0])
    if device is None or device.jwk != jwk or device.revoked_ms is not None:
        return None
    return device


def add_device(
    connection: sqlite3.Connection,
    device: str,
    kind: str,
    checkpoint: str | None,
    lane: str | None,
    name: str,
    jwk: dict[str, str],
    now_ms: int,
) -> Device:
    connection.execute(
        "INSERT INTO devices (id, kind, checkpoint, lane, name, jwk, enrolled_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (device, kind, checkpoint, lane, name, json.dumps(jwk), now_ms),
    )
    added = read_device(connection, device)
    assert added is not None
    return added


def read_device(connection: sqlite3.Connection, device: str) -> Device | None:
    row = connection.execute(f"{DEVICE} WHERE id = ?", (device,)).fetchone()
    return None if row is None else _device(row)


def read_devices(connection: sqlite3.Connection) -> list[Device]:
    return [_device(row) for row in connection.execute(f"{DEVICE} ORDER BY no")]


def revoke_device(connection: sqlite3.Connection, device: str, now_ms: int) -> None:
    """The first revocation counts; a second one changes nothing."""
    connection.execute(
        "UPDATE devices SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL", (now_ms, device)
    )


def put_checkpoint(connection: sqlite3.Connection, one: Checkpoint, keys: KeyRing) -> None:
    """Add or change a checkpoint; its history key is made once and stays."""
    connection.execute(
        "INSERT INTO checkpoints (id, name, road, province, district, commune, klass, state,"
        " hotline, lanes, history_key_id, history_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, road = excluded.road,"
        " province = excluded.province, district = excluded.district,"
        " commune = excluded.commune, klass = excluded.klass, state = excluded.state,"
        " hotline = excluded.hotline, lanes = excluded.lanes",
        (
            one.id,
            one.name,
            one.road,
            one.province,
            one.district,
            one.commune,
            one.klass,
            one.state,
            one.hotline,
            json.dumps(one.lanes),
            secrets.token_hex(8),
            keys.wrap(secrets.token_bytes(KEY_BYTES), f"history key {one.id}"),
        ),
    )


def read_checkpoints(connection: sqlite3.Connection) -> list[Checkpoint]:
    rows = connection.execute(
        "SELECT id, name, road, province, district, commune, klass, state, hotline, lanes"
        " FROM checkpoints ORDER BY id"
    )
    return [_checkpoint(list(row)) for row in rows]


def read_history_key(
    connection: sqlite3.Connection, checkpoint: str, keys: KeyRing
) -> tuple[str, bytes] | None:
    """(id, 32 bytes) of the key under which tablets of a checkpoint keep what they pulled."""
    row = connection.execute(
        "SELECT history_key_id, history_key FROM checkpoints WHERE id = ?", (checkpoint,)
    ).fetchone()
    if row is None:
        return None
    return str(row[0]), keys.unwrap(row[1], f"history key {checkpoint}")


def renew_history_key(connection: sqlite3.Connection, checkpoint: str, keys: KeyRing) -> None:
    """Another key for what its tablets keep from now on; nothing for a checkpoint that is none."""
    fresh = keys.wrap(secrets.token_bytes(KEY_BYTES), f"history key {checkpoint}")
    connection.execute(
        "UPDATE checkpoints SET history_key_id = ?, history_key = ? WHERE id = ?",
        (secrets.token_hex(8), fresh, checkpoint),
    )


def put_user(connection: sqlite3.Connection, one: User, keys: KeyRing) -> None:
    """Add or change a user; ValueError when somebody else has the login."""
    totp = one.totp_secret
    if connection.execute(
        "SELECT 1 FROM users WHERE login = ? AND id <> ?", (one.login, one.id)
    ).fetchone():
        raise ValueError(f"login {one.login} is taken")
    connection.execute(
        "INSERT OR REPLACE INTO users (id, login, name, role, password_hash, totp_secret, disabled)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            one.id,
            one.login,
            one.name,
            one.role,
            one.password_hash,
            None if totp is None else keys.wrap(totp.encode("utf-8"), f"totp {one.id}"),
            one.disabled,
        ),
    )


def read_users(connection: sqlite3.Connection, keys: KeyRing, login: str = "") -> list[User]:
    """All users, or the one with this login."""
    rows = connection.execute(
        "SELECT id, login, name, role, password_hash, totp_secret, disabled FROM users"
        " WHERE ? IN ('', login) ORDER BY login",
        (login,),
    )
    return [
        User(
            id_,
            name_,
            full,
            role,
            password,
            None if totp is None else keys.unwrap(totp, f"totp {id_}").decode("utf-8"),
            bool(disabled),
        )
        for id_, name_, full, role, password, totp, disabled in rows
    ]


def put_officer(connection: sqlite3.Connection, one: Officer, keys: KeyRing) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO officers (id, name, role, checkpoints, kek, revoked)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            one.id,
            one.name,
            one.role,
            json.dumps(one.checkpoints),
            keys.wrap(one.kek, f"kek {one.id}"),
            one.revoked,
        ),
    )


def read_officers(connection: sqlite3.Connection, keys: KeyRing) -> list[Officer]:
    rows = connection.execute(
        "SELECT id, name, role, checkpoints, kek, revoked FROM officers ORDER BY id"
    )
    return [
        Officer(
            id_,
            name,
            role,
            tuple(json.loads(places)),
            keys.unwrap(kek, f"kek {id_}"),
            bool(revoked),
        )
        for id_, name, role, places, kek, revoked in rows
    ]


def publish(connection: sqlite3.Connection, pack: Pack) -> None:
    """Store a pack; PackVersionError where its version is not above the last (by a trigger)."""
    try:
        connection.execute(
            "INSERT INTO packs (name, scope, version, issued_ms, jws) VALUES (?, ?, ?, ?, ?)",
            (pack.name, pack.scope, pack.version, pack.issued_ms, pack.jws),
        )
    except sqlite3.IntegrityError:
        raise PackVersionError(pack) from None


def read_pack(
    connection: sqlite3.Connection, name: str, scope: str, before: int | None = None
) -> Pack | None:
    row = connection.execute(
        "SELECT name, scope, version, issued_ms, jws FROM packs"
        " WHERE name = ?1 AND scope = ?2 AND (?3 IS NULL OR version < ?3)"
        " ORDER BY version DESC LIMIT 1",
        (name, scope, before),
    ).fetchone()
    return None if row is None else Pack(*row)


def read_packs(connection: sqlite3.Connection, scopes: Sequence[str]) -> dict[str, Pack]:
    """The newest pack of each name; a later scope in `scopes` takes a name over from an earlier."""
    found: dict[str, Pack] = {}
    for scope in scopes:
        rows = connection.execute(
            "SELECT name, scope, max(version), issued_ms, jws FROM packs WHERE scope = ?"
            " GROUP BY name",
            (scope,),
        )
        found |= {str(row[0]): Pack(*row) for row in rows}
    return found


def _checkpoint(values: list[Any]) -> Checkpoint:
    values[9] = tuple(json.loads(values[9]))
    return Checkpoint(*values)


def _device(row: tuple[Any, ...]) -> Device:
    values = list(row)
    values[6] = json.loads(values[6])
    values[13] = tuple(json.loads(values[13]))
    return Device(*values)
