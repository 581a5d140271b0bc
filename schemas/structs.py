"""The msgspec type of a marshmallow schema: it accepts the same values, at C speed.

Generated, so that the two cannot drift apart; tests/schemas/test_fast.py compares their verdicts.
A field or validator that this module cannot translate exactly is a TypeError at start.
"""

from __future__ import annotations

from functools import reduce
from math import ceil, floor
from operator import or_
from typing import Annotated, Any, Literal

from marshmallow import Schema, fields, validate
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from schemas.records import item_schemas
from schemas.shapes import Flag, Measure, Uuid7

UUID7_PATTERN = r"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"


def writes_struct(schema: Schema) -> type[Struct]:
    """What `set` of this schema may hold: all but the groups, and nothing is required."""
    groups = item_schemas(schema)
    return _struct(
        schema, {n: f for n, f in schema.fields.items() if n not in groups}, partial=True
    )


def items_struct(schema: Schema) -> type[Struct]:
    """What `items` of this schema may hold: group → item → fields."""
    groups = item_schemas(schema)
    return _struct(schema, {n: f for n, f in schema.fields.items() if n in groups}, partial=True)


def open_fields(schema: Schema) -> tuple[str, ...]:
    """The fields of a schema that may hold any JSON; of a value inside it, none may."""
    return tuple(
        name
        for name, one in schema.fields.items()
        if isinstance(one, fields.Dict) and one.value_field is None
    )


def _struct(schema: Schema, members: dict[str, fields.Field[Any]], partial: bool) -> type[Struct]:
    if any(schema._hooks.values()) or schema.unknown != "exclude":
        raise TypeError(f"{type(schema).__name__} has hooks or refuses unknown names")
    shape: list[Any] = []
    for name, one in members.items():
        if one.data_key not in (None, name):
            raise TypeError(f"{type(schema).__name__}.{name} travels under another name")
        if one.required and not partial:
            shape.append((name, _type(one)))
        else:
            shape.append((name, _type(one) | UnsetType, UNSET))
    # What a value holds is looked at and thrown away: nothing for the cycle collector to track.
    return defstruct(type(schema).__name__, shape, kw_only=True, gc=False)


def _type(one: fields.Field[Any]) -> Any:
    kind = type(one)
    if kind is fields.String:
        found = _string(one)
    elif kind is Flag:
        found = _limited(bool, one)
    elif kind is fields.Integer and one.strict:  # type: ignore[attr-defined]
        found = _limited(int, one)
    elif kind is Measure and not one.allow_nan:  # type: ignore[attr-defined]
        # Both, so that 37 is written again as 37 and not as 37.0.
        found = _limited(int, one) | _limited(float, one)
    elif isinstance(one, fields.List) and kind is fields.List:
        found = _limited(list[_type(one.inner)], one)  # type: ignore[misc]
    elif isinstance(one, fields.Dict) and kind is fields.Dict and one.key_field is not None:
        value = Any if one.value_field is None else _type(one.value_field)
        found = _limited(dict[_type(one.key_field), value], one)  # type: ignore[misc]
    elif isinstance(one, fields.Nested) and kind is fields.Nested and not one.many:
        found = _limited(_struct(one.schema, one.schema.fields, partial=False), one)
    else:
        raise TypeError(f"no exact type for the field {one!r}")
    return found | None if one.allow_none else found


def _string(one: fields.Field[Any]) -> Any:
    match one.validators:
        case [validate.OneOf(choices=words)]:
            return reduce(or_, (Literal[word] for word in words))
        case [Uuid7()]:
            return Annotated[str, Meta(pattern=UUID7_PATTERN)]
    return _limited(str, one)


def _limited(base: Any, one: fields.Field[Any]) -> Any:
    limits: dict[str, Any] = {}
    for rule in one.validators:
        if type(rule) is validate.Length and rule.equal is None:
            limits |= {"min_length": rule.min, "max_length": rule.max}
        elif type(rule) is validate.Range and rule.min_inclusive and rule.max_inclusive:
            # msgspec wants limits of the type: no integer lies between 0.5 and ceil(0.5).
            low, high = rule.min, rule.max
            limits |= (
                {"ge": ceil(low), "le": floor(high)} if base is int else {"ge": low, "le": high}
            )
        else:
            raise TypeError(f"no exact limit for the rule {rule!r}")
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    return Annotated[base, Meta(**limits)] if limits else base
