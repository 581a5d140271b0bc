"""Small shapes and vocabularies that several records share.

A vocabulary is spelled here once: the wire, the database, metrics, tests and docs use its words.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from sync.encoding import is_uuid7

OUTCOMES = ("pass", "refer", "turn_back")
"""What a verdict may say, mildest first: cho qua, kiểm tra thêm, quay đầu."""

ACTIONS = ("passed", "referred", "turned_back")
"""What was done, mildest first."""

DIRECTIONS = ("in", "out")
MODES = ("checked", "green_lane", "waved", "group")
PURPOSES = (
    "work",
    "goods",
    "medical",
    "emergency",
    "essential",
    "return_home",
    "official",
    "other",
)
VEHICLE_CLASSES = (
    "motorbike",
    "car",
    "taxi",
    "bus",
    "van",
    "truck",
    "tractor_trailer",
    "ambulance",
    "bicycle",
    "on_foot",
    "other",
)
PLATE_COLOURS = ("white", "yellow", "blue", "red", "other")
ROLES = ("driver", "passenger", "walker")
CARD_COLOURS = ("green", "yellow", "none")
"""The colour an officer saw; `none` is "Không có – không rõ"."""

GOODS_GROUPS = (
    "food",
    "farm_products",
    "sea_products",
    "production_materials",
    "energy",
    "textiles",
    "medical_supplies",
    "local_needs",
    "other",
)
UNITS = ("tonne", "kg", "box", "head", "litre")
FAMILIES = (
    "cccd",
    "can_cuoc",
    "cmnd",
    "pc_covid",
    "bhyt",
    "hc1",
    "shc",
    "own",
    "url",
    "opaque",
    "none",
)
"""Code families; `none` is a person who showed no code."""

EVIDENCE_STATUSES = ("verified", "claim", "unknown", "invalid")
DATASETS = ("2021", "2025")
OVERRIDE_REASONS = (
    "paper_shown",
    "emergency",
    "superior_order",
    "code_unreadable",
    "local_resident",
    "other",
)
WAVE_REASONS = ("queue", "weather", "accident", "superior_order", "other")
"""Why a checkpoint let traffic through unchecked, counted only: «xả chốt»."""

SOURCES = ("live", "paper")
"""Written when it happened, or later from a paper log («ghi bù»)."""

VOID_REASONS = ("undone", "wrong_entry", "entered_twice", "did_not_cross", "other")
"""Why a crossing does not count; `undone` within ten seconds of saving it."""
IDENTIFIED_BY = ("code", "id_card", "phone_lookup", "on_behalf", "paper_later")
"""How it is known who somebody is; absent: by the code that the evidence names (the card's own for
a chip card). `paper_later`: not known yet, a paper form is to be entered."""

TEST_TYPES = ("rapid", "pcr_sample")
TEST_RESULTS = ("negative", "pending", "invalid", "positive")
"""What a test showed, mildest first; a PCR sample is `pending` until the laboratory says."""

REVIEW_DECISIONS = ("seen", "needs_check")
"""A reviewer's "đã xem" and "cần xác minh"."""


class Tolerant(Schema):
    """A shape that ignores names it does not know: v1 only adds, and a text is never re-made."""

    class Meta:
        unknown = EXCLUDE


def word(words: tuple[str, ...], **kwargs: object) -> fields.String:
    """A field holding one word of a vocabulary."""
    return fields.String(validate=validate.OneOf(words), **kwargs)  # type: ignore[arg-type]


def text(longest: int, shortest: int = 0, **kwargs: object) -> fields.String:
    """A field holding bounded free text, in characters."""
    length = validate.Length(min=shortest, max=longest)
    return fields.String(validate=length, **kwargs)  # type: ignore[arg-type]


def whole(low: int, high: int, **kwargs: object) -> fields.Integer:
    """A field holding a whole number in a closed range."""
    limits = validate.Range(min=low, max=high)
    return fields.Integer(strict=True, validate=limits, **kwargs)  # type: ignore[arg-type]


class Flag(fields.Boolean):
    """true or false; marshmallow's own Boolean also takes 1, "yes" and "off"."""

    def _validated(self, value: Any) -> bool:
        if value is True or value is False:
            return bool(value)
        raise self.make_error("invalid", input=value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        return self._validated(value)


class Measure(fields.Float):
    """A JSON number; marshmallow's own Float also takes "36.5", which never equals 36.5."""

    def _validated(self, value: Any) -> float:
        if not isinstance(value, (int, float)):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Uuid7(validate.Validator):
    """A UUIDv7 in its one canonical form (SPEC E2)."""

    def __call__(self, value: str) -> str:
        if not is_uuid7(value):
            raise ValidationError("Not a UUIDv7.")
        return value


def measure(low: float, high: float, **kwargs: object) -> Measure:
    """A field holding a number in a closed range."""
    return Measure(validate=validate.Range(min=low, max=high), **kwargs)  # type: ignore[arg-type]


def record_id(**kwargs: object) -> fields.String:
    """A field naming another record."""
    return fields.String(validate=Uuid7(), **kwargs)  # type: ignore[arg-type]


class Place(Tolerant):
    """An administrative unit; codes were reused after 7/2025, so data set and code make the key."""

    dataset = word(DATASETS, required=True)
    code = text(16, 1, required=True)


class Plate(Tolerant):
    """A plate: as read, its normal form (capital letters, Đ too, and digits), what it may be."""

    read = text(24, 1, required=True)
    normal = text(16, 1, required=True)
    candidates = fields.List(text(32), validate=validate.Length(max=8))


class Verdict(Tolerant):
    """What the rules said. The pack versions that said it are in the event header."""

    outcome = word(OUTCOMES, required=True)
    reasons = fields.List(text(64), required=True, validate=validate.Length(max=16))
    rules = fields.List(text(64), validate=validate.Length(max=32))


class Override(Tolerant):
    """Why an officer did other than the verdict said, who did, and which lead approved it."""

    reason = word(OVERRIDE_REASONS, required=True)
    by = text(64, 1, required=True)
    approved_by = text(64, 1)


class EvidenceSummary(Tolerant):
    """What a code proved, without whom it concerns."""

    family = word(FAMILIES, required=True)
    status = word(EVIDENCE_STATUSES, required=True)
    code = text(32, required=True)
    key_id = text(64, allow_none=True)
    issuer = text(128, allow_none=True)
    issued_at = text(32, allow_none=True)
    expires_at = text(32, allow_none=True)
