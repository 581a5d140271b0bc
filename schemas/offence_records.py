"""What went wrong at a checkpoint: somebody broke a rule, or something happened.

Merge policies stand beside the fields (R7). Who it was, and every free text, stand in the person
part; sanctions are published as counts and sums only.
"""

from __future__ import annotations

from marshmallow import fields

from schemas.shapes import Flag, Plate, Tolerant, record_id, text, whole, word

LATEST_AUTO = {"shows": "latest", "closes": "auto"}
LATEST_ASK = {"shows": "latest", "closes": "ask"}
FIRST_AUTO = {"shows": "first", "closes": "auto"}

VIOLATIONS = (
    "no_reason",
    "false_declaration",
    "forged_document",
    "left_isolation",
    "gathering",
    "no_mask",
    "hidden_passengers",
    "passed_by_force",
    "obstruction",
    "traffic",
    "other",
)
"""What reports count violations by."""

SANCTIONS = ("warned", "draft_report", "fined", "handed_over")
"""What was done about one: nhắc nhở, lập biên bản, phạt tiền, bàn giao, mildest first."""

INCIDENTS = (
    "accident",
    "jam",
    "disorder",
    "broke_through",
    "medical",
    "fire",
    "weather",
    "power",
    "network",
    "equipment",
    "other",
)
SEVERITIES = ("low", "medium", "high")

MOST_VND = 10_000_000_000


class Legal(Tolerant):
    """On whose word: document and clause by the pack `offences`, or `unconfirmed` by the tablet."""

    document = text(64, 1, required=True)
    clause = text(120, required=True)
    unconfirmed = Flag()


class Violation(Tolerant):
    """Somebody broke a rule; `crossing` is the crossing at which they did, where there is one.

    `paper_no` is the number of the report on paper, `amount_vnd` the fine in đồng.
    """

    lane = text(32, metadata=LATEST_AUTO)
    crossing = record_id(allow_none=True, metadata=LATEST_AUTO)
    what = word(VIOLATIONS, required=True, metadata=LATEST_AUTO)
    legal = fields.Nested(Legal, allow_none=True, metadata=LATEST_AUTO)
    action = word(SANCTIONS, required=True, metadata=LATEST_ASK)
    amount_vnd = whole(0, MOST_VND, allow_none=True, metadata=LATEST_ASK)
    paper_no = text(32, metadata=LATEST_AUTO)
    plate = fields.Nested(Plate, allow_none=True, metadata=LATEST_AUTO)
    voided = text(32, allow_none=True, metadata=LATEST_ASK)


class Offender(Tolerant):
    """Who it was, as far as a card or they themselves said."""

    name = text(200, allow_none=True)
    id_number = text(32, allow_none=True)
    birth_date = text(10, allow_none=True)
    phone = text(20, allow_none=True)
    address = text(300, allow_none=True)


class ViolationPersonPart(Tolerant):
    """Who, what happened in words, and what they said of it."""

    who = fields.Nested(Offender, allow_none=True, metadata=LATEST_ASK)
    note = text(500, metadata=LATEST_AUTO)
    said = text(500, metadata=LATEST_AUTO)


class Incident(Tolerant):
    """Something that happened at the checkpoint and that others have to know."""

    lane = text(32, metadata=LATEST_AUTO)
    what = word(INCIDENTS, required=True, metadata=LATEST_AUTO)
    severity = word(SEVERITIES, required=True, metadata=LATEST_AUTO)
    ended = whole(0, 1 << 46, metadata=LATEST_AUTO)
    voided = text(32, allow_none=True, metadata=LATEST_ASK)


class IncidentPersonPart(Tolerant):
    """What happened, in words: free text, so it is kept like a person part."""

    note = text(500, metadata=LATEST_AUTO)
