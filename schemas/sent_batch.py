"""A sync request read at once: its batch comes out as `sync.batch.parse_batch` would make it.

Needs msgspec. What is not in order in every respect is None here, so that the plain way judges it:
the two refuse the same.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import Decoder

from sync.batch import (
    MAX_BODY_CHARS,
    MAX_EVENTS,
    MAX_PERSON_CHARS,
    MAX_SEQ,
    SIGNATURE_BYTES,
    Batch,
    WireEvent,
)
from sync.chain import HASH_BYTES, NO_PERSON, genesis
from sync.encoding import from_base64url
from sync.errors import SyncError

_Body = Annotated[str, Meta(max_length=MAX_BODY_CHARS)]
_Person = Annotated[str, Meta(max_length=MAX_PERSON_CHARS)]
_Sealed = Annotated[str, Meta(max_length=2 * MAX_PERSON_CHARS)]


class _Event(Struct, forbid_unknown_fields=True, gc=False):
    body: _Body
    person: _Person | None = None
    sealed: _Sealed | None = None
    commitment: str | UnsetType = UNSET


class _Batch(Struct, forbid_unknown_fields=True):
    device: Annotated[str, Meta(min_length=1, max_length=64)]
    first: Annotated[int, Meta(ge=1, le=MAX_SEQ - MAX_EVENTS)]
    previous: str
    events: Annotated[list[_Event], Meta(min_length=1, max_length=MAX_EVENTS)]
    signature: str


class _Request(Struct, forbid_unknown_fields=True):
    """`schemas.sync_wire.SyncRequest` says what each value may be; here it only has to be flat."""

    batch: _Batch
    protocol: int | UnsetType = UNSET
    cursor: str | UnsetType | None = UNSET
    held_after: int | UnsetType | None = UNSET
    feeds: list[str] | UnsetType = UNSET
    unsent: int | UnsetType = UNSET
    device_time: int | UnsetType = UNSET


_decode = Decoder(_Request).decode
_REST = tuple(name for name in _Request.__struct_fields__ if name != "batch")


def read_request(data: bytes) -> dict[str, Any] | None:
    """The request with its `batch` as a `Batch`; None where it has none or all is not in order."""
    try:
        request = _decode(data)
        batch = _batch(request.batch)
    except (ValueError, SyncError, RecursionError):
        return None
    if batch is None:
        return None
    rest = {name: getattr(request, name) for name in _REST}
    return {name: one for name, one in rest.items() if one is not UNSET} | {"batch": batch}


def _batch(sent: _Batch) -> Batch | None:
    if not sent.device.isascii():
        return None
    previous = from_base64url(sent.previous, HASH_BYTES)
    if sent.first == 1 and previous != genesis(sent.device):
        return None
    events: list[WireEvent] = []
    for one in sent.events:
        person = one.person
        if person is not None:
            if one.sealed is not None or one.commitment is not UNSET:
                return None
            events.append(WireEvent(one.body, person, None, sha256(person.encode()).digest()))
        elif one.commitment is not UNSET:
            committed = from_base64url(one.commitment, HASH_BYTES)
            events.append(WireEvent(one.body, None, one.sealed, committed))
        elif one.sealed is not None:
            return None
        else:
            events.append(WireEvent(one.body, None, None, NO_PERSON))
    signature = from_base64url(sent.signature, SIGNATURE_BYTES)
    return Batch(sent.device, sent.first, previous, tuple(events), signature)
