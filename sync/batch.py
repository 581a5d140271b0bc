"""A run of one device's events with one signature over it: it verifies alone. SPEC B1–B7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from sync.chain import HASH_BYTES, NO_PERSON, commitment, event_hash, genesis
from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

PROTOCOL = 1
MAX_EVENTS = 1000
MAX_BODY_CHARS = 8192
MAX_PERSON_CHARS = 16384
MAX_SEQ = (1 << 53) - 1
SIGNATURE_BYTES = 64

_ES256 = ec.ECDSA(hashes.SHA256())


class WireEvent(NamedTuple):
    """One event as it travels: exact texts, and the commitment where the person text is absent.

    A tuple, because a batch makes a thousand and a frozen dataclass takes four times as long.
    `person` is the text in clear (over TLS, to a server entitled to it); `sealed` is the same text
    encrypted to the home server (SPEC S1); neither: it is withheld or there is none.
    """

    body: str
    person: str | None
    sealed: str | None
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Contiguous events `first`… of `device`, the hash before them, and its 64-byte signature."""

    device: str
    first: int
    previous: bytes
    events: tuple[WireEvent, ...]
    signature: bytes

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1

    def hashes(self) -> Iterator[bytes]:
        """The hash of each event, in order; the last one is the head."""
        current = self.previous
        for body, _, _, committed in self.events:
            current = event_hash(current, body, committed)
            yield current


def signing_text(device: str, first: int, last: int, previous: bytes, head: bytes) -> bytes:
    """The six lines that a batch signature covers (SPEC B3)."""
    lines = ("chot-batch/1", device, str(first), str(last), previous.hex(), head.hex())
    return "\n".join(lines).encode("ascii")


def sign_es256(key: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    """ES256 as r ‖ s, 64 bytes, as WebCrypto and JOSE write it (RFC 7518 §3.4)."""
    r, s = decode_dss_signature(key.sign(text, _ES256))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_es256(key: ec.EllipticCurvePublicKey, signature: bytes, text: bytes) -> bool:
    """Whether `signature` (64 bytes, r ‖ s) over `text` is this key's."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), text, _ES256)
    except InvalidSignature:
        return False
    return True


def parse_batch(data: object) -> Batch:
    """A batch from its JSON value, every size bounded; SyncError("batch.…") (SPEC B1, B2)."""
    if not isinstance(data, dict):
        raise SyncError("batch.shape", "B1")
    device, first, events = data.get("device"), data.get("first"), data.get("events")
    if not isinstance(device, str) or not 1 <= len(device) <= 64 or not device.isascii():
        raise SyncError("batch.shape", "B1", "device")
    if type(first) is not int or not 1 <= first <= MAX_SEQ - MAX_EVENTS:
        raise SyncError("batch.shape", "B1", "first")
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
        raise SyncError("batch.size", "B2", "events")
    previous = _bytes(data.get("previous"), HASH_BYTES, "previous")
    if first == 1 and previous != genesis(device):
        raise SyncError("batch.genesis", "H1", "previous")
    return Batch(
        device=device,
        first=first,
        previous=previous,
        events=tuple(_wire_event(item, first + index) for index, item in enumerate(events)),
        signature=_bytes(data.get("signature"), SIGNATURE_BYTES, "signature"),
    )


def batch_to_json(batch: Batch) -> dict[str, object]:
    """The JSON value of a batch; nothing that can be derived is in it (SPEC B4)."""
    return {
        "device": batch.device,
        "first": batch.first,
        "previous": to_base64url(batch.previous),
        "events": [_event_to_json(event) for event in batch.events],
        "signature": to_base64url(batch.signature),
    }


def make_batch(
    device: str,
    first: int,
    previous: bytes,
    events: tuple[WireEvent, ...],
    sign: Callable[[bytes], bytes],
) -> Batch:
    """A signed batch of these events; `sign` is the device key's ES256."""
    unsigned = Batch(device, first, previous, events, b"")
    chain = tuple(unsigned.hashes())
    text = signing_text(device, first, unsigned.last, previous, chain[-1])
    return Batch(device, first, previous, events, sign(text))


def verify_batch(batch: Batch, key: ec.EllipticCurvePublicKey) -> tuple[bytes, ...]:
    """The hashes of the events when the signature is the device's; else SyncError (SPEC B3)."""
    chain = tuple(batch.hashes())
    text = signing_text(batch.device, batch.first, batch.last, batch.previous, chain[-1])
    if not verify_es256(key, batch.signature, text):
        raise SyncError("batch.signature", "B3")
    return chain


def plain_event(body: str, person: str | None) -> WireEvent:
    """An event whose person text, if any, travels in clear."""
    return WireEvent(body, person, None, commitment(person))


def _wire_event(item: object, seq: int) -> WireEvent:
    if not isinstance(item, dict):
        raise SyncError("event.shape", "B1", seq)
    body, person, sealed = item.get("body"), item.get("person"), item.get("sealed")
    if not isinstance(body, str) or len(body) > MAX_BODY_CHARS:
        raise SyncError("event.size", "B2", seq)
    if person is not None:
        if not isinstance(person, str) or len(person) > MAX_PERSON_CHARS:
            raise SyncError("event.size", "B2", seq)
        if sealed is not None or "commitment" in item:
            raise SyncError("event.shape", "B4", seq)
        return WireEvent(body, person, None, commitment(person))
    if sealed is not None and (not isinstance(sealed, str) or len(sealed) > 2 * MAX_PERSON_CHARS):
        raise SyncError("event.size", "B2", seq)
    if "commitment" in item:
        return WireEvent(body, None, sealed, _bytes(item["commitment"], HASH_BYTES, seq))
    if sealed is not None:
        raise SyncError("event.shape", "B4", seq)
    return WireEvent(body, None, None, NO_PERSON)


def _event_to_json(event: WireEvent) -> dict[str, object]:
    item: dict[str, object] = {"body": event.body}
    if event.person is not None:
        item["person"] = event.person
    elif event.commitment != NO_PERSON:
        item["commitment"] = to_base64url(event.commitment)
        if event.sealed is not None:
            item["sealed"] = event.sealed
    return item


def _bytes(text: object, length: int, at: str | int) -> bytes:
    try:
        return from_base64url(text, length)
    except SyncError as error:
        raise SyncError(error.code, error.rule, at) from None
