"""One walk through every operation: the examples of the API's documentation are what it saw.

`python -m tests.server.api.examples > server/api/examples.json` writes them; a test walks again and
compares. Clock, keys and chance are fixed, so that all of it, signatures too, comes out the same.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import jwt.algorithms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import credentials.jws
import sync.batch
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.packs import EVERYBODY
from server.store.registered import Enrolment
from sync.encoding import uuid7
from tests.server.api.clients import PASSWORD
from tests.server.api.conftest import START_MS, World, a_world
from tests.server.api.tablet import Tablet, new_key

TOLD_HEADERS = ("ETag", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed")
PREFIX = "/api/v1"

Examples = dict[str, list[dict[str, Any]]]


class Chance:
    """Bytes that follow from who asks, and how often he did: what others draw shifts nothing."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()

    def draw(self, count: int, depth: int = 2) -> bytes:
        """`count` bytes for the caller's caller."""
        code = sys._getframe(depth).f_code
        who = f"{Path(code.co_filename).stem}.{code.co_qualname}"
        self._asked[who] += 1
        return hashlib.shake_256(f"{who} {self._asked[who]}".encode()).digest(count)

    def token_bytes(self, count: int) -> bytes:
        return self.draw(count)

    def token_hex(self, count: int) -> str:
        return self.draw(count).hex()

    def token_urlsafe(self, count: int) -> str:
        return credentials.jws.base64url_encode(self.draw(count))

    def private_key(self, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(b"\1" + self.draw(30), "big"), curve)


@contextmanager
def nothing_by_chance() -> Iterator[None]:
    """Keys, ids, salts and signatures are the same each time, and so is the time."""
    chance = Chance()
    same = partial(ec.ECDSA, deterministic_signing=True)
    signer = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    with (
        mock.patch.object(time, "time_ns", lambda: START_MS * 1_000_000),
        mock.patch.object(secrets, "token_bytes", chance.token_bytes),
        mock.patch.object(secrets, "token_hex", chance.token_hex),
        mock.patch.object(secrets, "token_urlsafe", chance.token_urlsafe),
        mock.patch.object(ec, "generate_private_key", chance.private_key),
        mock.patch.object(sync.batch, "_ES256", same(hashes.SHA256())),
        mock.patch.object(jwt.algorithms, "ECDSA", same),
        mock.patch.object(credentials.jws, "_SIGNER", signer),
    ):
        yield


class Walk:
    """Calls operations and keeps what was sent and answered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: Examples = {}

    def call(
        self,
        operation: str,
        summary: str,
        path: str,
        body: Any = None,
        token: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **names: str,
    ) -> Any:
        """The answer's JSON. `names` fill the path; what is left of them is the query."""
        in_path = {name: value for name, value in names.items() if f"{{{name}}}" in path}
        query = {name: value for name, value in names.items() if name not in in_path}
        answer = self.world.client.open(
            PREFIX + path.format(**in_path),
            method="GET" if body is None else "POST",
            json=body,
            query_string=query,
            headers=(token or {}) | (headers or {}),
        )
        self.found.setdefault(operation, []).append(
            {
                "summary": summary,
                "parameters": in_path | query | (headers or {}),
                "request": body,
                "status": answer.status_code,
                "headers": {
                    name: answer.headers[name]
                    for name in TOLD_HEADERS
                    # What a token has left would change with every call before this one.
                    if name in answer.headers and '"token"' not in answer.headers[name]
                },
                # a file is not shown
                "response": answer.get_json() if answer.data and answer.is_json else None,
            }
        )
        return self.found[operation][-1]["response"]


def walked(folder: Path) -> Examples:
    """Every operation at least once well and, where it can fail by what is sent, once badly."""
    with nothing_by_chance(), a_world(folder) as world:
        walk = Walk(world)
        walk.call("health", "A server that is up", "/health")
        tablet, token = a_tablet(walk)
        record = a_crossing(walk, tablet, token)
        packs(walk, token)
        a_reviewer(walk, record)
        a_relay(walk)
        an_administrator(walk)
        an_approver(walk)
        an_overseer(walk)
        the_end(walk, token)
        return walk.found


