"""What becomes of one pushed event, as far as the event itself tells: SPEC A2–A5, A10, S3.

Pure but for the sealing key it is given; `server/store` adds what only the log knows (duplicates,
forks, revoked devices, whether a record has begun). An event with a wrong text still gets a row:
it keeps its place in the chain (A4).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from schemas.records import KINDS, Kind, check_writes, missing_fields
from sync.batch import MAX_PERSON_CHARS, WireEvent
from sync.chain import NO_PERSON, commitment
from sync.clock import order_stamp, stamp_of
from sync.encoding import from_base64url
from sync.errors import SyncError
from sync.events import Body, is_item_id, parse_body, parse_text
from sync.seal import unseal, unwrap_content_key, wrapped_part

SALT_BYTES = 16
MAX_CONTENT_KEYS = 4096


@dataclass(frozen=True, slots=True)
class Examined:
    """One event, ready to be stored.

    `home` is the checkpoint whose feed it belongs to: the device's own where the body names none.
    `required`: the kind has fields that the first event of `record` must hold, `missing` are those
    it lacks. An amendment (it has an `over`, so not `begins`) may well arrive before what it
    amends: it is never asked for them.
    """

    state: Literal["accepted", "held", "rejected"]
    code: str | None
    field: str | None
    home: str
    officer: str | None
    record: str | None
    begins: bool
    required: bool
    missing: tuple[str, ...]
    order: int
    body: str
    person: str | None
    commitment: bytes


class ContentKeys:
    """Unwrapped content keys of locked tablets, most recent first out last; any thread.

    A tablet wraps one key per shift and seals hundreds of events with it: one ECDH serves all.
    """

    def __init__(self, sealing: ec.EllipticCurvePrivateKey) -> None:
        self._sealing = sealing
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, sealed: str, committed: bytes) -> str:
        """The person text in `sealed`; SyncError seal.key or seal.text (SPEC S3)."""
        wrapped = wrapped_part(sealed)
        with self._lock:
            key = self._keys.get(wrapped)
            if key is not None:
                self._keys.move_to_end(wrapped)
        try:
            if key is None:
                key = unwrap_content_key(wrapped, self._sealing)
        except SyncError:
            raise SyncError("seal.key", "S3") from None
        with self._lock:
            self._keys[wrapped] = key
            while len(self._keys) > MAX_CONTENT_KEYS:
                self._keys.popitem(last=False)
        try:
            text = unseal(sealed, key, committed)
        except SyncError:
            raise SyncError("seal.text", "S3") from None
        if commitment(text) != committed:
            raise SyncError("seal.text", "S3")
        return text


def examine(
    event: WireEvent, home: str | None, received_ms: int, content_keys: ContentKeys
) -> Examined:
    """The row an event becomes. `home`: the one checkpoint its device may write to (A10)."""
    person, problem = _person_text(event, content_keys)
    try:
        body = parse_body(event.body)
    except SyncError as error:
        return _unreadable(event, person, error, home, received_ms)
    state, code, field = _judge(body, person, home)
    kind = KINDS.get((body.kind, body.version))
    if state == "accepted" and problem is not None:
        code = problem
    return Examined(
        state=state,
        code=code,
        field=field,
        home=body.home if home is None else home,
        officer=body.officer,
        record=body.record,
        begins=not body.over,
        required=kind is not None and any(one.required for one in kind.body.fields.values()),
        missing=() if kind is None else tuple(missing_fields(kind.body, dict(body.fields))),
        order=order_stamp(body.stamp, received_ms),
        body=event.body,
        person=person,
        commitment=event.commitment,
    )


def parse_person(text: str) -> tuple[dict[str, Any], dict[str, dict[str, dict[str, Any]]]]:
    """(set, items) of a person text; SyncError names the field (SPEC E1, E7)."""
    data = parse_text(text)
    try:
        from_base64url(data.get("salt"), SALT_BYTES)
    except SyncError:
        raise SyncError("event.field", "E7", "person/salt") from None
    fields, items = data.get("set", {}), data.get("items", {})
    if not isinstance(fields, dict):
        raise SyncError("event.field", "E7", "person/set")
    if not isinstance(items, dict):
        raise SyncError("event.field", "E7", "person/items")
    for group, members in items.items():
        if not isinstance(members, dict):
            raise SyncError("event.field", "E7", f"person/{group}")
        for identifier, one in members.items():
            if not is_item_id(identifier) or not isinstance(one, dict):
                raise SyncError("event.field", "E7", f"person/{group}")
    return fields, items


def check_fields(kind: Kind, body: Body, person: str | None) -> str | None:
    """The first field that the kind's schemas refuse, or None. The one place that asks them."""
    refused = check_writes(kind.body, dict(body.fields), dict(body.items))
    if refused is not None:
        return refused
    if person is None:
        return None
    try:
        fields, items = parse_person(person)
    except SyncError as error:
        return str(error.at or "person")
    refused = check_writes(kind.person, fields, items)
    return None if refused is None else f"person/{refused}"


def _judge(
    body: Body, person: str | None, home: str | None
) -> tuple[Literal["accepted", "held", "rejected"], str | None, str | None]:
    if home is not None and body.home != home:
        return "rejected", "event.scope", "home"
    kind = KINDS.get((body.kind, body.version))
    if kind is None:
        return "held", "event.kind", "kind"
    refused = check_fields(kind, body, person)
    if refused is not None:
        return "rejected", "event.field", refused
    return "accepted", None, None


def _person_text(event: WireEvent, content_keys: ContentKeys) -> tuple[str | None, str | None]:
    if event.person is not None or event.sealed is None:
        return event.person, None
    if event.commitment == NO_PERSON:
        return None, "seal.text"
    try:
        text = content_keys.open(event.sealed, event.commitment)
    except SyncError as error:
        return None, error.code
    return (text, None) if len(text) <= MAX_PERSON_CHARS else (None, "seal.text")


def _unreadable(
    event: WireEvent, person: str | None, error: SyncError, home: str | None, received_ms: int
) -> Examined:
    return Examined(
        state="rejected",
        code=error.code,
        field=None if error.at is None else str(error.at),
        home=home or "",
        officer=None,
        record=None,
        begins=False,
        required=False,
        missing=(),
        order=stamp_of(received_ms),
        body=event.body,
        person=person,
        commitment=event.commitment,
    )
