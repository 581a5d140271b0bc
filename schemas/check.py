"""Whether an event is in order, told from its texts: what the log has to know of it, or None.

Two readings with one verdict: `check_by_schema` asks marshmallow and is always there;
`schemas.fast` asks types generated from the same schemas, where msgspec (extra `fast`) is
installed. `schemas.checker` chooses, once. Why an event is refused is said by `parse_body` and
`refused_field`: a refusal may take its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.records import KINDS, Kind, check_writes
from sync.errors import SyncError
from sync.events import Body, parse_body, parse_person


class Header(NamedTuple):
    """What the log has to know of an event that is in order, beside its texts.

    `begins`: it amends nothing, so its record may start with it; `missing` are the required fields
    it would then lack. Of a kind that requires nothing, `record` is empty: then all events of one
    officer have one header.
    """

    kind: Kind
    home: str
    officer: str | None
    record: str
    begins: bool
    missing: tuple[str, ...]


class Checked(NamedTuple):
    """For each event of a batch its header, or None where it is held or rejected.

    `newest` is the largest stamp among those in order; 0 where none is.
    """

    headers: list[Header | None]
    newest: int


def check_all_by_schema(bodies: Sequence[str], persons: Sequence[str | None]) -> Checked:
    """What `schemas.records` says of each event of a batch."""
    return gathered(map(check_by_schema, bodies, persons))


def gathered(found: Iterable[tuple[Header, int] | None]) -> Checked:
    """The verdicts on single events (header and stamp, or None) together."""
    each = list(found)
    newest = max((one[1] for one in each if one is not None), default=0)
    return Checked([None if one is None else one[0] for one in each], newest)


def check_by_schema(body_text: str, person_text: str | None) -> tuple[Header, int] | None:
    """(header, stamp) as `schemas.records` has it; None when the event is held or rejected."""
    try:
        body = parse_body(body_text)
    except SyncError:
        return None
    kind = KINDS.get((body.kind, body.version))
    if kind is None or refused_field(kind, body, person_text) is not None:
        return None
    lacks = missing(kind, body.fields)
    return make_header(
        kind, body.home, body.officer, body.record, bool(body.over), lacks
    ), body.stamp


def make_header(
    kind: Kind, home: str, officer: str | None, record: str, amends: bool, lacks: tuple[str, ...]
) -> Header:
    """The header of an event, without what nobody asks of its kind."""
    if not kind.required:
        return Header(kind, home, officer, "", True, ())
    return Header(kind, home, officer, record, not amends, lacks)


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
