"""The tablets of the stateful test: one life is one disk that is written to, with its clock."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import sign_es256
from sync.errors import SyncError
from sync.own import Request, Seal
from sync.replica import Replica
from sync.retry import failure_of_status
from sync.seal import seal, wrap_content_key
from tests.sync.stateful.node import Node, Reply

PREFIX = "/api/v1"


@dataclass(slots=True)
class Flight:
    """One request on its way, or its answer on the way back."""

    life: Life
    request: Request
    data: bytes
    headers: dict[str, str]
    reply: Reply | None = None


@dataclass(slots=True, eq=False)
class Life:
    """A disk in use. A clone is a second life of the same device."""

    name: str
    replica: Replica
    key: ec.EllipticCurvePrivateKey
    sealing_key: ec.EllipticCurvePublicKey
    rng: random.Random
    skew_ms: int = 0
    locked: bool = False
    token: str | None = None
    saved: set[bytes] = field(default_factory=set)
    """Hashes of all that this disk was told to keep, whatever became of it."""
    acknowledged: set[bytes] = field(default_factory=set)
    """Hashes under a receipt it believed."""
    stuck: str | None = None
    """The code for which the last whole answer was refused."""

    def wall(self, now_ms: int) -> int:
        """What this device's clock says at a true time."""
        return now_ms + self.skew_ms

    def sign(self, text: bytes) -> bytes:
        return sign_es256(self.key, text)

    def depart(self, node: Node, now_ms: int) -> Flight | None:
        """Make the next request; None where no token could be had."""
        if self.token is None and not self._fetch_token(node, now_ms):
            return None
        request = self.replica.request(
            self.wall(now_ms),
            self.sign,
            seal=self._seal() if self.locked else None,
            pulls=not self.locked,
        )
        data = json.dumps(request.body, ensure_ascii=False).encode()
        return Flight(self, request, data, {"Authorization": f"Bearer {self.token}"})

    def arrive(self, flight: Flight, now_ms: int) -> bool:
        """Take the answer in; whether there is more to fetch."""
        reply = flight.reply
        if reply is None:
            self.replica.failed("timeout", 0.5)
            return False
        failure = failure_of_status(reply.status)
        if failure is not None:
            if failure == "auth":
                self.token = None
            self.replica.failed(failure, 0.5)
            return False
        try:
            data = json.loads(reply.data)
        except ValueError:
            self.replica.failed("offline", 0.5)
            return False
        try:
            heard = self.replica.answer(flight.request, data, self.wall(now_ms))
        except SyncError as error:
            self.stuck = error.code
            return False
        self.stuck = None
        own, through = self.replica.own, self.replica.through
        self.acknowledged |= {own[seq].hash for seq in range(1, through + 1)}
        for name, version in heard.packs.items():
            self.replica.packs[name] = version
        return heard.more

    def _fetch_token(self, node: Node, now_ms: int) -> bool:
        nonce: dict[str, str] = {}
        for _ in range(2):
            data = json.dumps({"assertion": self._assertion(now_ms, nonce)}).encode()
            reply = node.post(f"{PREFIX}/auth/device-token", data, {})
            told = json.loads(reply.data)
            if reply.status == 200:
                self.token = told["access_token"]
                return True
            nonce = {"nonce": told["nonce"]} if "nonce" in told else {}
        return False

    def _assertion(self, now_ms: int, claims: dict[str, str]) -> str:
        device, issued = self.replica.device, self.wall(now_ms) // 1000
        standard = {"iss": device, "sub": device, "aud": "chot", "iat": issued, "exp": issued + 120}
        return jwt.encode(
            {**standard, "jti": secrets.token_urlsafe(12), **claims},
            self.key,
            algorithm="ES256",
            headers={"typ": "JWT", "kid": device},
        )

    def _seal(self) -> Seal:
        content_key = secrets.token_bytes(32)
        ephemeral = ec.generate_private_key(ec.SECP256R1())
        wrapped = wrap_content_key(content_key, self.sealing_key, ephemeral)
        return lambda person, committed: seal(
            person, content_key, wrapped, secrets.token_bytes(12), committed
        )
