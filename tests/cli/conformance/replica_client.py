"""`sync/replica.py` with a wire, a clock and a thread: an application that syncs by itself."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import secrets
import threading
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from credentials.pack import PackError, verify_pack
from sync.batch import sign_es256
from sync.encoding import uuid7
from sync.errors import SyncError
from sync.replica import Replica
from sync.retry import failure_of_status

POLL_S = 0.3


class ReplicaClient:
    """One device; `sync` and `write` wake it, failures have it wait as long as the replica says."""

    lasting = True
    idle = False

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._over = False
        self._thread: threading.Thread | None = None
        self._replica: Replica
        self._port = 0
        self._root: dict[str, str] = {}
        self._token = ""
        self.alerts: set[str] = set()

    def enrol(self, url: str, code: str) -> None:
        self._port = int(url.rpartition(":")[2])
        jwk = jwk_of_public_key(self._key.public_key())
        status, made, _ = self._post("/devices/enrol", {"code": code, "jwk": jwk})
        assert status == 201, made
        place, self._root = made["checkpoint"]["id"], made["root_key"]
        self._lane = made["checkpoint"]["lane"]
        receipt_key = public_key_of_jwk(made["receipt_key"])
        self._replica = Replica(made["device"], place, made["server"], receipt_key)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, count: int) -> None:
        for _ in range(count):
            now_ms = _now_ms()
            fields = {"lane": self._lane, "direction": "in", "mode": "checked", "action": "passed"}
            with self._lock:
                self._replica.write(
                    now_ms,
                    uuid7(now_ms, secrets.token_bytes(10)),
                    fields,
                    person={"note": "Người mẫu"},
                    salt=secrets.token_bytes(16),
                )
        self._wake.set()

    def sync(self) -> None:
        self._wake.set()

    def close(self) -> None:
        self._over = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(20)

    def _run(self) -> None:
        while not self._over:
            wait_s = self._round()
            if wait_s > POLL_S:
                # Of the waits after failures only a person may cut what the server asked for.
                time.sleep(wait_s)
            else:
                self._wake.wait(POLL_S)
            self._wake.clear()

    def _round(self) -> float:
        """One round trip; how many seconds to wait after it."""
        replica = self._replica
        with self._lock:
            request = replica.request(_now_ms(), lambda text: sign_es256(self._key, text))
        try:
            status, data, retry_ms = self._post("/sync", request.body, self._token)
        except (OSError, http.client.HTTPException):
            return replica.failed("offline", self._rng.random()) / 1000
        if status != 200:
            if status == 401:
                self._authenticate()
                return 0.0
            failure = failure_of_status(status) or "later"
            return replica.failed(failure, self._rng.random(), retry_ms) / 1000
        try:
            with self._lock:
                heard = replica.answer(request, data, _now_ms())
        except SyncError as error:
            self.alerts.add(error.code)
            return replica.failed("later", self._rng.random()) / 1000
        self.alerts |= set(heard.alerts)
        for name, version in heard.packs.items():
            self._fetch(name, version)
        return 0.0

    def _fetch(self, name: str, version: int) -> None:
        status, pack = self._ask("GET", f"/packs/{name}", None, self._token)[:2]
        if status != 200:
            return
        try:
            payload = verify_pack(pack["jws"], self._root, _now_ms())
        except PackError:
            self.alerts.add("pack.signature")
            return
        if payload.name != name or payload.version < version:
            self.alerts.add("pack.rollback")
            return
        with self._lock:
            self._replica.packs = self._replica.packs | {name: payload.version}

    def _authenticate(self) -> None:
        nonce: dict[str, str] = {}
        for _ in range(2):
            now_s, device = int(time.time()), self._replica.device
            claims = {"iss": device, "sub": device, "aud": "chot", "iat": now_s,
                      "exp": now_s + 120, "jti": secrets.token_hex(8), **nonce}  # fmt: skip
            headers = {"typ": "JWT", "kid": device}
            signed = jwt.encode(claims, self._key, algorithm="ES256", headers=headers)
            status, data, _ = self._post("/auth/device-token", {"assertion": signed})
            if status == 200:
                self._token = data["access_token"]
                return
            nonce = {"nonce": data.get("nonce", "")}

    def _post(self, path: str, body: Any, token: str = "") -> tuple[int, Any, int]:
        return self._ask("POST", path, body, token)

    def _ask(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any, int]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        ) as connection:
            connection.request(method, f"/api/v1{path}", text, headers)
            answer = connection.getresponse()
            retry_ms = int(answer.headers.get("Retry-After", 0)) * 1000
            return answer.status, json.loads(answer.read()), retry_ms


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
