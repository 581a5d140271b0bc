"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a lost answer is asked for again.

What writes and has no number of its own by which a repeat is known (as events have theirs) takes
the header (`server/idempotent.py`). The answer is kept in memory for a day, with what was asked;
after a restart the same request counts as new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from server.problems import ProblemError

LIFETIME_MS = 24 * 3_600_000
MAX_KEPT = 10_000


@dataclass(slots=True)
class Kept:
    """One request under a key; `answer` is None while it runs."""

    asked: bytes
    at_ms: int
    answer: Any = None


class Repeats:
    """Answers by (user, key); the oldest make room. Safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: str, key: str, asked: bytes, now_ms: int) -> Any:
        """The answer that was given; None: this one runs first, and ends with `done` or `failed`.

        ProblemError "request.reused" where the key stood with another request, and
        "request.running" while that one runs.
        """
        with self._lock:
            kept = self._kept.get((user, key))
            if kept is None or now_ms - kept.at_ms > LIFETIME_MS:
                self._kept[user, key] = Kept(asked, now_ms)
                self._kept.move_to_end((user, key))
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
                return None
        if kept.asked != asked:
            raise ProblemError("request.reused")
        if kept.answer is None:
            raise ProblemError("request.running", headers={"Retry-After": "1"})
        return kept.answer

    def done(self, user: str, key: str, answer: Any) -> None:
        """Keep what a repeat is told."""
        with self._lock:
            kept = self._kept.get((user, key))
            if kept is not None:
                kept.answer = answer

    def failed(self, user: str, key: str) -> None:
        """Nothing was done: the same key may try again."""
        with self._lock:
            self._kept.pop((user, key), None)
