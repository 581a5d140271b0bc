"""The fast reading of a batch: all texts are read at once, and proved by writing them again.

A text is a line: where none holds a line feed, none can be taken for another. What is not in order
in every respect is left to `schemas.fast`, event by event. Needs msgspec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, Union

from msgspec import UNSET
from msgspec.json import Decoder, Encoder

from schemas import fast
from schemas.check import Checked, Header, gathered
from schemas.records import KINDS
from schemas.structs import UUID7_PATTERN
from sync.errors import SyncError
from sync.events import is_item_id, parse_over

_encode_lines = Encoder().encode_lines

# The newest version of each kind: what nearly all events of a batch are.
_NEWEST = {name: (name, version) for name, version in sorted(KINDS)}
_BY_TYPE = {fast.SHAPES[key].body.type: fast.SHAPES[key] for key in _NEWEST.values()}
_decode_bodies = Decoder(Union[tuple(_BY_TYPE)]).decode_lines  # noqa: UP007  made at run time
_are_uuid7 = re.compile(rf"(?:{UUID7_PATTERN[2:-2]}\n)*", re.ASCII).fullmatch
_are_stamps = re.compile(r"(?:[0-7][0-9a-f]{15}\n)*", re.ASCII).fullmatch
_are_salts = re.compile(r"(?:[A-Za-z0-9_-]{21}[AQgw]\n)*", re.ASCII).fullmatch


def check_all_by_types(bodies: Sequence[str], persons: Sequence[str | None]) -> Checked:
    """The verdict of `check_all_by_schema`, sooner.

    All that are in order as our tablets write them are read at once; else one by one.
    """
    found: Checked | None = None
    with suppress(ValueError, SyncError):
        found = _check_together(bodies, persons)
    return gathered(map(fast.check_by_types, bodies, persons)) if found is None else found


def _check_together(bodies: Sequence[str], persons: Sequence[str | None]) -> Checked | None:
    """The verdict where all events are in order and written as declared; None or an error else."""
    values = _same_lines(bodies, _decode_bodies, ())
    if not values or not _headers_in_order(values):
        return None
    headers = _headers_alike(values) or _headers_of_each(values)
    if headers is None:
        return None
    texts: dict[str, list[str]] = {}
    for header, person in zip(headers, persons, strict=True):
        if person is not None:
            texts.setdefault(header.kind.name, []).append(person)
    for name, some in texts.items():
        part = fast.SHAPES[_NEWEST[name]].person
        people = _same_lines(some, part.lines, part.open)
        if people is None or not _salts_in_order(people):
            return None
        if not _are_item_ids_of(people, part):
            return None
    return Checked([*headers], int(max([value.stamp for value in values]), 16))


def _headers_alike(values: Sequence[Any]) -> list[Header] | None:
    """One header for all where they have one kind, home and officer: most batches are such."""
    first = values[0]
    shape = _BY_TYPE[type(first)]
    if (
        shape.kind.required
        or {type(one) for one in values} != {type(first)}
        or {one.version for one in values} != {shape.kind.version}
        or len({(one.home, one.officer) for one in values}) > 1
        or not _are_item_ids_of(values, shape.body)
    ):
        return None
    for over in [one.over for one in values if one.over is not UNSET]:
        parse_over({"over": over})
    return [fast.make_fast_header(shape.kind, first, False)] * len(values)


def _headers_of_each(values: Sequence[Any]) -> list[Header] | None:
    headers = []
    for value in values:
        shape = _BY_TYPE[type(value)]
        if value.version != shape.kind.version or not fast.items_named(value.items, shape.body):
            return None
        over = value.over is not UNSET and bool(parse_over({"over": value.over}))
        headers.append(fast.make_fast_header(shape.kind, value, over))
    return headers


def _are_item_ids_of(values: Sequence[Any], part: fast.Part) -> bool:
    """`_items_named` of all."""
    names: set[str] = set()
    for group in part.groups:
        member = attrgetter(group)
        for items in [one.items for one in values if one.items is not UNSET]:
            named = member(items)
            if named is not UNSET:
                names.update(named)
    return all(map(is_item_id, names))


def _same_lines(
    texts: Sequence[str], decode: Callable[[bytes], list[Any]], may_be_deep: tuple[str, ...]
) -> list[Any] | None:
    """These texts as values, None where one is not written as its value is.

    One text is one line: where none holds a line feed, lines cannot be taken for one another.
    """
    joined = "\n".join([*texts, ""])
    if joined.count("\n") != len(texts):
        return None
    raw = joined.encode()
    values = decode(raw)
    if len(values) != len(texts) or _encode_lines(values) != raw:
        return None
    for name in may_be_deep:
        if name in joined:
            for text in texts:
                if name in text:
                    fast.decode_bounded(text)
    return values


def _headers_in_order(bodies: Sequence[Any]) -> bool:
    """`_body_in_order` of all: what varies is looked at in one text, where a line is one of it."""
    records = "".join([f"{one.record}\n" for one in bodies])
    stamps = "".join([f"{one.stamp}\n" for one in bodies])
    return (
        len(records) == 37 * len(bodies)
        and len(stamps) == 17 * len(bodies)
        and _are_uuid7(records) is not None
        and _are_stamps(stamps) is not None
        and all(map(fast.known_slug, {one.home for one in bodies}))
        and all(
            officer is None or officer is UNSET or fast.known_slug(officer)
            for officer in {one.officer for one in bodies}
        )
        and all(map(fast.are_packs, {tuple(one.packs) for one in bodies if one.packs}))
    )


def _salts_in_order(people: Sequence[Any]) -> bool:
    salts = "".join([f"{one.salt}\n" for one in people])
    return len(salts) == 23 * len(people) and _are_salts(salts) is not None
