"""Reading a server's answer to a sync request: nothing in it is believed before. SPEC A2, F4, P1.

Only what the answer shows by itself is checked here; `sync.replica` compares it with the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import MAX_BODY_CHARS, MAX_EVENTS, MAX_PERSON_CHARS, MAX_SEQ
from sync.chain import HASH_BYTES, NO_PERSON, commitment, event_hash
from sync.clock import order_stamp
from sync.encoding import from_base64url
from sync.envelope import Receipt, read_receipt
from sync.errors import SyncError
from sync.events import MAX_MS, MAX_PACK_VERSION, is_word, parse_body, ref

MAX_BRANCH = 1 << 16
State = Literal["accepted", "duplicate", "held", "rejected"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event that was pushed (SPEC A2)."""

    seq: int
    state: State
    code: str | None
    field: str | None


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
    def order(self) -> int:
        """Its order stamp (SPEC C4); 0 where this version cannot read the body."""
        try:
            return order_stamp(parse_body(self.body).stamp, self.received_ms)
        except SyncError:
            return 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A read answer; the receipt's signature is good, but whose chain it tells of is open."""

    results: tuple[Result, ...]
    receipt: Receipt
    events: tuple[Given, ...]
    removals: frozenset[str]
    cursor: str | None
    more: bool
    reset: bool
    packs: Mapping[str, int]
    server_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer changed that a caller acts on. `packs`: newer versions to fetch."""

    more: bool
    packs: dict[str, int]
    alerts: tuple[str, ...]


def author(device: str, branch: int) -> str:
    """The device; a cloned device's further branches get a name that no `device:seq` shares."""
    return device if branch == 0 else f"{device}-b{branch}"


def read_answer(data: object, receipt_key: ec.EllipticCurvePublicKey) -> Answer:
    """The answer in its JSON value; SyncError "answer.shape", "receipt.shape" or ".signature"."""
    if not isinstance(data, dict):
        raise SyncError("answer.shape", "F4")
    cursor, more, reset = data.get("cursor"), data.get("more"), data.get("reset")
    if not (cursor is None or (isinstance(cursor, str) and len(cursor) <= 160)):
        raise SyncError("answer.shape", "F2", "cursor")
    if type(more) is not bool or type(reset) is not bool:
        raise SyncError("answer.shape", "F3", "more")
    removals = frozenset(str(one) for one in _list(data, "removals"))
    return Answer(
        results=tuple(_result(one) for one in _list(data, "results")),
        receipt=read_receipt(data.get("receipt"), receipt_key),
        events=tuple(_given(one) for one in _list(data, "events")),
        removals=removals,
        cursor=cursor,
        more=more,
        reset=reset,
        packs=_packs(data.get("packs")),
        server_ms=_count(data, "server_time", MAX_MS),
    )


def _result(item: object) -> Result:
    if not isinstance(item, dict):
        raise SyncError("answer.shape", "A2", "results")
    state, code, field = item.get("state"), item.get("code"), item.get("field")
    if state not in ("accepted", "duplicate", "held", "rejected"):
        raise SyncError("answer.shape", "A2", "results")
    if not all(one is None or isinstance(one, str) for one in (code, field)):
        raise SyncError("answer.shape", "A2", "results")
    return Result(_count(item, "seq", MAX_SEQ), state, code, field)


def _given(item: object) -> Given:
    if not isinstance(item, dict):
        raise SyncError("answer.shape", "F4", "events")
    device, body, server = (item.get(name) for name in ("device", "body", "server"))
    if not (isinstance(device, str) and isinstance(body, str) and isinstance(server, str)):
        raise SyncError("answer.shape", "F4", "events")
    person = item.get("person")
    if not (person is None or isinstance(person, str)):
        raise SyncError("answer.shape", "F4", "events")
    if len(body) > MAX_BODY_CHARS or len(person or "") > MAX_PERSON_CHARS:
        raise SyncError("answer.shape", "E1", "events")
    if item.get("state") != "accepted":
        raise SyncError("answer.shape", "A5", "events")
    previous = from_base64url(item.get("previous"), HASH_BYTES)
    committed = NO_PERSON if person is None else commitment(person)
    if "commitment" in item:
        if person is not None:
            raise SyncError("answer.shape", "B4", "events")
        committed = from_base64url(item["commitment"], HASH_BYTES)
    return Given(
        n=_count(item, "n", MAX_SEQ),
        device=device,
        seq=_count(item, "seq", MAX_SEQ),
        branch=_count(item, "branch", MAX_BRANCH) if "branch" in item else 0,
        previous=previous,
        hash=event_hash(previous, body, committed),
        body=body,
        person=person,
        commitment=committed,
        server=server,
        received_ms=_count(item, "received", MAX_MS),
        authority=_count(item, "authority", 255) if "authority" in item else 0,
    )


def removed(event: Given, removals: frozenset[str]) -> bool:
    """Whether the person part of this event was erased."""
    return ref(event.author, event.seq) in removals


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


def _packs(data: object) -> dict[str, int]:
    if not isinstance(data, dict):
        raise SyncError("answer.shape", "F4", "packs")
    for name, version in data.items():
        if not is_word(name) or type(version) is not int or not 0 <= version <= MAX_PACK_VERSION:
            raise SyncError("answer.shape", "F4", "packs")
    return data


def _list(data: dict[str, Any], name: str) -> list[object]:
    value = data.get(name)
    if not isinstance(value, list) or len(value) > MAX_EVENTS:
        raise SyncError("answer.shape", "F4", name)
    return value


def _count(data: dict[str, Any], name: str, most: int) -> int:
    value = data.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise SyncError("answer.shape", "F4", name)
    return value
