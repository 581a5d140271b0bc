"""The server under test, and the device that is played at it."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import breaks
from credentials.jws import jwk_of_public_key, public_key_of_jwk
from sync.batch import batch_to_json, make_batch, sign_es256
from sync.encoding import uuid7
from sync.own import OwnEvent, outgoing
from sync.replica import Replica

PREFIX = "/api/v1"
TOKEN_S = 120
MAX_ANSWER = 64 * 1024 * 1024


class UnreachableError(Exception):
    """Nobody answers there; the message says how."""


class JudgedServer:
    """HTTP to one server. Each call is a connection of its own."""

    def __init__(self, url: str, ca: str, patience_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnreachableError("không phải địa chỉ như https://tinh.example:8443")
        self._host, self._port = parts.hostname, parts.port
        self._is_secure = parts.scheme == "https"
        self._patience_s = patience_s
        self._ca = ca or None

    def ask(
        self, method: str, path: str, body: Any = None, token: str = ""
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """(status, JSON or None, headers). Raises UnreachableError."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            with contextlib.closing(self._connection()) as connection:
                connection.request(method, PREFIX + path, data, headers)
                answer = connection.getresponse()
                text = answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(str(error)) from None
        try:
            return answer.status, json.loads(text), answer.headers
        except ValueError:
            return answer.status, None, answer.headers

    def _connection(self) -> http.client.HTTPConnection:
        if not self._is_secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._patience_s)
        context = ssl.create_default_context(cafile=self._ca)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._patience_s, context=context
        )


class Device:
    """One enrolled device: the reference client's chain, and freedom to send what is wrong."""

    def __init__(self, server: JudgedServer, made: dict[str, Any], key: Any) -> None:
        self.server = server
        self.made = made
        self.key: ec.EllipticCurvePrivateKey = key
        self.place: dict[str, Any] = made["checkpoint"]
        self.chain = Replica(
            made["device"],
            self.place["id"],
            made["server"],
            public_key_of_jwk(made["receipt_key"]),
        )
        self.token = ""

    def assertion(self, off_s: int = 0, **members: Any) -> str:
        """What proves the key, by a clock that is `off_s` wrong."""
        device, issued = self.chain.device, int(time.time()) + off_s
        claims = {
            "iss": device,
            "sub": device,
            "aud": "chot",
            "iat": issued,
            "exp": issued + TOKEN_S,
            "jti": secrets.token_hex(8),
        }
        headers = {"typ": "JWT", "kid": device}
        return jwt.encode(claims | members, self.key, algorithm="ES256", headers=headers)

    def sign_in(self) -> None:
        """A token, with a nonce where the server asks for one."""
        nonce: dict[str, Any] = {}
        for _ in range(2):
            status, data, _ = self.server.ask(
                "POST", "/auth/device-token", {"assertion": self.assertion(**nonce)}
            )
            if status == 200:
                self.token = data["access_token"]
                return
            nonce = {"nonce": str((data or {}).get("nonce", ""))}
        raise breaks(
            "T2",
            f"Không cấp mã truy cập cho chữ ký đúng: {status}.",
            f"Gives no token for a right assertion: {status}.",
        )

    def write(self, person: bool = False, **changes: Any) -> OwnEvent:
        """One more crossing in the chain; `changes` are fields of its body."""
        ms = now_ms()
        fields = {
            "lane": self.place["lane"],
            "direction": "in",
            "mode": "checked",
            "action": "passed",
        }
        kind, home = changes.pop("kind", "crossing"), changes.pop("home", None)
        return self.chain.write(
            ms,
            uuid7(ms, secrets.token_bytes(10)),
            fields | changes,
            person={"note": "Người mẫu"} if person else None,
            salt=secrets.token_bytes(16) if person else b"",
            kind=kind,
            home=home,
        )

    def batch(self, first: int, last: int) -> dict[str, Any]:
        """The signed batch of these own events."""
        events = tuple(outgoing(self.chain.own[seq], None) for seq in range(first, last + 1))
        before = self.chain.hash_at(first - 1)
        return dict(batch_to_json(make_batch(self.chain.device, first, before, events, self.sign)))

    def sign(self, text: bytes) -> bytes:
        return sign_es256(self.key, text)

    def sync(
        self, batch: dict[str, Any] | None, **members: Any
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """One request as it is given; (status, JSON, headers)."""
        if not self.token:
            self.sign_in()
        body: dict[str, Any] = {
            "protocol": 1,
            "cursor": None,
            "held_after": None,
            "feeds": [],
            "batch": batch,
            "unsent": 0 if batch is None else len(batch["events"]),
            "device_time": now_ms(),
        }
        return self.server.ask("POST", "/sync", body | members, self.token)

    def pushed(self, first: int, last: int) -> dict[str, Any]:
        """The answer to a right batch."""
        status, data, _ = self.sync(self.batch(first, last))
        if status != 200:
            raise breaks(
                "A1",
                f"Từ chối một gói đúng: {status} {(data or {}).get('code', '')}.",
                f"Refuses a right batch: {status} {(data or {}).get('code', '')}.",
                f"{first}–{last}",
            )
        answer: dict[str, Any] = data
        return answer


def enrolled(server: JudgedServer, code: str) -> Device:
    """Use up a code. Raises BrokenRuleError where it is refused."""
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = jwk_of_public_key(key.public_key())
    status, made, _ = server.ask("POST", "/devices/enrol", {"code": code, "jwk": jwk})
    if status != 201:
        raise breaks(
            "T1",
            f"Không đăng ký được: {status}. Mã còn hạn và chưa dùng?",
            f"Enrolling was refused: {status}. Is the code fresh?",
        )
    return Device(server, made, key)


def now_ms() -> int:
    """The wall clock in Unix ms."""
    return time.time_ns() // 1_000_000
