"""The fast reading of an event: types generated from the schemas, the verdict of the schemas.

Needs msgspec. A text is read once; that it holds no name twice, no odd number and no stray escape
is proved by writing it again: what comes out as the very text that went in has none of them. A
text that is written otherwise (spaces, escaped letters, 1e2) is judged by `check_by_schema`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from marshmallow import Schema
from msgspec import Meta, Struct, ValidationError, convert, defstruct
from msgspec.json import Decoder, Encoder

from schemas.check import Header, check_by_schema, missing
from schemas.records import KINDS, Kind, item_schemas
from schemas.structs import items_struct, writes_struct
from sync.clock import stamp_from_text
from sync.encoding import is_uuid7
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

# Checkpoints, officers, packs and items 1, 2, 3 come again in event after event.
_is_slug = lru_cache(4096)(is_slug)
_is_word = lru_cache(1024)(is_word)
_is_item_id = lru_cache(4096)(is_item_id)

# 16 bytes in canonical base64url: of the last character's six bits four are stray, so zero (E3).
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII).fullmatch


class _Body(Struct, kw_only=True, gc=False):
    """The header of SPEC E4, as far as types check it; `set` and `items` are each kind's own."""

    version: int
    record: str
    home: str
    stamp: str
    time: Annotated[int, Meta(ge=0, le=MAX_MS)]
    offset: Annotated[int, Meta(ge=-OFFSET_LIMIT_MS, le=OFFSET_LIMIT_MS)] | None = None
    officer: str | None = None
    packs: dict[str, Annotated[int, Meta(ge=0, le=MAX_PACK_VERSION)]] = {}


class _Part(NamedTuple):
    """The body or the person part of a kind: its type and the names that `items` may not write."""

    type: type[Any]
    groups: frozenset[str]
    plain: frozenset[str]


class _Shape(NamedTuple):
    kind: Kind
    body: _Part
    person: _Part


def _part(schema: Schema, base: type[Struct]) -> _Part:
    members: list[Any] = [
        ("set", writes_struct(schema), None),
        ("items", items_struct(schema), None),
    ]
    groups = frozenset(item_schemas(schema))
    plain = frozenset(schema.fields) - groups
    name = f"{type(schema).__name__}Part"
    return _Part(defstruct(name, members, bases=(base,), kw_only=True, gc=False), groups, plain)


class _Person(Struct, kw_only=True, gc=False):
    """The person part of SPEC E7."""

    salt: str


_SHAPES = {
    key: _Shape(kind, _part(kind.body, _Body), _part(kind.person, _Person))
    for key, kind in KINDS.items()
}


def _nested(depth: int) -> Any:
    """A JSON object at most `depth` levels deep."""
    scalar: Any = None | bool | int | float | str
    value: Any = scalar
    for _ in range(depth - 1):
        value = scalar | list[value] | dict[str, value]
    return dict[str, value]


_decode = Decoder(_nested(MAX_DEPTH)).decode
_encode = Encoder().encode


def check_by_types(body_text: str, person_text: str | None) -> Header | None:
    """The verdict of `check_by_schema`, sooner."""
    body = _canonical(body_text)
    person = None if person_text is None else _canonical(person_text)
    if body is None or (person is None and person_text is not None):
        return check_by_schema(body_text, person_text)
    name, version = body.get("kind"), body.get("version")
    if type(name) is not str or type(version) is not int or (name, version) not in _SHAPES:
        return None
    shape = _SHAPES[name, version]
    try:
        header: _Body = convert(body, shape.body.type)
        if not _body_in_order(header, body, shape.body):
            return None
        stamp = stamp_from_text(header.stamp)
        over = parse_over(body) if "over" in body else None
        if person is not None and not _person_in_order(person, shape.person):
            return None
    except (ValidationError, SyncError):
        return None
    return Header(
        shape.kind,
        header.record,
        header.home,
        stamp,
        header.time,
        header.offset,
        header.officer,
        not over,
        missing(shape.kind, body.get("set", {})) if shape.kind.required else (),
    )


def _canonical(text: str) -> dict[str, Any] | None:
    """The object in `text` when it is written just as it would be here, else None."""
    try:
        data: dict[str, Any] = _decode(text)
        same = _encode(data) == text.encode()
    except ValueError:
        return None
    return data if same else None


def _body_in_order(header: _Body, body: dict[str, Any], part: _Part) -> bool:
    return (
        is_uuid7(header.record)
        and _is_slug(header.home)
        and (header.officer is None or _is_slug(header.officer))
        and len(header.packs) <= MAX_PACKS
        and all(map(_is_word, header.packs))
        and _writes_in_order(body, part)
    )


def _person_in_order(person: dict[str, Any], part: _Part) -> bool:
    convert(person, part.type)
    return _SALT(person["salt"]) is not None and _writes_in_order(person, part)


def _writes_in_order(data: dict[str, Any], part: _Part) -> bool:
    """What the type leaves open: groups nobody knows, the names of items, fields as groups."""
    writes = data.get("set", {})
    if not part.groups.isdisjoint(writes):
        return False
    for group, members in data.get("items", {}).items():
        if group not in part.groups and (
            group in part.plain
            or group in writes
            or not _is_word(group)
            or not isinstance(members, dict)
            or not all(isinstance(one, dict) for one in members.values())
        ):
            return False
        if not all(map(_is_item_id, members)):
            return False
    return True
