"""What stands in an event's texts: the header every kind shares, and the writes it makes. E1–E9."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.clock import stamp_from_text
from sync.encoding import from_base64url, is_uuid7
from sync.errors import SyncError

MAX_DEPTH = 8
MAX_MS = 1 << 46
OFFSET_LIMIT_MS = 100 * 366 * 86_400_000
MAX_PACKS = 32
MAX_PACK_VERSION = (1 << 53) - 1
SALT_BYTES = 16

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_KIND = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_ITEM = re.compile(r"[1-9][0-9]{0,3}|[a-z0-9-]{1,64}:[1-9][0-9]{0,15}:[1-9][0-9]{0,3}", re.ASCII)
_REF = re.compile(r"[a-z0-9-]{1,64}:[1-9][0-9]{0,15}", re.ASCII)
_PATH = re.compile(r"[a-z][a-z0-9_]{0,31}(/[a-z0-9:-]{1,96}/[a-z][a-z0-9_]{0,31})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Body:
    """A body after its header was checked; `fields` and `items` are checked by their kind's schema.

    `time_ms` is the device's clock, `offset_ms` the last known (server − device) difference or
    None. `over` names, per register path, the writes the officer saw (SPEC R2).
    """

    kind: str
    version: int
    record: str
    home: str
    stamp: int
    time_ms: int
    offset_ms: int | None
    officer: str | None
    packs: Mapping[str, int]
    fields: Mapping[str, Any]
    items: Mapping[str, Mapping[str, Mapping[str, Any]]]
    over: Mapping[str, tuple[str, ...]]


def parse_text(text: str) -> dict[str, Any]:
    """The JSON object in an event text: bounded depth, no duplicate names, no NaN (SPEC E1).

    Duplicate names are refused because parsers differ on which one counts, 1e999 because some read
    it as infinity, and an escaped lone surrogate because no database can store what it stands for.
    """
    if _depth(text) > MAX_DEPTH:
        raise SyncError("event.depth", "E1")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite
        )
        text.encode()
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except SyncError:
        raise
    except UnicodeEncodeError:
        raise SyncError("event.text", "E1") from None
    except (ValueError, RecursionError):
        raise SyncError("event.json", "E1") from None
    if not isinstance(value, dict):
        raise SyncError("event.json", "E1")
    return value


def parse_body(text: str) -> Body:
    """The header and writes of a body text. SyncError("event.…", at=field) says what is wrong."""
    data = parse_text(text)
    items = _items(data)
    return Body(
        kind=_text(data, "kind", _KIND),
        version=_int(data, "version", 1, 1 << 16),
        record=_record(data),
        home=_text(data, "home", _SLUG),
        stamp=_stamp(data),
        time_ms=_int(data, "time", 0, MAX_MS),
        offset_ms=_offset(data),
        officer=None if data.get("officer") is None else _text(data, "officer", _SLUG),
        packs=_packs(data),
        fields=_mapping(data, "set"),
        items=items,
        over=parse_over(data),
    )


def parse_person(text: str) -> tuple[dict[str, Any], dict[str, dict[str, dict[str, Any]]]]:
    """(set, items) of a person text; SyncError("event.…", at="person/…") (SPEC E1, E7)."""
    data = parse_text(text)
    try:
        from_base64url(data.get("salt"), SALT_BYTES)
        return _mapping(data, "set"), _items(data)
    except SyncError as error:
        raise SyncError("event.field", "E7", f"person/{error.at or 'salt'}") from None


def parse_over(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The writes that the author of a body saw, by register path (SPEC R2)."""
    over = _mapping(data, "over")
    for path, refs in over.items():
        if _PATH.fullmatch(path) is None or not isinstance(refs, list) or len(refs) > 64:
            raise SyncError("event.field", "R2", "over")
        if not all(is_ref(one) for one in refs):
            raise SyncError("event.field", "R2", "over")
    return {path: tuple(refs) for path, refs in over.items()}


def body_to_text(body: Body) -> str:
    """A body's text, once, in the order of SPEC E4. Never call it on a text that was received."""
    data: dict[str, Any] = {
        "kind": body.kind,
        "version": body.version,
        "record": body.record,
        "home": body.home,
        "stamp": f"{body.stamp:016x}",
        "time": body.time_ms,
        "offset": body.offset_ms,
        "officer": body.officer,
        "packs": dict(body.packs),
        "set": dict(body.fields),
    }
    if body.items:
        data["items"] = body.items
    if body.over:
        data["over"] = {path: list(refs) for path, refs in body.over.items()}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def ref(device: str, seq: int) -> str:
    """How one event is named by another: "device:seq" (SPEC E6)."""
    return f"{device}:{seq}"


def is_item_id(text: str) -> bool:
    """Whether `text` may name an item: "n" with its record, "device:seq:n" later (SPEC E5)."""
    return _ITEM.fullmatch(text) is not None


def is_slug(text: str) -> bool:
    """Whether `text` may name a checkpoint or an officer: lower-case letters, digits, hyphens."""
    return _SLUG.fullmatch(text) is not None


def is_ref(value: object) -> bool:
    """Whether it names an event: "device:seq" (SPEC E6)."""
    return isinstance(value, str) and _REF.fullmatch(value) is not None


def is_word(text: str) -> bool:
    """Whether `text` may name a kind, an item group or a pack."""
    return _KIND.fullmatch(text) is not None


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise SyncError("event.duplicate_name", "E1")
    return found


def _constant(name: str) -> Any:
    raise SyncError("event.json", "E1", name)


def _finite(text: str) -> float:
    value = float(text)
    if value in (math.inf, -math.inf):
        raise SyncError("event.json", "E1")
    return value


def _text(data: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = data.get(name)
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise SyncError("event.field", "E4", name)
    return value


def _int(data: dict[str, Any], name: str, low: int, high: int) -> int:
    value = data.get(name)
    if type(value) is not int or not low <= value <= high:
        raise SyncError("event.field", "E4", name)
    return value


def _mapping(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise SyncError("event.field", "E4", name)
    return value


def _items(data: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    items = _mapping(data, "items")
    for group, members in items.items():
        if not is_word(group) or not isinstance(members, dict):
            raise SyncError("event.field", "E5", "items")
        for identifier, fields in members.items():
            if not is_item_id(identifier) or not isinstance(fields, dict):
                raise SyncError("event.field", "E5", f"items/{group}")
    return items


def _record(data: dict[str, Any]) -> str:
    value = data.get("record")
    if not is_uuid7(value):
        raise SyncError("event.field", "E4", "record")
    return str(value)


def _stamp(data: dict[str, Any]) -> int:
    try:
        return stamp_from_text(data.get("stamp"))
    except SyncError:
        raise SyncError("event.field", "E4", "stamp") from None


def _offset(data: dict[str, Any]) -> int | None:
    if data.get("offset") is None:
        return None
    return _int(data, "offset", -OFFSET_LIMIT_MS, OFFSET_LIMIT_MS)


def _packs(data: dict[str, Any]) -> dict[str, int]:
    packs = _mapping(data, "packs")
    if len(packs) > MAX_PACKS or any(
        not is_word(name) or type(version) is not int or not 0 <= version <= MAX_PACK_VERSION
        for name, version in packs.items()
    ):
        raise SyncError("event.field", "E4", "packs")
    return packs
