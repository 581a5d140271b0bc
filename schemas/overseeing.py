"""What who answers for a server reads from afar: the audit log, and what the server lacks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import text
from schemas.wire import MAX_MS, Request

MOST_ENTRIES = 1_000


def _moment() -> fields.Integer:
    return fields.Integer(
        strict=True, validate=validate.Range(0, MAX_MS), allow_none=True, load_default=None
    )


class AuditRequest(Request):
    """from ≤ at ≤ to; `who`: login or id; `what`: a kind or a group; `about`: a subject.

    `text`: letters that stand in what was done, purpose, reference or details.
    """

    from_ms = _moment()
    to_ms = _moment()
    who = text(100, load_default="")
    what = text(100, load_default="")
    about = text(200, load_default="")
    text = text(200, load_default="")
    last = fields.Integer(strict=True, validate=validate.Range(1, MOST_ENTRIES), load_default=50)
    verify = fields.Boolean(load_default=False)


class AuditLine(Schema):
    """One look or act; `who` is a login where there is one, "cli" at the server itself."""

    n = fields.Integer(required=True)
    at_ms = fields.Integer(required=True)
    who = fields.String(required=True)
    what = fields.String(required=True)
    subject = fields.String(required=True)
    purpose = fields.String(required=True)
    reference = fields.String(required=True)
    details = fields.Dict(fields.String(), required=True)


class AuditAnswer(Schema):
    """Entries, oldest first. `broken_at`: where verifying found that the log was changed."""

    entries = fields.List(fields.Nested(AuditLine), required=True)
    verified = fields.Boolean(required=True)
    broken_at = fields.Integer(required=True, allow_none=True)


class DoctorFinding(Schema):
    """One thing that was looked at; `mend`: the command, or the act, that puts it right."""

    check = fields.String(required=True)
    level = fields.String(required=True, validate=validate.OneOf(("ok", "warn", "bad")))
    said = fields.String(required=True)
    mend = fields.String(required=True)


class DoctorAnswer(Schema):
    """In the order in which one thing rests on another."""

    at_ms = fields.Integer(required=True)
    findings = fields.List(fields.Nested(DoctorFinding), required=True)
