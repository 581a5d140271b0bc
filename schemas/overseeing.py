"""What who answers for a server reads from afar: the audit log, and what the server lacks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import Flag, text, whole
from schemas.wire import MAX_MS, Request

MOST_ENTRIES = 1_000


class AuditRequest(Request):
    """from ≤ at ≤ to; `who`: login or id; `what`: a kind or a group; `about`: a subject.

    `text`: letters that stand in what was done, purpose, reference or details.
    """

    from_ms = whole(0, MAX_MS, allow_none=True, load_default=None)
    to_ms = whole(0, MAX_MS, allow_none=True, load_default=None)
    who = text(100, load_default="")
    what = text(100, load_default="")
    about = text(200, load_default="")
    text = text(200, load_default="")
    last = whole(1, MOST_ENTRIES, load_default=50)
    verify = Flag(load_default=False)


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
