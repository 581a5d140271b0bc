"""The fast reading of an event: types generated from the schemas, the verdict of the schemas.

Needs msgspec. A text is read once; that it holds no name twice, no odd number and no stray escape
is proved by writing it again: what comes out as the very text that went in has none of them. A
text that is written otherwise (spaces, escaped letters, 1e2) is judged by `check_by_schema`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from marshmallow import Schema
from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, defstruct
from msgspec.json import Decoder, Encoder

from schemas.check import Header, check_by_schema, make_header, missing
from schemas.nested import object_decoder
from schemas.records import KINDS, Kind, item_schemas
from schemas.structs import UUID7_PATTERN, items_struct, open_fields, writes_struct
from sync.errors import SyncError
from sync.events import (
    MAX_DEPTH,
    MAX_MS,
    MAX_PACK_VERSION,
    MAX_PACKS,
    OFFSET_LIMIT_MS,
    is_item_id,
    is_slug,
    is_word,
    parse_over,
)

# Checkpoints and officers, the names of packs and items 1, 2, 3 come again in event after event.
known_slug = lru_cache(4096)(is_slug)


@lru_cache(1024)
def are_packs(names: tuple[str, ...]) -> bool:
    """Whether these may be the names of the packs in force."""
    return len(names) <= MAX_PACKS and all(map(is_word, names))


@lru_cache(4096)
def _are_item_ids(names: tuple[str, ...]) -> bool:
    return all(map(is_item_id, names))


_is_stamp = re.compile(r"[0-7][0-9a-f]{15}", re.ASCII).fullmatch
_is_uuid7 = re.compile(UUID7_PATTERN[2:-2], re.ASCII).fullmatch

# 16 bytes in canonical base64url: of the last character's six bits four are stray, so zero (E3).
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII).fullmatch


_NOTHING: dict[str, Any] = {}


class _Body(Struct, kw_only=True, gc=False, tag_field="kind", tag="body"):
    """The header of SPEC E4, in its order; `set` and `items` are each kind's own."""

    version: int
    record: str
    home: str
    stamp: str
    time: Annotated[int, Meta(ge=0, le=MAX_MS)]
    offset: Annotated[int, Meta(ge=-OFFSET_LIMIT_MS, le=OFFSET_LIMIT_MS)] | UnsetType | None = UNSET
    officer: str | UnsetType | None = UNSET
    packs: dict[str, Annotated[int, Meta(ge=0, le=MAX_PACK_VERSION)]] | UnsetType = UNSET


class _Person(Struct, kw_only=True, gc=False):
    """The person part of SPEC E7."""

    salt: str


class Part(NamedTuple):
    """The body or the person part of a kind: its type and the names that `items` may not write.

    `open` are fields that may hold any JSON: their depth is not bounded by the type.
    """

    type: type[Any]
    decode: Callable[[str], Any]
    lines: Callable[[bytes], list[Any]]
    groups: frozenset[str]
    plain: frozenset[str]
    open: tuple[str, ...]


class _Shape(NamedTuple):
    kind: Kind
    body: Part
    person: Part


def _part(kind: Kind, schema: Schema, base: type[Struct]) -> Part:
    is_body = issubclass(base, _Body)
    members: list[Any] = [
        ("set", writes_struct(schema) | UnsetType, UNSET),
        ("items", items_struct(schema) | UnsetType, UNSET),
    ]
    if is_body:
        members.append(("over", Any, UNSET))
    name = f"{type(schema).__name__}Part"
    made = defstruct(
        name,
        members,
        bases=(base,),
        tag_field="kind" if is_body else None,
        tag=kind.name if is_body else None,
        kw_only=True,
        gc=False,
    )
    groups = frozenset(item_schemas(schema))
    parts = [schema, *item_schemas(schema).values()]
    return Part(
        made,
        Decoder(made).decode,
        Decoder(made).decode_lines,
        groups,
        frozenset(schema.fields) - groups,
        tuple(f'"{field}":' for part in parts for field in open_fields(part)),
    )


SHAPES = {  # by kind and version
    key: _Shape(kind, _part(kind, kind.body, _Body), _part(kind, kind.person, _Person))
    for key, kind in KINDS.items()
}
_OPENINGS = {
    f'{{"kind":"{name}","version":{version},': shape for (name, version), shape in SHAPES.items()
}


decode_bounded = object_decoder(MAX_DEPTH).decode
_encode = Encoder().encode


