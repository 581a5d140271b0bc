"""Servers above one another in one process: real applications and logs, HTTP by test clients."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient

from server.app import create_app
from server.config import Config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing
from server.relay.follower import Follower
from server.relay.joining import join
from server.relay.state import Upstream, read_upstream
from server.relay.wire import UpstreamError
from server.store.registered import Checkpoint, Device, Enrolment
from server.store.sqlite import SqliteStore, open_store
from sync.retry import failure_of_status
from tests.server.api.conftest import START_MS, World

URL = "https://tren.example"


def place(name: str, district: str = "268") -> Checkpoint:
    """A synthetic checkpoint."""
    return Checkpoint(
        id=name,
        name=f"Chốt {name}",
        road="QL1",
        province="58",
        district=district,
        commune="",
        klass="city",
        state="active",
        hotline="113",
        lanes=("1", "2"),
    )


@dataclass(slots=True)
class ClientWire:
    """The line to an upstream in this process. `sent` are the requests it carried, as JSON.

    `change` may replace an answer, `meets` says what happens to the next requests:
    "request_lost", "answer_lost" or a status.
    """

    client: FlaskClient
    token: str = ""
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    meets: list[str | int] = field(default_factory=list)
    change: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._said("POST", path, json.loads(json.dumps(body)))

    def get(self, path: str) -> dict[str, Any]:
        return self._said("GET", path, None)

    def authenticate(
        self, device: str, key: ec.EllipticCurvePrivateKey, clock: Callable[[], int]
    ) -> None:
        issued = clock() // 1000
        claims = {"iss": device, "sub": device, "aud": "chot", "iat": issued, "exp": issued + 60}
        claims |= {"jti": secrets.token_urlsafe(12)}
        headers = {"typ": "JWT", "kid": device}
        assertion = jwt.encode(claims, key, algorithm="ES256", headers=headers)
        self.token = self.post("/auth/device-token", {"assertion": assertion})["access_token"]

    def close(self) -> None:
        pass

    def batches(self) -> list[tuple[str, int, int]]:
        """(device, first, count) of every batch that went up."""
        return [
            (one["batch"]["device"], one["batch"]["first"], len(one["batch"]["events"]))
            for path, body in self.sent
            if path == "/relay"
            for one in body["batches"]
        ]

    def _said(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        meets = self.meets.pop(0) if self.meets else None
        if meets == "request_lost":
            raise UpstreamError("offline", "upstream.offline")
        if isinstance(meets, int):
            kind = failure_of_status(meets)
            assert kind is not None
            raise UpstreamError(kind, "request.too_large" if meets == 413 else "server.busy")
        self.sent.append((path, body or {}))
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        data = answer.get_json()
        failure = failure_of_status(answer.status_code)
        if failure is not None:
            raise UpstreamError(failure, data["code"], 0, data)
        if meets == "answer_lost":
            raise UpstreamError("timeout", "upstream.timeout")
        return data if self.change is None else self.change(path, data)


@dataclass(slots=True)
class Node:
    """One server, and where it has an upstream, its follower and the line to it."""

    world: World
    wire: ClientWire | None = None
    follower: Follower | None = None

    @property
    def store(self) -> SqliteStore:
        store = self.world.context.store
        assert isinstance(store, SqliteStore)
        return store

    @property
    def line(self) -> ClientWire:
        assert self.wire is not None
        return self.wire

    @property
    def upstream(self) -> Upstream:
        found = read_upstream(self.store)
        assert found is not None
        return found

    def round(self) -> str:
        """One round; the code it ended with, "" where it went well."""
        assert self.follower is not None
        try:
            self.follower.round()
        except UpstreamError as error:
            self.follower.note(error.code)
            return error.code
        self.follower.note("")
        return ""

    def device(self, device: str) -> Device:
        found = self.store.device(device)
        assert found is not None
        return found

    def refs(self) -> list[str]:
        """Every event that the log holds accepted, of every device, sorted."""
        found: list[str] = []
        for feed in {one.id for one in self.store.checkpoints()}:
            page = self.store.pull([feed], 0, 10_000, persons=False)
            found += [f"{one.device}:{one.seq}" for one in page.events]
        return sorted(found)

    def persons(self) -> dict[str, str | None]:
        """The person text of each event."""
        places = sorted(one.id for one in self.store.checkpoints())
        page = self.store.pull(places, 0, 10_000, persons=True)
        return {f"{one.device}:{one.seq}": one.person for one in page.events}


def relay_code(upstream: Node, *checkpoints: str, minutes: int = 30) -> str:
    """A fresh code for a relay of these checkpoints."""
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    enrolment = Enrolment(checkpoints[0], "", "mini", "relay", tuple(checkpoints))
    expires_ms = upstream.world.now_ms + minutes * 60_000
    upstream.store.add_enrolment(code_hash(code), enrolment, expires_ms)
    return code


@contextmanager
def home(folder: Path, *checkpoints: str, **settings: Any) -> Iterator[Node]:
    """A home server with these checkpoints."""
    with contextlib.closing(open_store(Config(folder))) as store:
        for name in checkpoints:
            store.put_checkpoint(place(name))
    with _served(Config(folder, **settings)) as world:
        yield Node(world)


@contextmanager
def relay(folder: Path, upstream: Node, *checkpoints: str) -> Iterator[Node]:
    """A relay of `upstream` for these checkpoints; its follower has not run yet."""
    config = Config(folder, level="relay", upstream=URL)
    if not (folder / "log.db").exists():
        keys = KeyRing.load_or_create(folder)
        with contextlib.closing(open_store(config, keys)) as store:
            wire = ClientWire(upstream.world.client)
            code = relay_code(upstream, *checkpoints)
            join(store, keys, wire, URL, code, "mini", upstream.world.now_ms)
    with _served(config) as world:
        yield linked(Node(world), upstream)


def linked(node: Node, upstream: Node) -> Node:
    """`node` with a follower whose line leads to `upstream`."""
    wire = ClientWire(upstream.world.client)
    context = node.world.context
    node.wire = wire
    node.follower = Follower(
        context.store, context.keys, node.upstream, wire, lambda: node.world.now_ms
    )
    return node


@contextmanager
def _served(config: Config) -> Iterator[World]:
    made: list[World] = []
    app = create_app(config, clock=lambda: made[0].now_ms if made else START_MS)
    world = World(app, app.test_client(), START_MS)
    made.append(world)
    try:
        yield world
    finally:
        world.context.store.close()
