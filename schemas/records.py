"""The records that events write, field by field, with the policy that merges each field.

`metadata={"shows": …, "closes": …}` on a field is its merge policy (sync/SPEC.md, R7): it stands
beside the field so that nobody can add one without the other. A field without it is an error at
import. The person part of a record has a schema of its own: it travels and is stored apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import Schema, fields, validate

from schemas.home_records import (
    Alert,
    AlertPersonPart,
    Arrival,
    EnrolledDevice,
    Erasure,
    Link,
    NoPersonPart,
    TurnBack,
)
from schemas.offence_records import Incident, IncidentPersonPart, Violation, ViolationPersonPart
from schemas.queue_record import Queue
from schemas.quick_test import QuickTest, QuickTestPersonPart
from schemas.shapes import (
    ACTIONS,
    CARD_COLOURS,
    DIRECTIONS,
    GOODS_GROUPS,
    IDENTIFIED_BY,
    MODES,
    PLATE_COLOURS,
    PURPOSES,
    REVIEW_DECISIONS,
    ROLES,
    SOURCES,
    UNITS,
    VEHICLE_CLASSES,
    WAVE_REASONS,
    EvidenceSummary,
    Flag,
    Override,
    Place,
    Plate,
    Tolerant,
    Verdict,
    measure,
    record_id,
    text,
    whole,
    word,
)
from schemas.shift_record import Shift, ShiftPersonPart

LATEST_AUTO = {"shows": "latest", "closes": "auto"}
LATEST_ASK = {"shows": "latest", "closes": "ask"}
FIRST_AUTO = {"shows": "first", "closes": "auto"}
STRICTEST_ASK = {"shows": "most_restrictive", "closes": "ask"}
UNION_AUTO = {"shows": "union", "closes": "auto"}
AUTHORITY_ASK = {"shows": "authority", "closes": "ask"}


class CrossingPerson(Tolerant):
    """One person of a crossing, without who it is."""

    role = word(ROLES, metadata=LATEST_AUTO)
    evidence = fields.Nested(EvidenceSummary, metadata=LATEST_ASK)
    identified_by = word(IDENTIFIED_BY, metadata=LATEST_AUTO)
    verdict = fields.Nested(Verdict, metadata=STRICTEST_ASK)
    removed = Flag(metadata=LATEST_ASK)


class CrossingGoods(Tolerant):
    """One goods line; its description is free text and so stands in the person part."""

    group = word(GOODS_GROUPS, metadata=LATEST_AUTO)
    quantity = measure(0, 1e9, metadata=LATEST_AUTO)
    unit = word(UNITS, metadata=LATEST_AUTO)
    origin = fields.Nested(Place, metadata=LATEST_AUTO)
    destination = fields.Nested(Place, metadata=LATEST_AUTO)
    perishable = Flag(metadata=LATEST_AUTO)
    seal = text(32, metadata=LATEST_ASK)
    removed = Flag(metadata=LATEST_ASK)


class Crossing(Tolerant):
    """A person, vehicle or group at a checkpoint, and what was decided and done.

    `people` and `goods` are groups and go into `items`, all else into `set`. `headcount` counts
    the driver too. `verdict`: what the rules said, absent where none was asked; `action`: what was
    done. `lane`: its id at the checkpoint. `convoy`, `wave`: the records it belongs to.
    `paired_exit`, of who came in: the crossing by which they left. `brief`: an officer looked and
    wrote down vehicle and action alone, no rule was asked. Of what comes from a paper log
    (`source`) `occurred` is the written time, `paper_no` its line; when it was entered says the
    event's header. `voided`: why it does not count: "undone", "wrong_entry",
    "entered_twice", "did_not_cross" or "other".
    """

    lane = text(32, metadata=LATEST_AUTO)
    direction = word(DIRECTIONS, metadata=LATEST_ASK)
    mode = word(MODES, metadata=LATEST_AUTO)
    purpose = word(PURPOSES, metadata=LATEST_AUTO)
    origin = fields.Nested(Place, allow_none=True, metadata=LATEST_AUTO)
    destination = fields.Nested(Place, allow_none=True, metadata=LATEST_AUTO)
    departed_ms = whole(0, 1 << 46, metadata=LATEST_AUTO)
    plate = fields.Nested(Plate, allow_none=True, metadata=LATEST_ASK)
    trailer_plate = fields.Nested(Plate, allow_none=True, metadata=LATEST_ASK)
    vehicle_class = word(VEHICLE_CLASSES, metadata=LATEST_AUTO)
    plate_colour = word(PLATE_COLOURS, metadata=LATEST_AUTO)
    headcount = whole(0, 500, metadata={"shows": "latest", "closes": "auto"})
    expected_headcount = whole(0, 500, metadata=LATEST_AUTO)
    sampled = Flag(metadata=FIRST_AUTO)
    convoy = record_id(metadata=FIRST_AUTO)
    disinfected = Flag(metadata=LATEST_AUTO)
    verdict = fields.Nested(Verdict, metadata=STRICTEST_ASK)
    action = word(ACTIONS, metadata=STRICTEST_ASK | {"ranks": list(ACTIONS)})
    override = fields.Nested(Override, allow_none=True, metadata=AUTHORITY_ASK)
    wait_s = whole(0, 86_400, metadata=LATEST_AUTO)
    paired_exit = record_id(allow_none=True, metadata=LATEST_AUTO)
    wave = record_id(metadata=FIRST_AUTO)
    complaint_code = text(16, metadata=FIRST_AUTO)
    occurred = whole(0, 1 << 46, metadata=LATEST_AUTO)
    source = word(SOURCES, metadata=LATEST_AUTO)
    paper_no = text(32, metadata=LATEST_AUTO)
    brief = Flag(metadata=LATEST_AUTO)
    voided = text(32, allow_none=True, metadata=LATEST_ASK)

    people = fields.Dict(text(96), fields.Nested(CrossingPerson))
    goods = fields.Dict(text(96), fields.Nested(CrossingGoods))


class CardSeen(Tolerant):
    """The card colour, and whether an officer saw it or a signature proved it."""

    colour = word(CARD_COLOURS, required=True)
    basis = word(("seen", "verified"), required=True)


class PersonIdentity(Tolerant):
    """Who somebody is, as far as the code or the officer said; masked values stay masked."""

    name = text(200, allow_none=True, metadata=LATEST_ASK)
    id_number = text(32, allow_none=True, metadata=LATEST_ASK)
    birth_date = text(10, allow_none=True, metadata=LATEST_ASK)
    sex = word(("M", "F"), allow_none=True, metadata=LATEST_AUTO)
    phone = text(20, allow_none=True, metadata=LATEST_AUTO)
    address = text(300, allow_none=True, metadata=LATEST_AUTO)
    card = fields.Nested(CardSeen, allow_none=True, metadata=LATEST_AUTO)
    facts = fields.Dict(text(32), metadata=LATEST_AUTO)
    fingerprints = fields.List(text(64), validate=validate.Length(max=8), metadata=UNION_AUTO)
    temperature_c = measure(30, 45, metadata=LATEST_AUTO)
    symptoms = fields.List(text(32), validate=validate.Length(max=16), metadata=UNION_AUTO)
    exposure = Flag(metadata=LATEST_AUTO)


class GoodsDescription(Tolerant):
    """The free text of a goods line."""

    description = text(200, metadata=LATEST_AUTO)


class CrossingPersonPart(Tolerant):
    """What of a crossing is about somebody, and every free text."""

    note = text(500, metadata=LATEST_AUTO)

    people = fields.Dict(text(96), fields.Nested(PersonIdentity))
    goods = fields.Dict(text(96), fields.Nested(GoodsDescription))


class ArrivalPersonPart(Tolerant):
    """Who arrives, for the community team alone."""

    people = fields.Dict(text(96), fields.Nested(PersonIdentity))


class Wave(Tolerant):
    """A time in which a lane let traffic through without a check, and who answered for it.

    Each vehicle is a crossing of mode `waved` that names this record in `wave`, so counts of
    several tablets add up and a single tap can be voided. It began with its first event; `ended`
    is absent while it runs.
    """

    lane = text(32, metadata=LATEST_AUTO)
    direction = word(DIRECTIONS, metadata=LATEST_AUTO)
    reason = word(WAVE_REASONS, required=True, metadata=LATEST_AUTO)
    by = text(64, 1, required=True, metadata=FIRST_AUTO)
    ended = whole(0, 1 << 46, metadata=FIRST_AUTO)


class Review(Tolerant):
    """A reviewer's look at a crossing; `subject` is the crossing's record."""

    subject = record_id(required=True, metadata=FIRST_AUTO)
    decision = word(REVIEW_DECISIONS, required=True, metadata=LATEST_AUTO)


class ReviewPersonPart(Tolerant):
    """A reviewer's note: free text, so it is kept like a person part."""

    note = text(1000, metadata=LATEST_AUTO)


