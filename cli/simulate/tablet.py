"""A software tablet on a wire: the reference client (`sync/replica.py`) with a key and a clock."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from cli.simulate.wire import Fate, Post
from credentials.jws import jwk_of_public_key, public_key_of_jwk
from server.store.log.record import policies
from sync.batch import sign_es256
from sync.fold import Known, Seen, fold, known_event
from sync.own import Request, known_own
from sync.replica import Replica

_RECORD = re.compile(r'"record":"([0-9a-f-]{36})"')
TOKEN_S = 120


class RefusedError(Exception):
    """The server refused what a tablet of this version sends: the simulation is wrong, or it is."""


@dataclass(slots=True)
class SimTablet:
    """One device. `skew_ms`: its clock minus the right time. `watched`: the records whose events
    it keeps track of, shared by all tablets."""

    replica: Replica
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    post: Post
    watched: Collection[str]
    skew_ms: int = 0
    token: str = field(default="", repr=False)
    late: tuple[Request, Any] | None = None
    duplicates: int = 0
    acknowledged: int = 0
    assertions: int = 0
    known: dict[str, set[tuple[str, int]]] = field(default_factory=dict)

    @staticmethod
    def enrol(
        post: Post,
        code: str,
        checkpoint: str,
        key: ec.EllipticCurvePrivateKey,
        watched: Collection[str],
        skew_ms: int = 0,
    ) -> SimTablet:
        """Use up a code, as a tablet does; it pins the server's name and receipt key."""
        jwk = jwk_of_public_key(key.public_key())
        status, data = post("/devices/enrol", {"code": code, "jwk": jwk}, "")
        if status != 201:
            raise RefusedError(f"enrolment: {status} {data}")
        receipt_key = public_key_of_jwk(data["receipt_key"])
        replica = Replica(data["device"], checkpoint, data["server"], receipt_key)
        return SimTablet(replica, key, post, watched, skew_ms)

    def exchange(self, now_ms: int, pulls: bool, fate: Fate) -> bool:
        """One round trip at the right time `now_ms`; whether its answer was taken in."""
        replica = self.replica
        request = replica.request(
            now_ms + self.skew_ms, lambda text: sign_es256(self.key, text), pulls=pulls
        )
        if fate == "request_lost":
            replica.failed("offline", 0.5)
            return False
        data = self._send(request.body, now_ms)
        if fate == "sent_twice":
            data = self._send(request.body, now_ms)
        if fate in ("answer_lost", "cut", "answer_late"):
            if fate == "answer_late":
                self.late = (request, data)
            replica.failed("timeout" if fate == "answer_lost" else "offline", 0.5)
            return False
        self._hear(request, data, now_ms)
        if self.late is not None:
            (stale, overtaken), self.late = self.late, None
            self._hear(stale, overtaken, now_ms)
        return True

    def drained(self, more: bool) -> bool:
        """Whether all it wrote was answered and all it is given was taken."""
        return self.replica.unsent == 0 and not more

    def note_own(self, record: str, seq: int) -> None:
        """Keep track of an own event of a watched record."""
        self.known.setdefault(record, set()).add((self.replica.device, seq))

    def seen(self, record: str) -> Seen | None:
        """A watched record as this tablet's officer sees it; None where it has not come yet."""
        events = [one for key in self.known.get(record, ()) if (one := self._known(*key))]
        return fold(events, policies).get(record)

    def _known(self, device: str, seq: int) -> Known | None:
        if device == self.replica.device:
            return known_own(device, self.replica.own[seq])
        one = self.replica.pulled.get((device, seq))
        if one is None:
            return None
        return known_event(one.author, one.seq, one.order, one.authority, one.body, one.person)

    def _hear(self, request: Request, data: Any, now_ms: int) -> None:
        self.replica.answer(request, data, now_ms + self.skew_ms)
        self.acknowledged = max(self.acknowledged, min(self.replica.through, self.replica.answered))
        for run in data["runs"]:
            for seq, body in enumerate(run["bodies"], run["first"]):
                found = _RECORD.search(body)
                if found is not None and found[1] in self.watched:
                    self.known.setdefault(found[1], set()).add((run["device"], seq))

    def _send(self, body: dict[str, Any], now_ms: int) -> Any:
        for _ in range(3):
            status, data = self.post("/sync", body, self.token)
            if status == 200:
                break
            if status != 401:
                raise RefusedError(f"sync: {status} {data}")
            self._authenticate(now_ms)
        else:
            raise RefusedError("sync: 401 with a fresh token")
        self.duplicates += sum(one["state"] == "duplicate" for one in data["results"])
        for run in data["runs"]:
            # The same text goes to every tablet of a checkpoint: kept once.
            run["device"] = sys.intern(run["device"])
            run["bodies"] = [sys.intern(body) for body in run["bodies"]]
            if "persons" in run:
                persons = run["persons"]
                run["persons"] = [None if one is None else sys.intern(one) for one in persons]
        return data

    def _authenticate(self, now_ms: int) -> None:
        nonce: dict[str, str] = {}
        for _ in range(3):
            assertion = {"assertion": self._assertion(now_ms, nonce)}
            status, data = self.post("/auth/device-token", assertion, "")
            if status == 200:
                self.token = data["access_token"]
                return
            nonce = {"nonce": data.get("nonce", "")}
        raise RefusedError(f"token: {status} {data}")

    def _assertion(self, now_ms: int, nonce: dict[str, str]) -> str:
        self.assertions += 1
        device, issued = self.replica.device, (now_ms + self.skew_ms) // 1000
        claims = {
            "iss": device,
            "sub": device,
            "aud": "chot",
            "iat": issued,
            "exp": issued + TOKEN_S,
            "jti": f"{issued}-{self.assertions}",
        }
        headers = {"typ": "JWT", "kid": device}
        return jwt.encode(claims | nonce, self.key, algorithm="ES256", headers=headers)
