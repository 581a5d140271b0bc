"""Counting failures in memory, per key and bounded: what slows down guessing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

WINDOW_MS = 5 * 60_000
MAX_KEYS = 10_000
FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit by the name that the RateLimit headers and the API's description give it."""

    name: str
    most: int
    window_s: int = WINDOW_MS // 1000
    counts: str = "failures"

    @property
    def told(self) -> dict[str, Any]:
        """As the API's description has it."""
        return {
            "name": self.name,
            "quota": self.most,
            "window_s": self.window_s,
            "counts": self.counts,
        }


BY_LOGIN = Quota("login", FAILURES_PER_LOGIN)
BY_ADDRESS = Quota("address", FAILURES_PER_ADDRESS)


class FailureLimit:
    """At most `limit` failures of one key in five minutes. Safe from any thread.

    Beyond MAX_KEYS the key that was quiet longest is forgotten: memory stays bounded, and an
    attacker with that many addresses is a matter for the network.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str, now_ms: int) -> int:
        """Seconds until `key` may try again; 0 when it may now."""
        with self._lock:
            times = self._recent(key, now_ms)
            if len(times) < self._limit:
                return 0
            return max(1, (times[-self._limit] + WINDOW_MS - now_ms + 999) // 1000)

    def left(self, key: str, now_ms: int) -> tuple[int, int]:
        """How many more failures `key` may have, and seconds until the oldest is forgotten."""
        with self._lock:
            times = self._recent(key, now_ms)
        oldest_ms = times[0] if times else now_ms
        return self._limit - len(times), (oldest_ms + WINDOW_MS - now_ms + 999) // 1000

    def failed(self, key: str, now_ms: int) -> None:
        """Count a failure of `key`."""
        with self._lock:
            times = [*self._recent(key, now_ms), now_ms][-self._limit :]
            self._failures[key] = times
            self._failures.move_to_end(key)
            while len(self._failures) > MAX_KEYS:
                self._failures.popitem(last=False)

    def _recent(self, key: str, now_ms: int) -> list[int]:
        times = self._failures.get(key, ())
        if times and times[-1] > now_ms:
            # The clock was set back; who failed does not wait until it has come there again.
            times = self._failures[key] = [min(one, now_ms) for one in times]
        return [one for one in times if now_ms - one < WINDOW_MS]


class SignInLimits:
    """What this process remembers of attempts: failures, and each user's last one-time code."""

    def __init__(self) -> None:
        self.by_login = FailureLimit(FAILURES_PER_LOGIN)
        self.by_address = FailureLimit(FAILURES_PER_ADDRESS)
        self._last_step: dict[str, int] = {}
        self._lock = threading.Lock()

    def use_step(self, user: str, step: int) -> bool:
        """Whether this one-time code is newer than the last one that `user` used."""
        with self._lock:
            if self._last_step.get(user, -1) >= step:
                return False
            self._last_step[user] = step
            return True