@dataclass(frozen=True, slots=True)
class Kind:
    """A record kind at one version: the schema of its body and of its person part.

    `required`: what the first event of a record must write. `authors`: who may write it; of a
    kind that only servers write, a tablet's event is rejected (SPEC A11).
    """

    name: str
    version: int
    body: Schema
    person: Schema
    required: tuple[str, ...]
    authors: Literal["any", "server"] = "any"


def item_schemas(schema: Schema) -> dict[str, Schema]:
    """The schema of one item, by group: `items` writes groups, `set` writes all other fields."""
    return {
        name: one.value_field.schema
        for name, one in schema.fields.items()
        if isinstance(one, fields.Dict) and isinstance(one.value_field, fields.Nested)
    }


def missing_fields(schema: Schema, writes: Mapping[str, Any]) -> list[str]:
    """The required fields that a record's first event lacks."""
    return sorted(
        name for name, one in schema.fields.items() if one.required and name not in writes
    )


def _kind(
    name: str,
    version: int,
    body: Schema,
    person: Schema,
    authors: Literal["any", "server"] = "any",
) -> Kind:
    return Kind(name, version, body, person, tuple(missing_fields(body, {})), authors)


KINDS: dict[tuple[str, int], Kind] = {
    (kind.name, kind.version): kind
    for kind in (
        _kind("crossing", 1, Crossing(), CrossingPersonPart()),
        _kind("review", 1, Review(), ReviewPersonPart()),
        _kind("wave", 1, Wave(), NoPersonPart()),
        _kind("queue", 1, Queue(), NoPersonPart()),
        _kind("shift", 1, Shift(), ShiftPersonPart()),
        _kind("quick_test", 1, QuickTest(), QuickTestPersonPart()),
        _kind("violation", 1, Violation(), ViolationPersonPart()),
        _kind("incident", 1, Incident(), IncidentPersonPart()),
        _kind("erasure", 1, Erasure(), NoPersonPart(), "server"),
        _kind("link", 1, Link(), NoPersonPart(), "server"),
        _kind("turn_back", 1, TurnBack(), NoPersonPart(), "server"),
        _kind("arrival", 1, Arrival(), ArrivalPersonPart(), "server"),
        _kind("alert", 1, Alert(), AlertPersonPart(), "server"),
        _kind("enrolment", 1, EnrolledDevice(), NoPersonPart(), "server"),
    )
}
"""What this version understands. An event of another kind or version is held (SPEC A5)."""


def check_writes(schema: Schema, writes: Mapping[str, Any], items: Mapping[str, Any]) -> str | None:
    """The first field whose value the schema refuses, as a register path, or None.

    An amendment writes some fields only, so nothing is missing except in a record's first event,
    which `missing_fields` judges. A value is always whole: a plate without `normal` is refused.
    """
    groups = item_schemas(schema)
    for name in schema.fields:
        if name in (writes if name in groups else items):
            return name
    if writes.keys() & items.keys():
        return "items"
    # Not partial=True: marshmallow would then ask for nothing inside a value either.
    errors: dict[str, Any] = schema.validate({**writes, **items}, partial=tuple(schema.fields))
    if not errors:
        return None
    name = min(errors)
    if name not in groups or not isinstance(errors[name], dict):
        return name
    item = min(errors[name])
    inner = errors[name][item].get("value")
    if not isinstance(inner, dict) or "_schema" in inner:
        return f"{name}/{item}"
    return f"{name}/{item}/{min(inner)}"