def check_by_types(body_text: str, person_text: str | None) -> tuple[Header, int] | None:
    """The verdict of `check_by_schema`, sooner."""
    return _check_as_declared(body_text, person_text) or _check_unordered(body_text, person_text)


def _check_as_declared(body_text: str, person_text: str | None) -> tuple[Header, int] | None:
    """The header of an event in order whose names stand in the order of the schemas, else None.

    Our tablets write them so. Read into the types and written again, such a text is itself: that
    proves all of it, without reading it into dicts first.
    """
    shape = _OPENINGS.get(body_text[: body_text.find(",", body_text.find(",") + 1) + 1])
    if shape is None:
        return None
    try:
        body = _same(body_text, shape.body)
        if body is None or not _body_in_order(body) or not items_named(body.items, shape.body):
            return None
        if person_text is not None:
            person = _same(person_text, shape.person)
            if person is None or _SALT(person.salt) is None:
                return None
            if not items_named(person.items, shape.person):
                return None
        over = parse_over({"over": body.over}) if body.over is not UNSET else None
    except (ValueError, SyncError):
        return None
    return make_fast_header(shape.kind, body, bool(over)), int(body.stamp, 16)


def _same(text: str, part: Part) -> Any:
    """The text as a value of the part's type, None where it is not written as that value is."""
    value = part.decode(text)
    for name in part.open:
        if name in text:
            decode_bounded(text)
    return value if _encode(value) == text.encode() else None


def items_named(items: Any, part: Part) -> bool:
    """Whether every item has a name that items may have (SPEC E5)."""
    if items is UNSET:
        return True
    for group in part.groups:
        members = getattr(items, group)
        if members is not UNSET and not _are_item_ids(tuple(members)):
            return False
    return True


def _check_unordered(body_text: str, person_text: str | None) -> tuple[Header, int] | None:
    """The verdict on any event: by way of dicts, whose names may stand in any order."""
    body = _canonical(body_text)
    person = None if person_text is None else _canonical(person_text)
    if body is None or (person is None and person_text is not None):
        return check_by_schema(body_text, person_text)
    name, version = body.get("kind"), body.get("version")
    if type(name) is not str or type(version) is not int:
        return None
    shape = SHAPES.get((name, version))
    if shape is None:
        return None
    kind, body_part, person_part = shape
    try:
        header: _Body = convert(body, body_part.type)
        if not _body_in_order(header) or not _writes_in_order(body, body_part):
            return None
        over = parse_over(body) if "over" in body else None
        if person is not None:
            convert(person, person_part.type)
            if _SALT(person["salt"]) is None or not _writes_in_order(person, person_part):
                return None
    except (ValidationError, SyncError):
        return None
    return make_fast_header(kind, header, bool(over)), int(header.stamp, 16)


def make_fast_header(kind: Kind, body: _Body, amends: bool) -> Header:
    """The header of a body that is in order."""
    officer = None if body.officer is UNSET else body.officer
    lacks: tuple[str, ...] = ()
    if kind.required:
        writes = getattr(body, "set", UNSET)
        there = {one: None for one in kind.required if getattr(writes, one, UNSET) is not UNSET}
        lacks = missing(kind, there)
    return make_header(kind, body.home, officer, body.record, amends, lacks)


def _canonical(text: str) -> dict[str, Any] | None:
    """The object in `text` when it is written just as it would be here, else None."""
    try:
        data: dict[str, Any] = decode_bounded(text)
        same = _encode(data) == text.encode()
    except ValueError:
        return None
    return data if same else None


def _body_in_order(body: _Body) -> bool:
    """What the type of the header leaves open: it holds one kind of text for another."""
    return (
        _is_uuid7(body.record) is not None
        and _is_stamp(body.stamp) is not None
        and known_slug(body.home)
        and (body.officer is None or body.officer is UNSET or known_slug(body.officer))
        and (not body.packs or are_packs(tuple(body.packs)))
    )


def _writes_in_order(data: dict[str, Any], part: Part) -> bool:
    """What the type leaves open: groups nobody knows, the names of items, fields as groups."""
    writes = data.get("set", _NOTHING)
    if not part.groups.isdisjoint(writes):
        return False
    for group, members in data.get("items", _NOTHING).items():
        if group not in part.groups and (
            group in part.plain
            or group in writes
            or not is_word(group)
            or not isinstance(members, dict)
            or not all(isinstance(one, dict) for one in members.values())
        ):
            return False
        if not _are_item_ids(tuple(members)):
            return False
    return True
