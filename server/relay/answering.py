"""The upstream's side: what a relay hands up is taken in, and what it is told. SPEC U3, U6, U10."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from server.context import Context
from server.receipts import held_receipt, receipt_to_json
from server.relay.adopting import Taken, take
from server.relay.forwarded import forwarded_to_json
from server.relay.reference import device_to_json, make_reference, reference_name
from server.relay.scope import relay_scope
from server.relay.state import path_of, read_upstream
from server.store.answers import EventAnswer
from server.store.registered import Device
from server.store.relay_protocol import BatchPage, SignedBatch
from sync.chain import HASH_BYTES
from sync.cursor import Cursor, Feed, feed_set, parse_cursor
from sync.encoding import from_base64url, is_uuid7, to_base64url

FEED_EVENTS = 500
WINDOW_HOURS = 72
"""How far back a new relay reads: what its tablets hold (SPEC F8)."""


def exchange(
    context: Context, relay: Device, wanted: dict[str, Any], now_ms: int
) -> dict[str, Any]:
    """Take the batches one by one, then receipts and, where it has changed, the reference.

    A request with batches comes in the middle of a round, whose first one had the reference.
    """
    store, scope = context.store, relay_scope(relay)
    _know_own_chain(context, relay, wanted["own_chain"])
    taken = [take(store, item, scope, now_ms) for item in wanted["batches"]]
    name, reference = wanted["reference"], None
    if not taken:
        made = make_reference(store, relay)
        if reference_name(made) != name:
            name, reference = reference_name(made), made
    chains = [one for one in wanted["chains"] if _may_ask(context, relay, one)]
    return {
        "server": store.server_id,
        "epoch": store.epoch,
        "path": list(path_of(store)),
        "results": [_result(one) for one in taken],
        "receipts": [_receipt(context, one, now_ms) for one in chains],
        "home_receipts": _home_receipts(context, chains),
        "reference": reference,
        "reference_name": name,
        "server_time": now_ms,
    }


def feed(context: Context, relay: Device, wanted: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """One page of whole batches that have events in the relay's feeds (SPEC U6, F2, F3)."""
    store = context.store
    feeds = relay_feeds(context, relay, now_ms)
    cursor, names = parse_cursor(wanted["cursor"]), feed_set(feeds)
    if wanted["lacking"]:
        page = BatchPage(tuple(_named(context, feeds, wanted["lacking"])), 0, True)
        return _page(context, relay, page, wanted["cursor"], now_ms) | {"held": []}
    fits = (
        cursor is not None
        and (cursor.server, cursor.epoch, cursor.feeds) == (store.server_id, store.epoch, names)
        and cursor.sequence <= store.projected()[1]
    )
    if cursor is not None and fits:
        after = cursor.sequence
    else:
        after = store.snapshot_start(relay.checkpoints, now_ms - WINDOW_HOURS * 3_600_000)
    page = store.feed_batches(sorted(str(one) for one in feeds), after, FEED_EVENTS)
    own = [one for one in page.batches if _came_from(one, relay)]
    rest = tuple(one for one in page.batches if not _came_from(one, relay))
    others = BatchPage(rest, page.sequence, page.more)
    reached = str(Cursor(store.server_id, store.epoch, names, page.sequence))
    return _page(context, relay, others, reached, now_ms) | {
        "held": [_name(one) for one in own],
        "reset": cursor is not None and not fits,
    }


def _page(
    context: Context, relay: Device, page: BatchPage, cursor: str | None, now_ms: int
) -> dict[str, Any]:
    authors = {one.batch.device for one in page.batches}
    authors |= {sent.envelope.server for one in page.batches for sent in one.envelopes}
    known = [context.store.device(one) for one in sorted(authors)]
    return {
        "batches": [forwarded_to_json(one.batch, one.envelopes) for one in page.batches],
        "devices": [device_to_json(one) for one in known if one is not None],
        "cursor": cursor or "",
        "more": page.more,
        "reset": False,
        "server_time": now_ms,
    }


def _came_from(one: SignedBatch, relay: Device) -> bool:
    """Whether the relay itself accepted all of it first: it holds it, unless it lost its disk."""
    return all(sent.envelope.server == relay.id for sent in one.envelopes)


def _name(one: SignedBatch) -> dict[str, Any]:
    *_, head = one.batch.hashes()
    return {"device": one.batch.device, "last": one.batch.last, "head": to_base64url(head)}


def _named(
    context: Context, feeds: Iterable[Feed], names: Iterable[dict[str, Any]]
) -> Iterator[SignedBatch]:
    wanted = sorted(str(one) for one in feeds)
    for name in names:
        head = from_base64url(name["head"], HASH_BYTES)
        found = context.store.batch_at(name["device"], name["last"], head, wanted)
        if found is not None:
            yield found


def relay_feeds(context: Context, relay: Device, now_ms: int) -> frozenset[Feed]:
    """The feeds that the tablets behind a relay may read between them (F11)."""
    return frozenset(
        feed
        for checkpoint in relay.checkpoints
        for feed in context.entitled.feeds(replace(relay, checkpoint=checkpoint), now_ms)
    )


def _know_own_chain(context: Context, relay: Device, own_chain: str | None) -> None:
    """A restored relay goes on as another device with the same key (SPEC P6)."""
    if own_chain is not None and is_uuid7(own_chain) and context.store.device(own_chain) is None:
        context.store.adopt_device(replace(relay, id=own_chain))


def _result(one: Taken) -> dict[str, Any]:
    return {
        "device": one.device,
        "first": one.first,
        "last": one.last,
        "code": one.code,
        "refused": [_answer(answer) for answer in one.refused],
    }


def _answer(answer: EventAnswer) -> dict[str, Any]:
    members = {"seq": answer.seq, "state": answer.state, "code": answer.code, "field": answer.field}
    return {name: value for name, value in members.items() if value is not None}


def _may_ask(context: Context, relay: Device, device: str) -> bool:
    known = context.store.device(device)
    return known is not None and relay_scope(relay)(known)


def _receipt(context: Context, device: str, now_ms: int) -> dict[str, Any]:
    known = context.store.device(device)
    assert known is not None
    return receipt_to_json(context, held_receipt(context, known, now_ms))


def _home_receipts(context: Context, chains: Sequence[str]) -> list[Any]:
    """What the home server said of these chains, where that is another server than this one."""
    upstream = read_upstream(context.store)
    if upstream is None:
        return []
    wanted = frozenset(chains)
    return [
        json.loads(one.text)
        for one in context.store.upstream_receipts(upstream.home)
        if one.device in wanted
    ]