def a_tablet(walk: Walk) -> tuple[Tablet, dict[str, str]]:
    """Enrols, and proves its key."""
    world = walk.world
    key, jwk = new_key()
    code = world.code()
    told = walk.call("enrol_device", "A new tablet", "/devices/enrol", {"code": code, "jwk": jwk})
    other = {"code": code, "jwk": new_key()[1]}
    walk.call("enrol_device", "A code that is used up", "/devices/enrol", other)
    tablet = Tablet(told["device"], "hd-ql6", key, world.now_ms)
    proof = {"assertion": tablet.assertion(world.now_ms)}
    token = walk.call("device_token", "A proof of the key", "/auth/device-token", proof)
    again = "The same proof again: sign the nonce"
    walk.call("device_token", again, "/auth/device-token", proof)
    return tablet, {"Authorization": f"Bearer {token['access_token']}"}


def a_crossing(walk: Walk, tablet: Tablet, token: dict[str, str]) -> str:
    """Pushes one crossing, loses the answer, pushes again, pulls."""
    record = tablet.crossing()
    sent = tablet.request(batch=tablet.batch())
    told = walk.call("sync", "One crossing, and the first page", "/sync", sent, token)
    walk.call("sync", "The same again after a lost answer", "/sync", sent, token)
    later = tablet.request(cursor=told["cursor"], held_after=told["held_after"])
    walk.call("sync", "Nothing new", "/sync", later, token)
    bad = tablet.request(batch=tablet.batch() | {"signature": "A" * 86})
    walk.call("sync", "A batch that nobody signed", "/sync", bad, token)
    walk.world.project()
    return record


def packs(walk: Walk, token: dict[str, str]) -> None:
    """The roster, and again with its ETag."""
    walk.call("pack", "The newest version", "/packs/{name}", token=token, name="hotlines")
    held = {"If-None-Match": walk.found["pack"][-1]["headers"]["ETag"]}
    walk.call("pack", "Held already", "/packs/{name}", None, token, held, name="hotlines")
    walk.call("pack", "No such pack", "/packs/{name}", token=token, name="other")


def a_reviewer(walk: Walk, record: str) -> None:
    """Logs in, searches, opens a crossing and writes what came of it."""
    walk.world.user("reviewer")
    login = {"login": "reviewer", "password": PASSWORD}
    told = walk.call("login", "With a password", "/auth/login", login)
    walk.call("login", "A wrong one", "/auth/login", login | {"password": "sai"})
    token = {"Authorization": f"Bearer {told['access_token']}"}
    wanted = {
        "purpose": "tracing",
        "reference": {"request_number": "12/YC-CDC"},
        "criteria": {"plate": "29C12345"},
    }
    key = {"Idempotency-Key": "5f2c8e1a-7b"}
    search = walk.call("open_search", "Tracing", "/searches", wanted, token, key)["id"]
    walk.call("open_search", "The same after a lost answer", "/searches", wanted, token, key)
    walk.call("open_search", "Without its reason", "/searches", wanted | {"reference": {}}, token)
    page = "/searches/{search_id}"
    walk.call("search_page", "The first page", page, token=token, search_id=search)
    walk.call("search_page", "Of nobody's search", page, token=token, search_id=record)
    one = "/crossings/{record}"
    walk.call("crossing", "Found in a search", one, token=token, record=record, search=search)
    walk.call("crossing", "Not found in it", one, token=token, record=search, search=search)
    reviews = f"{one}/reviews"
    seen = {"decision": "seen", "note": "Đã gọi lại cho lái xe"}
    walk.call("review", "Looked at", reviews, seen, token, record=record)
    walk.call("review", "No such decision", reviews, {"decision": "maybe"}, token, record=record)


def an_administrator(walk: Walk) -> None:
    """Reads figures, the report and a table from afar."""
    token = walk.world.signed_in("command")
    since, until = str(START_MS - 86_400_000), str(START_MS + 1)
    walk.call("stats", "A day", "/stats", token=token, from_ms=since, to_ms=until)
    walk.call("stats", "A window that is none", "/stats", token=token, from_ms=since, to_ms="0")
    walk.call("report", "The cut-off that comes", "/report", token=token, checkpoint="hd-ql6")
    walk.call("report", "No such checkpoint", "/report", token=token, checkpoint="nowhere")
    for summary, to_ms in (("A day of goods", until), ("A window that is none", "0")):
        flow = "/goods-flow"
        walk.call("goods_flow", summary, flow, token=token, from_ms=since, to_ms=to_ms)
    table = "/exports/{table}"
    for name, summary in (("goods", "Goods as CSV"), ("people", "No such table")):
        walk.call("export", summary, table, token=token, table=name, from_ms=since, to_ms=until)


