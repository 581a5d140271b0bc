"""A row of `runs` and the events in it: what is derived and therefore not stored. Pure.

One row holds up to 250 events of one device on one branch (docs/adr/0007-runs.md). The order stamp
of an event follows from its body and the receipt (SPEC C4), its hash from the one before (H3).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from schemas.texts import texts_from_json
from sync.chain import HASH_BYTES, NO_PERSON
from sync.clock import order_stamp, stamp_of
from sync.errors import SyncError
from sync.events import parse_body

SUM_BITS = 256


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `runs`, its columns in their order; `device` and `feed` are numbers."""

    n: int
    count: int
    device: int
    branch: int
    first: int
    feed: int
    state: int
    code: str | None
    field: str | None
    received_ms: int
    envelope: int
    ranks: str
    day_key: int | None
    previous: bytes
    head: bytes
    commitments: bytes | None
    bodies: str | None
    persons: bytes | None

    @property
    def last(self) -> int:
        """The sequence number of its last event."""
        return self.first + self.count - 1


COLUMNS = ", ".join(f"runs.{one.name}" for one in fields(Run))
"""What a SELECT names for `Run(*row)`."""


def bodies_of(run: Run) -> list[str]:
    """The body texts; ValueError where the column holds anything else or was compacted."""
    texts = texts_from_json(run.bodies or "null", run.count)
    if None in texts:
        raise ValueError("an event without a body")
    return texts


def commitments_of(commitments: bytes | None, count: int) -> list[bytes]:
    """One commitment an event; zeros where it has no person part (SPEC H2)."""
    if commitments is None:
        return [NO_PERSON] * count
    return [commitments[at : at + HASH_BYTES] for at in range(0, HASH_BYTES * count, HASH_BYTES)]


def hashes_of(previous: bytes, bodies: Iterable[str], commitments: Iterable[bytes]) -> list[bytes]:
    """The hash of each event, the last of which is the head (SPEC H3)."""
    found = []
    sha256 = hashlib.sha256
    for body, committed in zip(bodies, commitments, strict=True):
        previous = sha256(previous + body.encode("utf-8") + committed).digest()
        found.append(previous)
    return found


def run_hashes(run: Run) -> list[bytes]:
    """The hash of each event of a run; ValueError where its bodies are gone."""
    return hashes_of(run.previous, bodies_of(run), commitments_of(run.commitments, run.count))


def rank_at(ranks: str, index: int) -> int:
    """The authority of the event at this place: one digit stands for all, or one for each."""
    return int(ranks if len(ranks) == 1 else ranks[index])


def slice_ranks(ranks: str, start: int, end: int) -> str:
    """The ranks of the events at start ≤ place < end, in their shortest form."""
    return short_ranks(ranks[start:end]) if len(ranks) > 1 else ranks


def short_ranks(ranks: str) -> str:
    """One digit where it is the same for all (at least one) events."""
    return ranks[0] if ranks == ranks[0] * len(ranks) else ranks


def binding(device: str, branch: int, first: int, count: int, head: bytes) -> bytes:
    """The associated data of a run's person parts: they open in their own place only."""
    return f"{device}:{branch}:{first}:{count}:".encode("ascii") + head


def sum_of(hashes: Iterable[bytes]) -> int:
    """Hashes added up mod 2^256 (SPEC F6)."""
    from_bytes = int.from_bytes
    return sum([from_bytes(one, "big") for one in hashes]) % (1 << SUM_BITS)


def sum_to_bytes(value: int) -> bytes:
    """A sum as it is stored and sent."""
    return (value % (1 << SUM_BITS)).to_bytes(HASH_BYTES, "big")


def order_of(body: str, received_ms: int) -> int:
    """The order stamp of an event (SPEC C4); that of its receipt where the body is unreadable."""
    found = _HEADER.match(body)
    if found is not None:
        return order_stamp(int(found[1], 16), received_ms)
    try:
        return order_stamp(parse_body(body).stamp, received_ms)
    except SyncError:
        return stamp_of(received_ms)


# As all our tablets write a header; another order of names is read in full.
_HEADER = re.compile(
    r'\{"kind":"[a-z_]+","version":[0-9]+,"record":"[0-9a-f-]+","home":"[a-z0-9-]+",'
    r'"stamp":"([0-7][0-9a-f]{15})",',
    re.ASCII,
)
