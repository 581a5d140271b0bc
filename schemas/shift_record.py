"""A shift of a checkpoint: who stands where, what was done by procedure, asked, and handed over.

One record a shift, opened on any tablet of the checkpoint and amended from all of them; roster and
consultations are items, so that two tablets add to it at once. Names of people without a badge and
every free text stand in the person part. Merge policies stand beside the fields as in
`schemas/records.py`.
"""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.shapes import ACTIONS, Flag, Tolerant, record_id, text, whole, word

LATEST_AUTO = {"shows": "latest", "closes": "auto"}
FIRST_AUTO = {"shows": "first", "closes": "auto"}
UNION_AUTO = {"shows": "union", "closes": "auto"}

DUTIES = ("lead", "scan", "health", "traffic")
"""Chốt trưởng, quét, y tế, phân luồng: what somebody does in a shift, whatever their role is."""

CONSULT_SUBJECTS = ("papers", "identity", "health", "goods", "emergency", "level", "other")
"""What a decision is asked about."""

CONSULTED = ("lead", "duty", "hotline")
"""Who was asked: chốt trưởng, trực lãnh đạo, đường dây nóng."""

MOST_STEPS = 40


class ShiftCounts(Tolerant):
    """What the tablet that closed the shift had of it, own crossings and other lanes' alike."""

    crossings = whole(0, 1 << 31)
    vehicles = whole(0, 1 << 31)
    people = whole(0, 1 << 31)
    passed = whole(0, 1 << 31)
    referred = whole(0, 1 << 31)
    turned_back = whole(0, 1 << 31)
    green_lane = whole(0, 1 << 31)
    waved = whole(0, 1 << 31)
    overrides = whole(0, 1 << 31)
    violations = whole(0, 1 << 31)
    incidents = whole(0, 1 << 31)
    unsent = whole(0, 1 << 31)
    conflicts = whole(0, 1 << 31)


class ShiftMember(Tolerant):
    """Somebody on duty; who has no badge has no `officer`, and a name in the person part."""

    officer = text(64, metadata=LATEST_AUTO)
    duty = word(DUTIES, metadata=LATEST_AUTO)
    removed = Flag(metadata=LATEST_AUTO)


class Consultation(Tolerant):
    """A decision that was asked for («xin ý kiến»), and the one that was given.

    `decided_by` is the lead's officer id, or the console user's; absent where the answer came by
    telephone, then the person part says who gave it. `plate` is a normal form.
    """

    about = word(CONSULT_SUBJECTS, metadata=LATEST_AUTO)
    of = word(CONSULTED, metadata=LATEST_AUTO)
    lane = text(32, metadata=LATEST_AUTO)
    asked_by = text(64, metadata=FIRST_AUTO)
    asked = whole(0, 1 << 46, metadata=FIRST_AUTO)
    crossing = record_id(metadata=LATEST_AUTO)
    plate = text(16, metadata=LATEST_AUTO)
    decision = word(ACTIONS, metadata=LATEST_AUTO)
    decided_by = text(64, metadata=LATEST_AUTO)
    decided = whole(0, 1 << 46, metadata=LATEST_AUTO)


class Shift(Tolerant):
    """A shift; `due` is when it should end, `previous` the record of the one it took over from.

    `checked` and `checked_out` name the steps of the pack `procedures` that were done when it
    began and when it was handed over. It runs while `closed` is absent.
    """

    lane = text(32, metadata=FIRST_AUTO)
    opened = whole(0, 1 << 46, required=True, metadata=FIRST_AUTO)
    due = whole(0, 1 << 46, metadata=LATEST_AUTO)
    closed = whole(0, 1 << 46, metadata=FIRST_AUTO)
    lead = text(64, metadata=LATEST_AUTO)
    previous = record_id(metadata=LATEST_AUTO)
    handed_to = text(64, metadata=LATEST_AUTO)
    checked = fields.List(
        text(64, 1), validate=validate.Length(max=MOST_STEPS), metadata=UNION_AUTO
    )
    checked_out = fields.List(
        text(64, 1), validate=validate.Length(max=MOST_STEPS), metadata=UNION_AUTO
    )
    counts = fields.Nested(ShiftCounts, metadata=LATEST_AUTO)

    roster = fields.Dict(text(96), fields.Nested(ShiftMember))
    consults = fields.Dict(text(96), fields.Nested(Consultation))


class MemberName(Tolerant):
    """Who has no badge."""

    name = text(100, metadata=LATEST_AUTO)


class ConsultationWords(Tolerant):
    """What was asked and answered in words, and who answered where no badge says it."""

    question = text(300, metadata=LATEST_AUTO)
    answer = text(300, metadata=LATEST_AUTO)
    answered_by = text(100, metadata=LATEST_AUTO)


class ShiftPersonPart(Tolerant):
    """Names and every free text of a shift."""

    note = text(1000, metadata=LATEST_AUTO)

    roster = fields.Dict(text(96), fields.Nested(MemberName))
    consults = fields.Dict(text(96), fields.Nested(ConsultationWords))
