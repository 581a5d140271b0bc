"""Reading a server's answer to a sync request: nothing in it is believed before. SPEC A2, F4, P1.

Only what the answer shows by itself is checked here; `sync.replica` compares it with the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import MAX_EVENTS, MAX_SEQ
from sync.chain import HASH_BYTES
from sync.cursor import MAX_FEEDS, parse_feed
from sync.encoding import from_base64url
from sync.envelope import Receipt, read_receipt
from sync.errors import SyncError
from sync.events import MAX_MS, MAX_PACK_VERSION, is_ref, is_word
from sync.runs import Given, read_run

MAX_PAGE_EVENTS = 1000
MAX_REMOVALS = 1 << 16
State = Literal["accepted", "duplicate", "held", "rejected"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event that was pushed (SPEC A2)."""

    seq: int
    state: State
    code: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A read answer; the receipt's signature is good, but whose chain it tells of is open.

    `feeds`: all that this reader may have, None where the server does not say. `digest` is of the
    window (`held_after`, cursor], once there is no more (SPEC F9). `upstream`: a receipt of the
    home server that a relay hands on, as it came.
    """

    results: tuple[Result, ...]
    receipt: Receipt
    upstream: object
    events: tuple[Given, ...]
    removals: frozenset[str]
    cursor: str | None
    held_after: int | None
    more: bool
    reset: bool
    digest: bytes | None
    feeds: tuple[str, ...] | None
    packs: Mapping[str, int]
    server_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer changed that a caller acts on. `packs`: newer versions to fetch."""

    more: bool
    packs: dict[str, int]
    alerts: tuple[str, ...]


def read_answer(data: object, receipt_key: ec.EllipticCurvePublicKey) -> Answer:
    """The answer in its JSON value; SyncError "answer.shape", "receipt.shape" or ".signature"."""
    if not isinstance(data, dict):
        raise SyncError("answer.shape", "F4")
    cursor, more, reset = data.get("cursor"), data.get("more"), data.get("reset")
    if not (cursor is None or (isinstance(cursor, str) and len(cursor) <= 160)):
        raise SyncError("answer.shape", "F2", "cursor")
    if type(more) is not bool or type(reset) is not bool:
        raise SyncError("answer.shape", "F3", "more")
    return Answer(
        results=tuple(_result(one) for one in _list(data, "results", MAX_EVENTS)),
        receipt=read_receipt(data.get("receipt"), receipt_key),
        upstream=data.get("upstream_receipt"),
        events=_events(data),
        removals=_removals(data),
        cursor=cursor,
        held_after=None if data.get("held_after") is None else _count(data, "held_after", MAX_SEQ),
        more=more,
        reset=reset,
        digest=_digest(data),
        feeds=_feeds(data),
        packs=_packs(data.get("packs")),
        server_ms=_count(data, "server_time", MAX_MS),
    )


def _events(data: dict[str, Any]) -> tuple[Given, ...]:
    events: list[Given] = []
    for run in _list(data, "runs", MAX_PAGE_EVENTS):
        events += read_run(run)
        if len(events) > MAX_PAGE_EVENTS:
            raise SyncError("answer.shape", "T4", "runs")
    return tuple(events)


def _removals(data: dict[str, Any]) -> frozenset[str]:
    refs = _list(data, "removals", MAX_REMOVALS)
    if not all(is_ref(one) for one in refs):
        raise SyncError("answer.shape", "F10", "removals")
    return frozenset(str(one) for one in refs)


def _digest(data: dict[str, Any]) -> bytes | None:
    if data.get("digest") is None:
        return None
    try:
        return from_base64url(data["digest"], HASH_BYTES)
    except SyncError:
        raise SyncError("answer.shape", "F9", "digest") from None


def _feeds(data: dict[str, Any]) -> tuple[str, ...] | None:
    if data.get("feeds") is None:
        return None
    try:
        return tuple(str(parse_feed(one)) for one in _list(data, "feeds", MAX_FEEDS))
    except SyncError:
        raise SyncError("answer.shape", "F11", "feeds") from None


def _result(item: object) -> Result:
    if not isinstance(item, dict):
        raise SyncError("answer.shape", "A2", "results")
    state, code, field = item.get("state"), item.get("code"), item.get("field")
    if state not in ("accepted", "duplicate", "held", "rejected"):
        raise SyncError("answer.shape", "A2", "results")
    if not all(one is None or isinstance(one, str) for one in (code, field)):
        raise SyncError("answer.shape", "A2", "results")
    return Result(_count(item, "seq", MAX_SEQ), state, code, field)


def _packs(data: object) -> dict[str, int]:
    if not isinstance(data, dict):
        raise SyncError("answer.shape", "F4", "packs")
    for name, version in data.items():
        if not is_word(name) or type(version) is not int or not 0 <= version <= MAX_PACK_VERSION:
            raise SyncError("answer.shape", "F4", "packs")
    return data


def _list(data: dict[str, Any], name: str, most: int) -> list[object]:
    value = data.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise SyncError("answer.shape", "F4", name)
    return value


def _count(data: dict[str, Any], name: str, most: int) -> int:
    value = data.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise SyncError("answer.shape", "F4", name)
    return value