def an_approver(walk: Walk) -> None:
    """Takes files that name people, and says why."""
    token = walk.world.signed_in("approver")
    since, until = START_MS - 86_400_000, START_MS + 1
    window = {"from_ms": since, "to_ms": until}
    why = {"purpose": "truy vết", "case": "12/CV-CDC"}
    unmasked = "/exports/{table}/unmasked"
    for summary, wanted in (("Passengers with their names", window | why), ("No reason", window)):
        walk.call("export_unmasked", summary, unmasked, wanted, token, table="passengers")
    given = {"communes": ["2021-22910"], "recipient": "Tổ COVID thôn Lạc Nghiệp"}
    walk.call("arrivals", "The list of a commune", "/arrivals", window | given, token)
    nowhere = window | given | {"communes": ["2021-99999"]}
    walk.call("arrivals", "No such commune", "/arrivals", nowhere, token)


def an_overseer(walk: Walk) -> None:
    """Answers for the server: who looked at what, and what it lacks."""
    token = walk.world.signed_in("admin")
    wanted = {"who": "reviewer", "what": "search", "last": 2, "verify": True}
    walk.call("read_audit", "Who searched", "/audit", wanted, token)
    walk.call("read_audit", "More than there are at once", "/audit", {"last": 9999}, token)
    room = shutil._ntuple_diskusage(100 << 30, 40 << 30, 60 << 30)
    with mock.patch.object(shutil, "disk_usage", lambda _: room):
        walk.call("doctor", "What a server lacks", "/doctor", token=token)


def a_relay(walk: Walk) -> None:
    """A mini-PC beside a checkpoint: enrols, hands up, is handed down."""
    world = walk.world
    key, jwk = new_key()
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    place = Enrolment("hd-ql6", "", "mini-PC", "relay", ("hd-ql6",))
    world.context.store.add_enrolment(code_hash(code), place, world.now_ms + 600_000)
    server = uuid7(world.now_ms, secrets.token_bytes(10))
    wanted = {"code": code, "server": server, "jwk": jwk, "name": "mini-PC"}
    walk.call("enrol_relay", "A new relay", "/relay/enrol", wanted)
    other = wanted | {"server": uuid7(world.now_ms, secrets.token_bytes(10))}
    walk.call("enrol_relay", "A code that is used up", "/relay/enrol", other)
    token = world.token(Tablet(server, "hd-ql6", key, world.now_ms))
    up = {"protocol": 1, "batches": [], "device_time": world.now_ms}
    walk.call("hand_up", "Nothing to hand up: contact", "/relay", up, token)
    walk.call("hand_up", "Another protocol", "/relay", up | {"protocol": 9}, token)
    feed = {"protocol": 1, "cursor": None}
    walk.call("hand_down", "The first page", "/relay/feed", feed, token)
    walk.call("hand_down", "A bad cursor", "/relay/feed", feed | {"cursor": "x"}, token)
    pack = "/relay/packs/{name}"
    walk.call(
        "relay_pack", "The newest version", pack, None, token, name="hotlines", scope=EVERYBODY
    )
    held = {"If-None-Match": walk.found["relay_pack"][-1]["headers"]["ETag"]}
    walk.call(
        "relay_pack", "Held already", pack, None, token, held, name="hotlines", scope=EVERYBODY
    )


def the_end(walk: Walk, token: dict[str, str]) -> None:
    """The tablet holds nothing any longer."""
    walk.call("device_wiped", "Nothing was lost", "/devices/wiped", {"dropped": 0}, token)
    walk.call("device_wiped", "Not a number", "/devices/wiped", {"dropped": "x"}, token)


def as_text(examples: Examples) -> str:
    """As it stands in the file."""
    return json.dumps(examples, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.stdout.write(as_text(walked(Path(made) / "data")))
