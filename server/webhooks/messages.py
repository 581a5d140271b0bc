"""What a message says: one event of a feed, its declared fields only, and never a person part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from schemas.texts import texts_from_json
from server.home.telling import TOLD
from server.store.feed_pages import FeedRun
from sync.errors import SyncError
from sync.events import Body, parse_body

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

PING = "ping"
CodeOf = Callable[[str], str | None]
"""An alert's record → its code: an act on an alert does not say it again."""


@dataclass(frozen=True, slots=True)
class Message:
    """`name` is the same whenever it is sent again; `n` the log number it was announced with."""

    name: str
    n: int
    body: str


def messages_of(run: FeedRun, epoch: int, code_of: CodeOf) -> Iterator[Message]:
    """The messages of a run, in order; what is declared nowhere makes none."""
    for seq, text in enumerate(texts_from_json(run.bodies, run.count), run.first):
        n = run.n - (run.first + run.count - 1 - seq)
        try:
            body = parse_body(text)
        except SyncError:
            continue
        fields = _declared(body, code_of)
        if fields is None:
            continue
        data = {"record": body.record, "cursor": f"{epoch}.{n}", "fields": fields}
        # A cloned device has two events under one number.
        branch = f"-b{run.branch}" if run.branch else ""
        name = f"{run.device}{branch}:{seq}"
        yield Message(name, n, _text(body.kind, run.received_ms, data))


def ping(now_ms: int) -> Message:
    """A message that says nothing, for `chot webhook test`."""
    return Message(f"ping:{now_ms}", 0, _text(PING, now_ms, {}))


def _declared(body: Body, code_of: CodeOf) -> dict[str, Any] | None:
    names = FIELDS.get(body.kind)
    if names is None:
        return None
    fields = {name: body.fields[name] for name in names if name in body.fields}
    if body.kind != "alert":
        return fields
    # Who is isolated or ill is for the health service, and goes to no neighbour (SPEC W10).
    code = fields.get("alert") or code_of(body.record)
    return {**fields, "alert": code} if code in TOLD else None


def _text(kind: str, at_ms: int, data: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    message = {"type": kind, "timestamp": at.replace("+00:00", "Z"), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
