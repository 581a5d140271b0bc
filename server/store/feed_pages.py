"""Pages of feeds as storage gives them out: a part of what `Store` answers. SPEC F."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from server.store.answers import State


class PulledEvent(NamedTuple):
    """One event of a feed, as it goes out: stored texts and its envelope. A tuple, as a row is.

    `person` only where the reader is entitled; otherwise `commitment` stands for it. `branch` is 0
    but for a cloned device's later branches (SPEC A6); `authority` is the rank of whoever it names.
    """

    n: int
    device: str
    seq: int
    previous: bytes
    body: str
    person: str | None
    commitment: bytes
    server: str
    received_ms: int
    state: State
    branch: int
    authority: int


@dataclass(frozen=True, slots=True)
class Page:
    """Events after a sequence, the sequence reached, and whether there are more."""

    events: tuple[PulledEvent, ...]
    sequence: int
    more: bool


@dataclass(frozen=True, slots=True)
class FeedRun:
    """A run of a feed as it goes out: contiguous events of one device under one envelope.

    `n`: the number its last event is announced with; `counted`: the number at which it counts for
    a reader's window and digest, another one where it only got a smaller envelope (SPEC A3, F9).
    `bodies`, `persons`: JSON arrays of `count` texts as they lie; `persons` is None where all are
    withheld, erased or none. `commitments`: 32 bytes an event, None where each follows from the
    person text. `ranks`: one digit for all events or one for each (R7).
    """

    n: int
    counted: int
    device: str
    branch: int
    first: int
    count: int
    previous: bytes
    server: str
    received_ms: int
    ranks: str
    bodies: str
    persons: str | None
    commitments: bytes | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs of feeds, the sequence reached, and whether there are more in that direction."""

    runs: tuple[FeedRun, ...]
    sequence: int
    more: bool
