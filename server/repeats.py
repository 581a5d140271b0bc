"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a lost answer is asked for again.

What writes and has no number of its own by which a repeat is known (as events have theirs) takes
the header (`server/idempotent.py`). What was done is in the log, in the transaction that did it
(`server/store/once.py`); which requests still run is known here, and to this process only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from server.problems import ProblemError
from server.store.once import Asked


class Repeats:
    """The requests under a key that run now, and the key their digests are made with."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._running: set[bytes] = set()
        self._lock = threading.Lock()

    def asked(self, user: str, key: str, request: str, now_ms: int) -> Asked:
        """`request` is all that makes it this one: operation, path and what was given."""
        return Asked(self._digest("key", [user, key]), self._digest("request", request), now_ms)

    @contextmanager
    def running(self, asked: Asked) -> Iterator[None]:
        """ProblemError "request.running" while another one under this key is inside."""
        with self._lock:
            if asked.key in self._running:
                raise ProblemError("request.running", headers={"Retry-After": "1"})
            self._running.add(asked.key)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(asked.key)

    def _digest(self, what: str, value: object) -> bytes:
        text = json.dumps([what, value], ensure_ascii=False, separators=(",", ":"))
        return hmac.digest(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
