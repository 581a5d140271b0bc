"""Runs: how a feed gives events. Contiguous events of one device under one envelope, as they lie.

Nothing derivable is sent, so nothing derivable is believed: numbers, hashes, commitments and order
are made again from the texts. SPEC F6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.batch import MAX_BODY_CHARS, MAX_PERSON_CHARS, MAX_SEQ
from sync.chain import HASH_BYTES, NO_PERSON, commitment, event_hash
from sync.clock import order_stamp
from sync.encoding import from_base64url
from sync.errors import SyncError
from sync.events import MAX_MS, parse_body, ref

MAX_RUN_EVENTS = 250
MAX_RUN_CHARS = 256 * 1024
"""Of the bodies of one run together."""
MAX_BRANCH = 1 << 16

_NAME = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_RANKS = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """One event of a feed, its hash made again from what came. `n`: its number on that server.

    `branch` is 0 but for the events of a cloned device that came second (SPEC A6). `authority` is
    the rank the server verified at acceptance. `person` is None where withheld, erased or none.
    """

    n: int
    device: str
    seq: int
    branch: int
    previous: bytes
    hash: bytes
    body: str
    person: str | None
    commitment: bytes
    server: str
    received_ms: int
    authority: int

    @property
    def author(self) -> str:
        """Who wrote it, as references name it."""
        return author(self.device, self.branch)

    @property
    def ref(self) -> str:
        """How references name the event."""
        return ref(self.author, self.seq)

    @property
    def order(self) -> int:
        """Its order stamp (SPEC C4); 0 where this version cannot read the body."""
        try:
            return order_stamp(parse_body(self.body).stamp, self.received_ms)
        except SyncError:
            return 0


def author(device: str, branch: int) -> str:
    """The device; a cloned device's further branches get a name that no `device:seq` shares."""
    return device if branch == 0 else f"{device}-b{branch}"


def read_run(item: object) -> tuple[Given, ...]:
    """The events of a run in its JSON value; SyncError "answer.shape", "event.text".

    `n` is the number of the last one. A run that is announced again under new numbers (A3) says in
    `again` which number its last event had at first: there a reader counts it (F9).
    """
    if not isinstance(item, dict):
        raise _misshapen("runs")
    bodies = _bodies(item)
    count = len(bodies)
    persons = _persons(item, count)
    committed = _commitments(item, count)
    ranks = _ranks(item, count)
    device, server = _name(item, "device"), _name(item, "server")
    first = _count(item, "first", 1, MAX_SEQ - count)
    branch = _count(item, "branch", 1, MAX_BRANCH) if "branch" in item else 0
    received_ms = _count(item, "received", 0, MAX_MS)
    last_n = _count(item, "n", count, MAX_SEQ)
    if "again" in item:
        last_n = _count(item, "again", count, last_n - 1)
    current = _bytes(item, "previous", HASH_BYTES)
    events = []
    for at, body in enumerate(bodies):
        person = persons[at]
        held = committed[at] if person is None else commitment(person)
        following = event_hash(current, body, held)
        n, rank = last_n - count + 1 + at, ranks[at]
        events.append(
            Given(
                *(n, device, first + at, branch, current, following, body, person, held),
                *(server, received_ms, rank),
            )
        )
        current = following
    return tuple(events)


def check_links(events: Iterable[Given], held: Mapping[tuple[str, int], Given]) -> None:
    """Each event follows from its neighbours on the same branch, or SyncError "answer.chain" (H3).

    `held`: what the reader has already, by (author, seq).
    """
    fresh: dict[tuple[str, int], Given] = {}
    for one in events:
        for at in (-1, 0, 1):
            key = (one.author, one.seq + at)
            near = fresh.get(key) or held.get(key)
            if near is not None and not _links(one, near, at):
                raise SyncError("answer.chain", "H3", one.seq)
        fresh[one.author, one.seq] = one


def _links(one: Given, near: Given, at: int) -> bool:
    if at == 0:
        return one.hash == near.hash
    return near.hash == one.previous if at < 0 else near.previous == one.hash


def _bodies(item: dict[str, Any]) -> list[str]:
    bodies = item.get("bodies")
    if not isinstance(bodies, list) or not 1 <= len(bodies) <= MAX_RUN_EVENTS:
        raise _misshapen("bodies")
    chars = 0
    for body in bodies:
        if not isinstance(body, str) or len(body) > MAX_BODY_CHARS:
            raise _misshapen("bodies")
        chars += len(body)
    if chars > MAX_RUN_CHARS:
        raise _misshapen("bodies")
    return bodies


def _persons(item: dict[str, Any], count: int) -> list[str | None]:
    if "persons" not in item:
        return [None] * count
    persons = item["persons"]
    if not isinstance(persons, list) or len(persons) != count:
        raise _misshapen("persons")
    for person in persons:
        if not (person is None or isinstance(person, str)) or len(person or "") > MAX_PERSON_CHARS:
            raise _misshapen("persons")
    return persons


def _commitments(item: dict[str, Any], count: int) -> list[bytes]:
    if "commitments" not in item:
        return [NO_PERSON] * count
    data = _bytes(item, "commitments", HASH_BYTES * count)
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _ranks(item: dict[str, Any], count: int) -> list[int]:
    ranks = item.get("ranks")
    if not isinstance(ranks, str) or len(ranks) not in (1, count) or not _RANKS.fullmatch(ranks):
        raise _misshapen("ranks")
    return [int(rank) for rank in ranks] if len(ranks) == count else [int(ranks)] * count


def _name(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise _misshapen(name)
    return value


def _count(item: dict[str, Any], name: str, least: int, most: int) -> int:
    value = item.get(name)
    if type(value) is not int or not least <= value <= most:
        raise _misshapen(name)
    return value


def _bytes(item: dict[str, Any], name: str, length: int) -> bytes:
    try:
        return from_base64url(item.get(name), length)
    except SyncError:
        raise _misshapen(name) from None


def _misshapen(at: str) -> SyncError:
    return SyncError("answer.shape", "F6", at)
