"""The line to an upstream: HTTP of the standard library, bounded, over TLS, no redirect followed.

A relay proves itself as a tablet does, by an assertion of its signing key (RFC 7523).
"""

from __future__ import annotations

import gzip
import http.client
import json
import secrets
import ssl
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from server.tokens import ASSERTION_AUDIENCE
from sync.retry import Failure, failure_of_status

TIMEOUT_S = 60.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
ASSERTION_S = 120
TOKEN_TRIES = 3
GZIP_FROM_BYTES = 1024
_PREFIX = "/api/v1"


class UpstreamError(Exception):
    """A round with the upstream that failed. `code` is its problem code, or one of ours.

    `kind` says what to do next (`sync/retry.py`); `members` are the refusal's own.
    """

    def __init__(
        self,
        kind: Failure,
        code: str,
        retry_after_ms: int = 0,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.kind: Failure = kind
        self.code = code
        self.retry_after_ms = retry_after_ms
        self.members = members or {}


class UpstreamWire:
    """One connection to one upstream; one thread at a time. Kept open between requests."""

    def __init__(self, url: str, ca_file: str = "") -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._tls = (
            ssl.create_default_context(cafile=ca_file or None) if parts.scheme == "https" else None
        )
        self._connection: http.client.HTTPConnection | None = None
        self._token = ""

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON object that answers one request; UpstreamError for everything else."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        headers = {"Content-Type": "application/json"}
        if len(text) >= GZIP_FROM_BYTES:
            text, headers = gzip.compress(text, 6, mtime=0), headers | {"Content-Encoding": "gzip"}
        return self._said("POST", path, text, headers)

    def get(self, path: str) -> dict[str, Any]:
        """As `post`."""
        return self._said("GET", path, None, {})

    def authenticate(
        self, device: str, key: ec.EllipticCurvePrivateKey, clock: Callable[[], int]
    ) -> None:
        """Get a token for `device`; where this clock is far off, by the nonce that is offered."""
        nonce: dict[str, str] = {}
        for _ in range(TOKEN_TRIES):
            issued = clock() // 1000
            claims = {
                "iss": device,
                "sub": device,
                "aud": ASSERTION_AUDIENCE,
                "iat": issued,
                "exp": issued + ASSERTION_S,
                "jti": secrets.token_urlsafe(16),
            }
            headers = {"typ": "JWT", "kid": device}
            assertion = jwt.encode(claims | nonce, key, algorithm="ES256", headers=headers)
            try:
                answer = self.post("/auth/device-token", {"assertion": assertion})
            except UpstreamError as error:
                if error.code != "auth.assertion" or not isinstance(
                    error.members.get("nonce"), str
                ):
                    raise
                nonce = {"nonce": error.members["nonce"]}
                continue
            self._token = str(answer.get("access_token", ""))
            return
        raise UpstreamError("auth", "auth.assertion")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _said(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        sent = headers | {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        try:
            status, raw, got = self._once(method, path, data, sent)
        except TimeoutError:
            self.close()
            raise UpstreamError("timeout", "upstream.timeout") from None
        except (OSError, http.client.HTTPException, zlib.error, EOFError) as error:
            self.close()
            code = "upstream.tls" if isinstance(error, ssl.SSLError) else "upstream.offline"
            raise UpstreamError("offline", code) from None
        failure = failure_of_status(status)
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise UpstreamError(failure or "offline", "upstream.answer")
        if failure is None:
            return answer
        if failure == "auth":
            self._token = ""
        after = got.get("Retry-After", "")
        raise UpstreamError(
            failure,
            str(answer.get("code", "upstream.answer")),
            int(after) * 1000 if after.isdigit() and len(after) < 6 else 0,
            answer,
        )

    def _once(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        fresh = self._connection is None
        connection = self._connection or self._connected()
        try:
            connection.request(method, _PREFIX + path, data, headers)
            answer = connection.getresponse()
        except (ConnectionError, http.client.BadStatusLine):
            # The upstream may have closed a connection that was idle: said again, once.
            self.close()
            if fresh:
                raise
            return self._once(method, path, data, headers)
        raw = answer.read(MAX_ANSWER_BYTES + 1)
        if answer.headers.get("Content-Encoding") == "gzip":
            inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
            raw = inflater.decompress(raw, MAX_ANSWER_BYTES + 1)
            if not inflater.eof:
                raise EOFError
        if len(raw) > MAX_ANSWER_BYTES:
            raise EOFError
        return answer.status, raw, answer.headers

    def _connected(self) -> http.client.HTTPConnection:
        if self._tls is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        else:
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=TIMEOUT_S, context=self._tls
            )
        return self._connection
