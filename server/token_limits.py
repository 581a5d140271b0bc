"""How much one token or console session may ask: requests a minute, and how many at once.

Bad log-ins are slowed by `server/limits.py`. This is about good ones: a program whose token is in
order must not take the threads and the one reader that tablets wait for. Kept in memory, per
device, user or reading token; a second token of the same user has no budget of its own. People in
the console are counted apart from their tokens: a program of theirs does not lock them out.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping

from server.limits import MAX_KEYS, Quota

WINDOW_S = 60
MOST_RUNNING: Mapping[str, int] = {"device": 4, "user": 4, "console": 8}
"""Of the server's sixteen threads. Tablets and relays make one call after the other; a browser
that comes back with a window of tabs asks for them together."""

REQUESTS_PER_MINUTE: Mapping[str, int] = {"device": 1_200, "user": 300, "console": 600}
LEAST_REQUESTS: Mapping[str, int] = {"device": 600, "user": 30, "console": 120}
"""A tablet's 20,000 events are 200 batches of a hundred, with as many pages and packs to read.
Whoever walks through a queue presses twice a second at the most, each press a form and a page."""

_NAMES: Mapping[str, str] = {"device": "token", "user": "token", "console": "session"}

MOST_REQUESTS = 1_000_000


class TokenLimit:
    """`quota` requests at once, coming back evenly over a minute, some at the same time.

    Safe from any thread. Beyond MAX_KEYS the key that was quiet longest is forgotten.
    """

    def __init__(self, kind: str, per_minute: int) -> None:
        self.quota = Quota(_NAMES[kind], per_minute, WINDOW_S, "requests")
        self._most_running = MOST_RUNNING[kind]
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, key: str, now_ms: int) -> int:
        """Count a request: 0; or the seconds to wait, and nothing is counted."""
        with self._lock:
            used = self._now(key, now_ms)
            if used + 1 > self.quota.most:
                return max(1, math.ceil((used + 1 - self.quota.most) * self._each_s))
            self._used[key] = used + 1, now_ms
            self._used.move_to_end(key)
            while len(self._used) > MAX_KEYS:
                self._used.popitem(last=False)
            return 0

    def left(self, key: str, now_ms: int) -> tuple[int, int]:
        """How many more requests, and the seconds until all have come back."""
        with self._lock:
            used = self._now(key, now_ms)
        return max(0, math.floor(self.quota.most - used)), math.ceil(used * self._each_s)

    def begin(self, key: str) -> bool:
        """Whether one more may run now; then `end` comes after it."""
        with self._lock:
            running = self._running.get(key, 0)
            if running >= self._most_running:
                return False
            self._running[key] = running + 1
            return True

    def end(self, key: str) -> None:
        """One of those that `begin` let in has ended."""
        with self._lock:
            running = self._running.pop(key) - 1
            if running:
                self._running[key] = running

    @property
    def _each_s(self) -> float:
        return WINDOW_S / self.quota.most

    def _now(self, key: str, now_ms: int) -> float:
        used, at_ms = self._used.get(key, (0.0, now_ms))
        if at_ms > now_ms:
            # The clock was set back: nothing is given for it, and what comes back does from now.
            at_ms = now_ms
            self._used[key] = used, at_ms
        return max(0.0, used - (now_ms - at_ms) / 1000 / self._each_s)


class TokenLimits:
    """A limit for each kind of REQUESTS_PER_MINUTE. `per_minute`: what differs from there."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        asked = {**REQUESTS_PER_MINUTE, **per_minute}
        self._limits = {kind: TokenLimit(kind, most) for kind, most in asked.items()}

    def of(self, kind: str) -> TokenLimit:
        """For tokens of this kind ("device", "user"), or for sessions ("console")."""
        return self._limits[kind]
