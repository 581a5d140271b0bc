"""A served chot with one crossing, and a bearer token of everybody that its API knows."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from server.config import Config, load_config, save_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing
from server.passwords import hash_password
from server.store.registered import Checkpoint, Enrolment, User, UserRole
from server.store.sqlite import open_store
from sync.encoding import uuid7
from tests.server.api.serving import Served, served
from tests.server.api.tablet import Tablet, new_key

PASSWORD = "đèo-Cả-2021"
ROLES: tuple[UserRole, ...] = get_args(UserRole)
PLATE = "29C12345"
TOOLS = Path(__file__).parents[2] / "build" / "api-tools" / "bin"


@dataclass(slots=True)
class Live:
    """The server; `tokens` by "nobody", "tablet", "relay" and each role; the one crossing."""

    server: Served
    record: str = ""
    tokens: dict[str, str] = field(default_factory=lambda: {"nobody": ""})


@contextmanager
def live(folder: Path) -> Iterator[Live]:
    """A server on fresh data in `folder`."""
    codes = prepare(folder / "data")
    with served(folder / "data") as server:
        made = Live(server)
        tablet = enrolled(server, codes["tablet"])
        made.tokens["tablet"] = device_token(server, tablet)
        made.record = tablet.crossing(plate=PLATE)
        bearer = {"Authorization": f"Bearer {made.tokens['tablet']}"}
        status, told, _ = server.call("/api/v1/sync", tablet.request(batch=tablet.batch()), bearer)
        assert (status, told["results"][0]["state"]) == (200, "accepted")
        made.tokens["relay"] = device_token(server, a_relay(server, codes["relay"]))
        for role in ROLES:
            made.tokens[role] = user_token(server, role)
        yield made


def prepare(data: Path) -> dict[str, str]:
    """A checkpoint, a user of each role, a code for a tablet and one for a relay."""
    codes = {}
    # Who tries everything asks more than anybody: 429 would be all that it sees.
    save_config(Config(data, requests_per_minute={"device": 1_000_000, "user": 1_000_000}))
    with contextlib.closing(open_store(load_config(data), KeyRing.load_or_create(data))) as store:
        store.put_checkpoint(
            Checkpoint(
                id="hd-ql6",
                name="Quốc lộ 6",
                road="QL6",
                province="01",
                district="268",
                commune="",
                klass="city",
                state="active",
                hotline="113",
                lanes=("1", "2"),
            )
        )
        hashed = hash_password(PASSWORD)
        for role in ROLES:
            store.put_user(User(role, role, "Trần Văn Thử", role, hashed, None, disabled=False))
        for kind in ("tablet", "relay"):
            codes[kind] = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
            place = (
                Enrolment("hd-ql6", "1", "máy 1")
                if kind == "tablet"
                else Enrolment("hd-ql6", "", "mini", "relay", ("hd-ql6",))
            )
            store.add_enrolment(code_hash(codes[kind]), place, now_ms() + 600_000)
    return codes


def enrolled(server: Served, code: str) -> Tablet:
    """A tablet, by its code."""
    key, jwk = new_key()
    status, told, _ = server.call("/api/v1/devices/enrol", {"code": code, "jwk": jwk})
    assert status == 201, told
    return Tablet(told["device"], "hd-ql6", key, now_ms())


def a_relay(server: Served, code: str) -> Tablet:
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


def now_ms() -> int:
    return time.time_ns() // 1_000_000
