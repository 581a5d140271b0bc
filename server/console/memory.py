"""What the console remembers in this process only: bounded, expiring, lost without harm."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

MAX_KEPT = 10_000


class Expiring:
    """A bounded set of keys that each last for a while. Safe from any thread."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._limit = limit
        self._until_ms: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, key: str, until_ms: int) -> None:
        """Keep `key` until then; beyond the limit the oldest goes."""
        with self._lock:
            self._until_ms[key] = until_ms
            self._until_ms.move_to_end(key)
            while len(self._until_ms) > self._limit:
                self._until_ms.popitem(last=False)

    def holds(self, key: str, now_ms: int) -> bool:
        """Whether `key` is still kept."""
        with self._lock:
            return self._until_ms.get(key, -1) > now_ms


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """When the audit chain was last checked, up to which entry, and where it breaks, if it does."""

    at_ms: int
    through: int
    broken_at: int | None


class Memory:
    """Sessions that were ended (a signed cookie cannot be taken back), and what was just done.

    The view is up to a second behind the log; a crossing reviewed now must not come up again, nor
    an alert ("state record") in the state that it has just left.
    """

    def __init__(self) -> None:
        self.ended = Expiring()
        self.reviewed = Expiring()
        self.acted = Expiring()
        self.chain: ChainCheck | None = None
