"""Whether an event is in order, told from its texts: what the log has to know of it, or None.

Two readings with one verdict: `check_by_schema` asks marshmallow and is always there;
`schemas.fast` asks types generated from the same schemas, where msgspec (extra `fast`) is
installed. `checker` chooses, once. Why an event is refused is said by `parse_body` and
`refused_field`: a refusal may take its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from schemas.records import KINDS, Kind, check_writes
from sync.errors import SyncError
from sync.events import Body, parse_body, parse_person


class Header(NamedTuple):
    """What the log keeps beside the texts of an event that is in order.

    `begins`: it amends nothing, so its record may start with it; `missing` are the required fields
    it would then lack. A tuple, because the fast path makes one per event.
    """

    kind: Kind
    record: str
    home: str
    stamp: int
    time_ms: int
    offset_ms: int | None
    officer: str | None
    begins: bool
    missing: tuple[str, ...]


Check = Callable[[str, str | None], Header | None]
"""(body text, person text or None) → the header, or None for an event that is held or rejected."""


def checker() -> Check:
    """The fast reading where msgspec is installed, else marshmallow's. Call it once, at start."""
    try:
        from schemas.fast import check_by_types
    except ModuleNotFoundError as error:
        if error.name != "msgspec":
            raise
        return check_by_schema
    return check_by_types


def check_by_schema(body_text: str, person_text: str | None) -> Header | None:
    """What `schemas.records` says of an event; None when it is held or rejected."""
    try:
        body = parse_body(body_text)
    except SyncError:
        return None
    kind = KINDS.get((body.kind, body.version))
    if kind is None or refused_field(kind, body, person_text) is not None:
        return None
    return Header(
        kind=kind,
        record=body.record,
        home=body.home,
        stamp=body.stamp,
        time_ms=body.time_ms,
        offset_ms=body.offset_ms,
        officer=body.officer,
        begins=not body.over,
        missing=missing(kind, body.fields),
    )


def missing(kind: Kind, writes: Mapping[str, Any]) -> tuple[str, ...]:
    """The required fields of `kind` that `writes` lacks."""
    return tuple(name for name in kind.required if name not in writes)


def refused_field(kind: Kind, body: Body, person_text: str | None) -> str | None:
    """The first field that the schemas of `kind` refuse, as a path, or None."""
    refused = check_writes(kind.body, body.fields, body.items)
    if refused is not None or person_text is None:
        return refused
    try:
        fields, items = parse_person(person_text)
    except SyncError as error:
        return str(error.at or "person")
    refused = check_writes(kind.person, fields, items)
    return None if refused is None else f"person/{refused}"
