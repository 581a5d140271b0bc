"""The kinds of events as shapes of the description: what a body and a person text may hold.

They travel as texts inside `SentEvent` (SPEC E1), so no operation refers to them; who writes a
client needs them all the same. Made from `schemas.records`, which judges the events.
"""

from __future__ import annotations

from typing import Any

from flask_smorest import Api

from schemas.records import KINDS, Kind, item_schemas
from sync.batch import MAX_BODY_CHARS, MAX_PERSON_CHARS
from sync.events import MAX_MS, MAX_PACK_VERSION

_REF = "#/components/schemas/"
_TEXT = {"type": "string"}
_ITEMS: dict[str, Any] = {
    "type": "object",
    "description": "group → item → field → value; an item that comes with its record is named "
    '"1", "2", …; one added later `device:seq:n` (E5)',
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "object"}},
}
BODY: dict[str, Any] = {
    "type": "object",
    "description": f"What the text `body` of an event says (SPEC E4): JSON of at most "
    f"{MAX_BODY_CHARS} characters and 8 levels, written once and never again (E1). `set` holds the "
    "fields of its kind, `items` those of its groups: `x-kinds` names the shape. Nothing that "
    "concerns somebody belongs here but into the person text.",
    "required": [
        *("kind", "version", "record", "home", "stamp", "time", "offset", "officer", "packs"),
        "set",
    ],
    "properties": {
        "kind": _TEXT | {"description": "One of `x-kinds`; an unknown one is `held` (A5)"},
        "version": {"type": "integer", "minimum": 1, "description": "Of the kind: 1"},
        "record": _TEXT
        | {"format": "uuid", "description": "UUIDv7 of what it is about, lower case (E2)"},
        "home": _TEXT | {"description": "Id of the device's checkpoint (A10)"},
        "stamp": _TEXT
        | {
            "pattern": "^[0-9a-f]{16}$",
            "description": "max(last own stamp + 1, Unix ms × 65 536), as 16 hex digits (C1, C2)",
        },
        "time": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_MS,
            "description": "Unix ms by the device's own clock, as wrong as it is",
        },
        "offset": {
            "type": "integer",
            "nullable": True,
            "description": "Server's clock − device's in ms as last measured; null: never measured",
        },
        "officer": {
            **_TEXT,
            "nullable": True,
            "description": "Officer's id, or null where nobody is signed in",
        },
        "packs": {
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": 1, "maximum": MAX_PACK_VERSION},
            "description": "Name → version of the packs in force; {} where it uses none",
        },
        "set": {"type": "object", "description": "Field → value, by the kind's shape"},
        "items": _ITEMS,
        "over": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": _TEXT},
            "description": "Of an amendment: path → the writes `device:seq` its author saw (R2)",
        },
    },
}
PERSON: dict[str, Any] = {
    "type": "object",
    "description": f"What the text `person` of an event says (SPEC E7): at most {MAX_PERSON_CHARS} "
    "characters. Its SHA-256 is the event's commitment (H2).",
    "required": ["salt"],
    "properties": {
        "salt": _TEXT
        | {"minLength": 22, "maxLength": 22, "description": "16 random bytes, base64url"},
        "set": {"type": "object", "description": "Field → value, by the kind's person shape"},
        "items": _ITEMS,
    },
}


def add_event_shapes(api: Api) -> None:
    """Put header, person text and every kind's shapes into the description of `api`."""
    shapes = api.spec.components
    for kind in KINDS.values():
        for part in (kind.body, kind.person):
            name = type(part).__name__
            if name not in shapes.schemas:
                shapes.schema(name, schema=type(part))
    shapes.schema("EventBody", BODY | {"x-kinds": [_said(kind) for kind in KINDS.values()]})
    shapes.schema("EventPerson", PERSON)


def _said(kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "version": kind.version,
        "set": {"$ref": _REF + type(kind.body).__name__},
        "person": {"$ref": _REF + type(kind.person).__name__},
        "groups": sorted({*item_schemas(kind.body), *item_schemas(kind.person)}),
        "first_needs": list(kind.required),
        "authors": kind.authors,
    }
