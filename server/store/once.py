"""Requests that may come again, as values: what an Idempotency-Key stood with, and what came of it.

Nothing here says what was asked, by whom or of whom: digests under a key of this server, and the
id of what was made, from which the answer is told again (docs/adr/0028).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LIFETIME_MS = 24 * 3_600_000
MAX_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under an Idempotency-Key; both digests are keyed, 32 bytes.

    `key` is of who asks and of the header, `request` of the operation and all that it was given.
    """

    key: bytes
    request: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Done:
    """A request that was done. `made`: the event "device:seq", or the id of a search."""

    request: bytes
    at_ms: int
    made: str


class DoneBeforeError(Exception):
    """Another process did the same request meanwhile; this one wrote nothing."""


class OnceStore(Protocol):
    """`write` and `audit` keep an `Asked` in the transaction of what it asked for."""

    def done(self, key: bytes, now_ms: int) -> Done | None:
        """What was done under a key in the last day."""
