"""What programs read over HTTP: figures, the report, files of tables, masked and not."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from schemas.shapes import Flag, text, whole, word
from schemas.wire import MAX_MS, Request

MAX_CHECKPOINTS = 64
EXPORT_FORMATS = ("csv", "jsonl", "xlsx", "sqlite", "parquet")
LANGUAGES = ("vi", "en")


def _number(low: int, high: int, **kwargs: Any) -> fields.Integer:
    """A whole number of a query, which is text there."""
    return fields.Integer(validate=validate.Range(low, high), **kwargs)


def _checkpoints() -> fields.List[str]:
    return fields.List(
        text(64, 1), load_default=list, validate=validate.Length(max=MAX_CHECKPOINTS)
    )


class StatsQuery(Request):
    """from ≤ occurred < to, Unix milliseconds; no checkpoint means all."""

    from_ms = _number(0, MAX_MS, required=True)
    to_ms = _number(0, MAX_MS, required=True)
    checkpoint = _checkpoints()


class StatsOfCheckpoint(Schema):
    """The counts of one checkpoint."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    counts = fields.Dict(fields.String(), fields.Integer(), required=True)


class StatsStep(Schema):
    """One stretch of the window."""

    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True)
    crossings = fields.Integer(required=True)
    turned_back = fields.Integer(required=True)


class StatsAnswer(Schema):
    """Sums of a window; what is void or a duplicate counts nowhere. `lag`: events not counted."""

    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True)
    total = fields.Dict(fields.String(), fields.Integer(), required=True)
    checkpoints = fields.List(fields.Nested(StatsOfCheckpoint), required=True)
    steps = fields.List(fields.Nested(StatsStep), required=True)
    lag = fields.Integer(required=True)


class ReportQuery(Request):
    """The cut-off, Unix milliseconds; null: the one that comes. `as_of`: a log number.

    `unit`: code (2021) or name of a province, district or commune, instead of checkpoints.
    """

    at_ms = _number(0, MAX_MS, allow_none=True, load_default=None)
    checkpoint = _checkpoints()
    unit = text(100, load_default="")
    as_of = _number(0, 1 << 53, allow_none=True, load_default=None)


class ReportAnswer(Schema):
    """A report as `chot report --format json` gives it, and the letterhead of its unit."""

    report = fields.Dict(fields.String(), required=True)
    letterhead = fields.Dict(fields.String(), required=True)


class GoodsFlowQuery(StatsQuery):
    """Goods of at most 31 days. `level`: what origins and destinations are told by.

    `product`: a name, or a name and the words that descriptions have: "Hạt điều=điều,nhân điều";
    none: those of the server's settings. `as_of`: a log number.
    """

    level = word(("province", "district", "commune"), load_default="province")
    product = fields.List(text(200, 1), load_default=list, validate=validate.Length(max=50))
    as_of = _number(0, 1 << 53, allow_none=True, load_default=None)


class GoodsFlowAnswer(Schema):
    """The goods flow as `chot report goods-flow --format json` gives it."""

    goods_flow = fields.Dict(fields.String(), required=True)


class ExportQuery(StatsQuery):
    """A table as a file. `columns`: names joined by commas, "" for all.

    `as_of`: a log number, or `as_of_ms`, Unix milliseconds: as the server knew then.
    `came_after`: only what came after that log number.
    """

    columns = text(2000, load_default="")
    format = word(EXPORT_FORMATS, load_default="csv")
    lang = word(LANGUAGES, allow_none=True, load_default=None)
    as_of = _number(0, 1 << 53, allow_none=True, load_default=None)
    as_of_ms = _number(0, MAX_MS, allow_none=True, load_default=None)
    came_after = _number(0, 1 << 53, allow_none=True, load_default=None)
    compress = fields.Boolean(load_default=False)


class UnmaskedExportRequest(Request):
    """A table with who people are; fields as in `ExportQuery`. `purpose`, `case`: for the audit."""

    from_ms = whole(0, MAX_MS, required=True)
    to_ms = whole(0, MAX_MS, required=True)
    purpose = text(200, 1, required=True)
    case = text(100, 1, required=True)
    checkpoint = _checkpoints()
    columns = text(2000, load_default="")
    format = word(EXPORT_FORMATS, load_default="csv")
    lang = word(LANGUAGES, allow_none=True, load_default=None)
    as_of = whole(0, 1 << 53, allow_none=True, load_default=None)
    as_of_ms = whole(0, MAX_MS, allow_none=True, load_default=None)
    came_after = whole(0, 1 << 53, allow_none=True, load_default=None)
    compress = Flag(load_default=False)


class ArrivalsRequest(Request):
    """Who came in between these times and named these communes ("2021-22910").

    `audience`: team, or lodging, which has ID numbers and reasons besides. `recipient`: who is
    given it, for the audit.
    """

    communes = fields.List(
        fields.String(validate=validate.Regexp(r"^(2021|2025)-[0-9]{5}$")),
        required=True,
        validate=validate.Length(1, MAX_CHECKPOINTS),
    )
    from_ms = whole(0, MAX_MS, required=True)
    to_ms = whole(0, MAX_MS, required=True)
    recipient = text(200, 1, required=True)
    audience = word(("team", "lodging"), load_default="team")
    format = word(EXPORT_FORMATS, load_default="csv")
    lang = word(LANGUAGES, allow_none=True, load_default=None)
    compress = Flag(load_default=False)
