"""What a message says: one event of a feed, its declared fields only, and never a person part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from schemas.texts import texts_from_json
from server.home.telling import TOLD
from server.store.feed_pages import FeedRun
from sync.errors import SyncError
from sync.events import Body, parse_body, ref

FIELDS: Mapping[str, tuple[str, ...]] = {
    "turn_back": (
        "checkpoint",
        "district",
        "occurred",
        "direction",
        "plate",
        "reasons",
        "withdrawn",
    ),
    "arrival": ("checkpoint", "destination", "origin", "occurred", "headcount", "withdrawn"),
    "alert": ("alert", "checkpoint", "occurred", "state", "withdrawn"),
}
"""Kind → the fields that leave this server. A field that is added to a kind stays here until it
is named; the record of the crossing and whatever concerns somebody are not named."""

ALERT = "alert"
PING = "ping"
DIGEST_DIGITS = 16
SaidOf = Callable[[str], Sequence[tuple[str, str]]]
"""A record → (reference, body text) of its events, in order."""


@dataclass(frozen=True, slots=True)
class Message:
    """`name` is the same whenever the same is said; `n` the log number it was announced with."""

    name: str
    n: int
    body: str


def messages_of(run: FeedRun, epoch: int, said_of: SaidOf) -> Iterator[Message]:
    """The messages of a run, in order; what is declared nowhere makes none."""
    # A cloned device has two events under one number.
    author = f"{run.device}-b{run.branch}" if run.branch else run.device
    for seq, text in enumerate(texts_from_json(run.bodies, run.count), run.first):
        n = run.n - (run.first + run.count - 1 - seq)
        body = _told_body(text)
        if body is None:
            continue
        read = ((name, _told_body(one)) for name, one in said_of(body.record))
        said = {name: one for name, one in read if one is not None}
        # An act on an alert does not say again which alert it is.
        alerts = (one.fields.get(ALERT) for one in [body, *said.values()])
        alert = next(filter(None, alerts), None)
        fields = _declared(body, alert)
        if fields is None:
            continue
        earlier = takewhile(ref(author, seq).__ne__, said)
        before = sum(_declared(said[one], alert) == fields for one in earlier)
        data = {"record": body.record, "cursor": f"{epoch}.{n}", "fields": fields}
        name = _name(body, fields, before)
        yield Message(name, n, _text(body.kind, run.received_ms, data))


def ping(now_ms: int) -> Message:
    """A message that says nothing, for `chot webhook test`."""
    return Message(f"ping:{now_ms}", 0, _text(PING, now_ms, {}))


def _told_body(text: str) -> Body | None:
    """None for what cannot be read or is of a kind that is told to nobody."""
    try:
        body = parse_body(text)
    except SyncError:
        return None
    return body if body.kind in FIELDS else None


def _declared(body: Body, alert: str | None) -> dict[str, Any] | None:
    fields = {name: body.fields[name] for name in FIELDS[body.kind] if name in body.fields}
    if body.kind != ALERT:
        return fields
    # Who is isolated or ill is for the health service, and goes to no neighbour (SPEC W10).
    return {**fields, ALERT: alert} if alert in TOLD else None


def _name(body: Body, fields: Mapping[str, Any], before: int) -> str:
    """From the record, what is said of it, and how often that was said `before`.

    Not from the event: a server that was restored concludes the same again in events of its own.
    """
    text = json.dumps([body.kind, fields], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
    return f"{body.record}:{digest}:{before + 1}"


def _text(kind: str, at_ms: int, data: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    message = {"type": kind, "timestamp": at.replace("+00:00", "Z"), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
