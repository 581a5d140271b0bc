"""What lies between a tablet and its server: HTTP on loopback, and what may happen to a message."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
from collections.abc import Callable
from typing import Any, Literal

from cli.simulate.process import HOST, ServerProcess

Fate = Literal["fine", "request_lost", "answer_lost", "answer_late", "cut", "sent_twice"]
_FATES: tuple[tuple[Fate, int], ...] = (
    ("fine", 82),
    ("request_lost", 4),
    ("answer_lost", 4),
    ("answer_late", 4),
    ("cut", 2),
    ("sent_twice", 4),
)
"""Of a hundred requests; kills come on top."""

Post = Callable[[str, Any, str], tuple[int, Any]]
"""(path, JSON body, access token or "") → (status, JSON)."""

TIMEOUT_S = 60.0
MAX_TRIES = 50


class TooManyRequestsError(Exception):
    """The simulation used up the requests it was given."""


class Budget:
    """How many requests a simulation may make in all; safe from any thread."""

    def __init__(self, requests: int) -> None:
        self._requests = requests
        self._counter = itertools.count(1)
        self._lock = threading.Lock()
        self.used = 0

    def take(self) -> None:
        with self._lock:
            self.used = next(self._counter)
        if self.used > self._requests:
            raise TooManyRequestsError(str(self._requests))


class Wire:
    """One tablet's connection. A server that dies under a request is waited for and asked again."""

    def __init__(self, server: ServerProcess, budget: Budget) -> None:
        self._server = server
        self._budget = budget
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: Any, token: str) -> tuple[int, Any]:
        """One request; said again while nobody answers it whole."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        for _ in range(MAX_TRIES):
            self._budget.take()
            self._server.wait_up()
            try:
                return self._once(path, text, headers)
            except (OSError, http.client.HTTPException):
                self.close()
        raise ConnectionError(f"no answer to {path} in {MAX_TRIES} tries")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _once(self, path: str, text: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                HOST, self._server.port, timeout=TIMEOUT_S
            )
        self._connection.request("POST", f"/api/v1{path}", text, headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())


def fate(rng: random.Random, chaos: bool) -> Fate:
    """What happens to the next request of a tablet."""
    if not chaos:
        return "fine"
    return rng.choices([one for one, _ in _FATES], [weight for _, weight in _FATES])[0]
