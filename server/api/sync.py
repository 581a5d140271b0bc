"""POST /sync: one round trip, push first and then pull (sync/SPEC.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Response

from credentials.jws import public_key_of_jwk
from schemas.sync_wire import SyncAnswer, SyncRequest
from server.access import device_only, the_device
from server.api.resource import DEVICE, PREFIX, Resource, operation, problems
from server.context import Context, here
from server.feed_text import runs_text
from server.problems import ProblemError
from server.receipts import receipt_of, receipt_to_json
from server.relay.state import read_upstream
from server.store.answers import Answered
from server.store.registered import Device
from server.window import next_page
from server.wipes import device_packs
from sync.batch import MAX_BODY_CHARS, MAX_EVENTS, PROTOCOL, Batch, parse_batch, verify_batch
from sync.cursor import Cursor, Feed, parse_cursor, parse_feed
from sync.encoding import to_base64url
from sync.seal import open_bodies

resource = Resource("sync", __name__, url_prefix=PREFIX, description="Events both ways")


@resource.route("/sync", methods=["POST"])
@resource.arguments(SyncRequest)
@resource.response(200, SyncAnswer)
@resource.doc(
    **operation("sync", batch_events=MAX_EVENTS, event_characters=MAX_BODY_CHARS),
    security=DEVICE,
    responses=problems(
        "protocol.unknown",
        "cursor.shape",
        "feed.unknown",
        "feed.forbidden",
        "batch.shape",
        "batch.size",
        "batch.genesis",
        "batch.device",
        "batch.signature",
        "batch.compacted",
        "event.shape",
        "event.size",
        "event.text",
        "encoding.base64url",
        "seal.body_key",
        "seal.body",
    ),
)
@device_only
def exchange(wanted: dict[str, Any]) -> Response:
    """Take the device's batch into the log, then give one page of its feeds.

    The request is checked whole before anything is stored: a refusal leaves nothing behind.
    """
    context, device = here(), the_device()
    if wanted["protocol"] != PROTOCOL:
        raise ProblemError("protocol.unknown")
    now_ms = context.clock()
    entitled = context.entitled.feeds(device, now_ms)
    feeds = _feeds(wanted["feeds"], entitled)
    cursor = parse_cursor(wanted["cursor"])
    answers, held = _push(context, device, wanted["batch"], now_ms)
    context.store.contact(device.id, now_ms, wanted["unsent"], now_ms - wanted["device_time"])
    pulled, runs = _pull(context, device, feeds, cursor, wanted["held_after"], now_ms)
    answer = {
        "receipt": receipt_to_json(context, receipt_of(context, device, *held, now_ms)),
        **_handed_on(context, device),
        **pulled,
        "feeds": sorted(str(feed) for feed in entitled),
        "server_time": now_ms,
    }
    # Runs and results are texts already; the rest of the answer follows inside the same object.
    rest = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    text = f'{{"runs":{runs},"results":{_results_text(answers)},{rest[1:]}'
    return Response(text.encode("utf-8"), mimetype="application/json")


def _feeds(texts: list[str], entitled: frozenset[Feed]) -> frozenset[Feed]:
    """What is asked for; nothing where its neighbours have changed, which the answer says (F11)."""
    feeds = frozenset(parse_feed(text) for text in texts)
    others = feeds - entitled
    if any(feed.kind != "turn_backs" for feed in others):
        raise ProblemError("feed.forbidden")
    return frozenset() if others else feeds


class Held(NamedTuple):
    """How far a device's chain is held, the hash there, and whether the device was cloned."""

    through: int
    head: bytes
    forked: bool


def _push(
    context: Context, device: Device, data: Any, now_ms: int
) -> tuple[tuple[Answered, ...], Held]:
    """The answers, and what the receipt tells: of the pushed branch, never beyond what was pushed.

    So a clone, whose other self is ahead, can hand in what it has before it enrols anew (A6), and
    a tablet that lost an answer hears of every refusal (A2).
    """
    if data is None:
        return (), Held(*context.store.held(device.id), device.forked_ms is not None)
    batch = (
        data if isinstance(data, Batch) else parse_batch(open_bodies(data, context.keys.sealing))
    )
    if batch.device != device.id:
        raise ProblemError("batch.device")
    chain = verify_batch(batch, public_key_of_jwk(device.jwk))
    pushed = context.store.push(batch, chain, device, now_ms)
    if pushed.through > batch.last:
        return pushed.answers, Held(batch.last, chain[-1], pushed.forked)
    return pushed.answers, Held(pushed.through, pushed.head, pushed.forked)


def _results_text(answers: Sequence[Answered]) -> str:
    """The JSON of one result an event; what events share is written once, as a text."""
    found: list[str] = []
    for first, events, state, code, field in answers:
        told = {"state": state, "code": code, "field": field}
        shared = {name: value for name, value in told.items() if value is not None}
        rest = json.dumps(shared, ensure_ascii=False, separators=(",", ":"))[1:]
        found += [f'{{"seq":{seq},{rest}' for seq in range(first, first + events)]
    return f"[{','.join(found)}]"


def _handed_on(context: Context, device: Device) -> dict[str, Any]:
    """What the home server said to this relay of the device's chain (SPEC P8, U10)."""
    upstream = read_upstream(context.store)
    if upstream is None:
        return {}
    receipt = context.store.upstream_receipt(device.id, upstream.home)
    return {} if receipt is None else {"upstream_receipt": json.loads(receipt.text)}


def _pull(
    context: Context,
    device: Device,
    feeds: frozenset[Feed],
    cursor: Cursor | None,
    held_after: int | None,
    now_ms: int,
) -> tuple[dict[str, Any], str]:
    """Members of the answer, and the JSON of its runs."""
    if device.revoked_ms is not None or not feeds:
        return {
            "removals": [],
            "cursor": None if cursor is None else str(cursor),
            "held_after": held_after,
            "more": False,
            "reset": False,
            "digest": None,
            "packs": _pack_versions(context, device),
        }, "[]"
    starts = context.starts.at(now_ms)
    page = next_page(context.store, feeds, device.id, cursor, held_after, starts, now_ms)
    return {
        "removals": page.removals,
        "cursor": str(page.cursor),
        "held_after": page.held_after,
        "more": page.more,
        "reset": page.reset,
        "digest": None if page.digest is None else to_base64url(page.digest),
        "packs": _pack_versions(context, device),
    }, runs_text(page.runs)


def _pack_versions(context: Context, device: Device) -> dict[str, int]:
    packs = device_packs(context.store, device)
    return {name: pack.version for name, pack in sorted(packs.items())}
