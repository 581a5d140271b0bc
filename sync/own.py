"""A device's own events as it keeps them, and how they travel. SPEC B2, B4, E7, S1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.batch import WireEvent
from sync.clock import order_stamp
from sync.encoding import to_base64url
from sync.errors import SyncError
from sync.events import parse_body
from sync.fold import Known, known_event
from sync.runs import author
from sync.standing import Standing

EVENT_CHARS = 100
"""What an event costs in JSON besides its texts."""

Fields = Mapping[str, Any]
Items = Mapping[str, Mapping[str, Mapping[str, Any]]]
Seal = Callable[[str, bytes], str]
"""(person text, its commitment) → sealed to the home server (SPEC S1)."""


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One event of the own chain, its exact texts, and what the server said of it since.

    `n`, `branch`, `received_ms` and `authority` are known once it came back in the feed. `given`:
    the feed gave it since the server last began anew, and outranks an answer still on its way.
    """

    seq: int
    body: str
    person: str | None
    commitment: bytes
    hash: bytes
    state: str = "kept"
    code: str | None = None
    field: str | None = None
    n: int | None = None
    branch: int = 0
    received_ms: int | None = None
    authority: int = 0
    given: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One sync request: its JSON body, and what its answer has to be read against.

    `standing`: what its server had said when it was made.
    """

    body: dict[str, Any]
    server: str
    standing: Standing
    cursor: str | None
    held_after: int | None
    pulls: bool
    first: int
    last: int
    sent_ms: int


def person_text(fields: Fields, items: Items, salt: bytes) -> str | None:
    """The text of a person part with a fresh salt (SPEC E7); None where there is nothing in it."""
    if not fields and not items:
        return None
    data: dict[str, Any] = {"salt": to_base64url(salt), "set": dict(fields)}
    if items:
        data["items"] = items
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def next_run(
    own: Mapping[int, OwnEvent], first: int, max_events: int, max_chars: int
) -> list[OwnEvent]:
    """The events from `first` on that go into one batch: at least one, where there is one."""
    chosen: list[OwnEvent] = []
    chars = 0
    for seq in range(first, min(len(own), first + max_events - 1) + 1):
        event = own[seq]
        chars += len(event.body) + len(event.person or "") + EVENT_CHARS
        if chosen and chars > max_chars:
            break
        chosen.append(event)
    return chosen


def outgoing(event: OwnEvent, seal: Seal | None) -> WireEvent:
    """The event as it travels: in clear over TLS, or its person part sealed.

    Of an erased person part only the commitment is left (SPEC F10).
    """
    if event.person is None or seal is None:
        return WireEvent(event.body, event.person, None, event.commitment)
    return WireEvent(event.body, None, seal(event.person, event.commitment), event.commitment)


def known_own(device: str, event: OwnEvent) -> Known | None:
    """What an own event counts as; until the server says when it came, its own stamp orders it."""
    try:
        stamp = parse_body(event.body).stamp
    except SyncError:
        return None
    order = stamp if event.received_ms is None else order_stamp(stamp, event.received_ms)
    name = author(device, event.branch)
    return known_event(name, event.seq, order, event.authority, event.body, event.person)
