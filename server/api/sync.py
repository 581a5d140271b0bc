"""POST /sync: one round trip, push first and then pull (sync/SPEC.md)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from flask import Response

from credentials.jws import public_key_of_jwk
from schemas.wire import SyncAnswer, SyncRequest
from server.access import device_only, the_device
from server.api.resource import DEVICE, PREFIX, Resource, problems
from server.context import Context, here
from server.feed_text import runs_text
from server.packs import device_scopes
from server.problems import ProblemError
from server.store.protocol import Device, EventAnswer
from sync.batch import PROTOCOL, parse_batch, sign_es256, verify_batch
from sync.cursor import Cursor, Feed, feed_set, parse_cursor, parse_feed
from sync.encoding import to_base64url
from sync.envelope import Receipt

PAGE_EVENTS = 500
SNAPSHOT_HOURS = 72

resource = Resource("sync", __name__, url_prefix=PREFIX, description="Events both ways")


@resource.route("/sync", methods=["POST"])
@resource.arguments(SyncRequest)
@resource.response(200, SyncAnswer)
@resource.doc(
    security=DEVICE,
    responses=problems(
        "batch.shape", "batch.device", "batch.signature", "batch.size", "feed.forbidden"
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
    feeds = _feeds(wanted["feeds"], device)
    cursor = parse_cursor(wanted["cursor"])
    now_ms = context.clock()
    results, held = _push(context, device, wanted["batch"], now_ms)
    context.store.contact(device.id, now_ms, wanted["unsent"], now_ms - wanted["device_time"])
    pulled, runs = _pull(context, device, feeds, cursor, wanted["held_after"], now_ms)
    answer = {
        "results": [_result(one) for one in results],
        "receipt": _receipt(context, device, held, now_ms),
        **pulled,
        "removals": [],
        "digest": None,
        "feeds": [str(feed) for feed in feeds],
        "server_time": now_ms,
    }
    # The runs are a text already; the rest of the answer follows it inside the same object.
    rest = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    text = f'{{"runs":{runs},{rest[1:]}'
    return Response(text.encode("utf-8"), mimetype="application/json")


def _feeds(texts: list[str], device: Device) -> frozenset[Feed]:
    feeds = frozenset(parse_feed(text) for text in texts)
    if any(feed != Feed("checkpoint", device.checkpoint or "") for feed in feeds):
        raise ProblemError("feed.forbidden")
    return feeds


class Held(NamedTuple):
    """How far a device's chain is held, the hash there, and whether the device was cloned."""

    through: int
    head: bytes
    forked: bool


def _push(
    context: Context, device: Device, data: Any, now_ms: int
) -> tuple[tuple[EventAnswer, ...], Held]:
    """The answers, and what the receipt tells: of the pushed branch, never beyond what was pushed.

    So a clone, whose other self is ahead, can hand in what it has before it enrols anew (A6), and
    a tablet that lost an answer hears of every refusal (A2).
    """
    if data is None:
        return (), Held(*context.store.held(device.id), device.forked_ms is not None)
    batch = parse_batch(data)
    if batch.device != device.id:
        raise ProblemError("batch.device")
    chain = verify_batch(batch, public_key_of_jwk(device.jwk))
    pushed = context.store.push(batch, chain, device, now_ms)
    if pushed.through > batch.last:
        return pushed.results, Held(batch.last, chain[-1], pushed.forked)
    return pushed.results, Held(pushed.through, pushed.head, pushed.forked)


def _result(answer: EventAnswer) -> dict[str, Any]:
    result: dict[str, Any] = {"seq": answer.seq, "state": answer.state}
    if answer.code is not None:
        result["code"] = answer.code
    if answer.field is not None:
        result["field"] = answer.field
    return result


def _receipt(context: Context, device: Device, held: Held, now_ms: int) -> dict[str, Any]:
    # The numbers of a cloned device name different events on its branches: none is safe (P4).
    safe = 0 if held.forked else context.store.safe_through(device.id)
    receipt = Receipt(
        server=context.store.server_id,
        level=context.config.level,
        device=device.id,
        through=held.through,
        head=held.head,
        safe_through=min(safe, held.through),
        server_ms=now_ms,
    )
    return {
        "server": receipt.server,
        "level": receipt.level,
        "device": receipt.device,
        "through": receipt.through,
        "head": to_base64url(receipt.head),
        "safe_through": receipt.safe_through,
        "server_time": now_ms,
        "signature": to_base64url(sign_es256(context.keys.signing, receipt.signing_text())),
    }


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
        kept = None if cursor is None else str(cursor)
        packs = {} if device.revoked_ms is not None else _pack_versions(context, device)
        same = {"cursor": kept, "held_after": held_after, "more": False, "reset": False}
        return {**same, "packs": packs}, "[]"
    store = context.store
    checkpoints = [feed.id for feed in feeds]
    names = feed_set(feeds)
    fits = (
        cursor is not None
        and (cursor.server, cursor.epoch, cursor.feeds) == (store.server_id, store.epoch, names)
        and cursor.sequence <= store.projected()[1]
    )
    if cursor is not None and fits:
        after = cursor.sequence
    else:
        held_after = after = store.snapshot_start(checkpoints, now_ms - SNAPSHOT_HOURS * 3_600_000)
    page = store.pull(checkpoints, after, PAGE_EVENTS, persons=True)
    members = {
        "cursor": str(Cursor(store.server_id, store.epoch, names, page.sequence)),
        "held_after": held_after,
        "more": page.more,
        "reset": cursor is not None and not fits,
        "packs": _pack_versions(context, device),
    }
    return members, runs_text(page.events)


def _pack_versions(context: Context, device: Device) -> dict[str, int]:
    packs = context.store.packs(device_scopes(device))
    return {name: pack.version for name, pack in sorted(packs.items())}
