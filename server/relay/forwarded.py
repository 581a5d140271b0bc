"""A batch on its way between servers: as its author signed it, with the envelopes it came to have.

SPEC U2, U6. The JSON is the same in both directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.store.relay_protocol import SignedEnvelope
from sync.batch import MAX_SEQ, Batch, batch_to_json, parse_batch
from sync.chain import HASH_BYTES
from sync.encoding import from_base64url, to_base64url
from sync.envelope import Envelope
from sync.errors import SyncError
from sync.events import MAX_MS

MAX_ENVELOPES = 64
MAX_RANKS = 1000
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Forwarded:
    """One batch and its envelopes."""

    batch: Batch
    envelopes: tuple[SignedEnvelope, ...]


def forwarded_to_json(batch: Batch, envelopes: Sequence[SignedEnvelope]) -> dict[str, Any]:
    """Its JSON value."""
    return {
        "batch": batch_to_json(batch),
        "envelopes": [_envelope_to_json(one) for one in envelopes],
    }


def parse_forwarded(value: object) -> Forwarded:
    """The batch in its JSON value; SyncError("batch.…", "event.…", "encoding.base64url")."""
    if not isinstance(value, Mapping) or not isinstance(value.get("envelopes"), list):
        raise SyncError("batch.shape", "U2")
    if len(value["envelopes"]) > MAX_ENVELOPES:
        raise SyncError("batch.size", "U2", "envelopes")
    batch = parse_batch(value.get("batch"))
    return Forwarded(batch, tuple(_envelope(one) for one in value["envelopes"]))


def _envelope_to_json(one: SignedEnvelope) -> dict[str, Any]:
    envelope = one.envelope
    return {
        "server": envelope.server,
        "received": envelope.received_ms,
        "device": envelope.device,
        "first": envelope.first,
        "last": envelope.last,
        "head": to_base64url(envelope.head),
        "ranks": envelope.ranks,
        "signature": to_base64url(one.signature),
    }


def _envelope(value: object) -> SignedEnvelope:
    item = value if isinstance(value, Mapping) else {}
    envelope = Envelope(
        server=_text(item, "server", 64),
        received_ms=_count(item, "received", MAX_MS),
        device=_text(item, "device", 64),
        first=_count(item, "first", MAX_SEQ),
        last=_count(item, "last", MAX_SEQ),
        head=from_base64url(item.get("head"), HASH_BYTES),
        ranks=_text(item, "ranks", MAX_RANKS),
    )
    return SignedEnvelope(envelope, from_base64url(item.get("signature"), SIGNATURE_BYTES))


def _text(item: Mapping[str, Any], name: str, longest: int) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isascii():
        raise SyncError("batch.shape", "U2", name)
    return value


def _count(item: Mapping[str, Any], name: str, most: int) -> int:
    value = item.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise SyncError("batch.shape", "U2", name)
    return value
