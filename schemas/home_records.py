"""The records that only servers write: what follows from others' events, and what must be undone.

Ids are derived from what a record is about, so that two attempts make one record (SPEC D1). Merge
policies stand beside the fields as in `schemas/records.py`.
"""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.shapes import DIRECTIONS, OUTCOMES, Flag, Place, Tolerant, record_id, text, whole, word

LATEST_AUTO = {"shows": "latest", "closes": "auto"}
FIRST_AUTO = {"shows": "first", "closes": "auto"}
UNION_AUTO = {"shows": "union", "closes": "auto"}
AUTHORITY_ASK = {"shows": "authority", "closes": "ask"}

MAX_ERASED = 200
ERASURE_REASONS = ("request", "retention", "mistake")
LINK_DECISIONS = ("linked", "split")

ALERT_CODES = (
    "decision.stale",
    "decision.differs",
    "late.rules",
    "late.isolated",
    "late.revoked",
    "permit.too_fast",
    "permit.overspent",
    "vehicle.too_fast",
    "health.signs",
    "health.positive",
    "override.unagreed",
)
"""What the home server alerts people to (SPEC W)."""

HEALTH_ALERTS = ("health.signs", "health.positive")
"""Those of the health service, which hears of nothing else (SPEC W9)."""

ALERT_STATES = ("new", "taken", "closed")
"""A person takes an alert and closes it with a note; of two acts at once the later state shows."""

STATE_AUTO = {"shows": "most_restrictive", "closes": "auto", "ranks": list(ALERT_STATES)}


class NoPersonPart(Tolerant):
    """A record that is about nobody."""


class Erasure(Tolerant):
    """Person parts that are to be forgotten everywhere; `basis` names the request, nobody.

    With `destination` they are those of arrivals at this commune, with `alerts` those of alerts,
    else of the home's own feed.
    """

    events = fields.List(
        text(96, 1),
        required=True,
        validate=validate.Length(max=MAX_ERASED),
        metadata=UNION_AUTO,
    )
    reason = word(ERASURE_REASONS, required=True, metadata=LATEST_AUTO)
    basis = text(120, metadata=LATEST_AUTO)
    destination = fields.Nested(Place, metadata=FIRST_AUTO)
    alerts = Flag(metadata=FIRST_AUTO)


class Link(Tolerant):
    """Whether two crossings are one passage: the home server links, a person may split."""

    one = record_id(required=True, metadata=FIRST_AUTO)
    other = record_id(required=True, metadata=FIRST_AUTO)
    decision = word(LINK_DECISIONS, required=True, metadata=AUTHORITY_ASK)


class TurnBack(Tolerant):
    """What neighbours learn of a refusal: where, when, which plate, which way, why. Never who."""

    subject = record_id(required=True, metadata=FIRST_AUTO)
    checkpoint = text(64, 1, required=True, metadata=LATEST_AUTO)
    district = text(32, 1, required=True, metadata=LATEST_AUTO)
    occurred = whole(0, 1 << 46, required=True, metadata=LATEST_AUTO)
    direction = word(DIRECTIONS, metadata=LATEST_AUTO)
    plate = text(24, allow_none=True, metadata=LATEST_AUTO)
    reasons = fields.List(text(64), validate=validate.Length(max=16), metadata=LATEST_AUTO)
    withdrawn = Flag(metadata=LATEST_AUTO)


class Arrival(Tolerant):
    """What the community team of a commune learns of somebody who is on the way to it."""

    subject = record_id(required=True, metadata=FIRST_AUTO)
    checkpoint = text(64, 1, required=True, metadata=LATEST_AUTO)
    destination = fields.Nested(Place, required=True, metadata=LATEST_AUTO)
    origin = fields.Nested(Place, allow_none=True, metadata=LATEST_AUTO)
    occurred = whole(0, 1 << 46, required=True, metadata=LATEST_AUTO)
    headcount = whole(0, 500, metadata=LATEST_AUTO)
    withdrawn = Flag(metadata=LATEST_AUTO)


class Alert(Tolerant):
    """Something about crossings that a person has to look at: made by the home server, SPEC W.

    `persons` are items of the crossing, `shown` what the tablet said, `decided` what holds by
    `packs` ("rules 3", "levels 2"), `had` what the tablet had of these. `minutes` lay between two
    sightings, `least_minutes` it takes; `used` of `allowed` uses. `key` names what it is about
    (a keyed token), never whom.
    """

    alert = word(ALERT_CODES, required=True, metadata=FIRST_AUTO)
    subjects = fields.List(
        record_id(),
        required=True,
        validate=validate.Length(max=8),
        metadata=LATEST_AUTO,
    )
    checkpoint = text(64, 1, required=True, metadata=LATEST_AUTO)
    occurred = whole(0, 1 << 46, required=True, metadata=LATEST_AUTO)
    state = word(ALERT_STATES, required=True, metadata=STATE_AUTO)
    persons = fields.List(text(96), validate=validate.Length(max=64), metadata=LATEST_AUTO)
    shown = word(OUTCOMES, allow_none=True, metadata=LATEST_AUTO)
    decided = word(OUTCOMES, allow_none=True, metadata=LATEST_AUTO)
    reasons = fields.List(text(64), validate=validate.Length(max=16), metadata=LATEST_AUTO)
    packs = fields.List(text(96), validate=validate.Length(max=8), metadata=LATEST_AUTO)
    had = fields.List(text(96), validate=validate.Length(max=8), metadata=LATEST_AUTO)
    minutes = whole(0, 1 << 31, metadata=LATEST_AUTO)
    least_minutes = whole(0, 1 << 31, metadata=LATEST_AUTO)
    used = whole(0, 1 << 31, metadata=LATEST_AUTO)
    allowed = whole(0, 1 << 31, metadata=LATEST_AUTO)
    key = text(64, metadata=LATEST_AUTO)
    withdrawn = Flag(metadata=LATEST_AUTO)


class AlertPersonPart(Tolerant):
    """Who took or closed an alert may write why: free text, so it is kept like a person part."""

    note = text(1000, metadata=LATEST_AUTO)


class EnrolledDevice(Tolerant):
    """A device that a relay enrolled; the record's id is the device's. `checkpoint` is its home.

    `device_kind` and `checkpoints` are those of a relay below; absent, it is a tablet (SPEC U5).
    """

    x = text(43, 43, required=True, metadata=FIRST_AUTO)
    y = text(43, 43, required=True, metadata=FIRST_AUTO)
    checkpoint = text(64, 1, required=True, metadata=FIRST_AUTO)
    device_kind = word(("tablet", "relay"), metadata=FIRST_AUTO)
    checkpoints = fields.List(text(64, 1), validate=validate.Length(max=64), metadata=UNION_AUTO)
    lane = text(32, metadata=LATEST_AUTO)
    name = text(64, metadata=LATEST_AUTO)
    enrolled = whole(0, 1 << 46, required=True, metadata=FIRST_AUTO)
