"""Who calls a served chot: written down before it starts, then enrolled and signed in over HTTP."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from server.config import load_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing
from server.passwords import hash_password
from server.store.registered import Checkpoint, Enrolment, User, UserRole
from server.store.sqlite import open_store
from sync.encoding import uuid7
from tests.server.api.serving import Served
from tests.server.api.tablet import Tablet, new_key

PASSWORD = "đèo-Cả-2021"
CODE_LASTS_MS = 600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def a_checkpoint(name: str = "hd-ql6", province: str = "01") -> Checkpoint:
    """An active one of two lanes."""
    return Checkpoint(
        id=name,
        name=f"Chốt {name}",
        road="QL6",
        province=province,
        district="268",
        commune="",
        klass="city",
        state="active",
        hotline="113",
        lanes=("1", "2"),
    )


def prepare(data: Path, roles: Sequence[UserRole], places: Sequence[Enrolment]) -> list[str]:
    """A checkpoint, a user of each role whose login is its name, and a code for each place."""
    codes = [new_code(secrets.token_bytes(CODE_RANDOM_BYTES)) for _ in places]
    with contextlib.closing(open_store(load_config(data), KeyRing.load_or_create(data))) as store:
        store.put_checkpoint(a_checkpoint())
        hashed = hash_password(PASSWORD)
        for role in roles:
            store.put_user(User(role, role, "Trần Văn Thử", role, hashed, None, disabled=False))
        for code, place in zip(codes, places, strict=True):
            store.add_enrolment(code_hash(code), place, now_ms() + CODE_LASTS_MS)
    return codes


def enrol(server: Served, code: str) -> Tablet:
    """A tablet, by its code."""
    key, jwk = new_key()
    status, told, _ = server.call("/api/v1/devices/enrol", {"code": code, "jwk": jwk})
    assert status == 201, told
    return Tablet(told["device"], "hd-ql6", key, now_ms())


def enrol_relay(server: Served, code: str) -> Tablet:
    """A relay, by its code; with a chain like a tablet's, which is all that a token needs."""
    key, jwk = new_key()
    name = uuid7(now_ms(), secrets.token_bytes(10))
    status, told, _ = server.call("/api/v1/relay/enrol", {"code": code, "server": name, "jwk": jwk})
    assert status == 201, told
    return Tablet(name, "hd-ql6", key, now_ms())


def device_token(server: Served, device: Tablet) -> str:
    """As a device does it: try, and sign the nonce when the server gives one."""
    path = "/api/v1/auth/device-token"
    status, told, _ = server.call(path, {"assertion": device.assertion(now_ms())})
    if status == 401:
        proof = device.assertion(now_ms(), nonce=told["nonce"])
        status, told, _ = server.call(path, {"assertion": proof})
    assert status == 200, told
    return str(told["access_token"])


def user_token(server: Served, login: str) -> str:
    """By password."""
    sent = {"login": login, "password": PASSWORD}
    status, told, _ = server.call("/api/v1/auth/login", sent)
    assert status == 200, told
    return str(told["access_token"])


def bearer(token: str) -> dict[str, str]:
    """The header that carries it."""
    return {"Authorization": f"Bearer {token}"}
