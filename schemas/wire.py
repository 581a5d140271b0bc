"""What travels over HTTP besides events: the request and the answer of every endpoint of /api/v1.

OpenAPI is generated from here. Requests ignore names they do not know (v1 only adds). What events
say is declared in `schemas/records.py`; batches are checked by `sync.batch`, which is strict.
"""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from schemas.shapes import ACTIONS, DIRECTIONS, OUTCOMES, REVIEW_DECISIONS, text, whole, word

MAX_MS = 1 << 46
PURPOSES_OF_SEARCH = ("shift_check", "tracing", "investigation", "complaint", "review")
REVIEW_STATES = ("open", *REVIEW_DECISIONS)


class Request(Schema):
    """A request body: unknown names are left out, not refused."""

    class Meta:
        unknown = EXCLUDE


class Jwk(Schema):
    """A public P-256 key (RFC 7517). A private part is refused."""

    kty = word(("EC",), required=True)
    crv = word(("P-256",), required=True)
    x = text(43, 43, required=True)
    y = text(43, 43, required=True)
    kid = text(64)


# --- health ------------------------------------------------------------------


class Health(Schema):
    """Liveness and readiness; `log` − `projected` is how far the view is behind.

    `upstream` is the server above this one, null for a home server; `behind`: batches that have
    not gone up to it.
    """

    status = word(("ok",), required=True)
    server = fields.String(required=True)
    epoch = fields.Integer(required=True)
    version = fields.String(required=True)
    log = fields.Integer(required=True)
    projected = fields.Integer(required=True)
    upstream = fields.String(required=True, allow_none=True)
    behind = fields.Integer(required=True)
    server_time = fields.Integer(required=True)


# --- tokens ------------------------------------------------------------------


class AccessToken(Schema):
    """A bearer token and how long it is good, in seconds."""

    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class LoginRequest(Request):
    """A console user's password and, where switched on, the six digits of the moment."""

    login = text(64, 1, required=True)
    password = text(256, 1, required=True)
    totp = text(8, load_default="")


class SignedInUser(Schema):
    """Who is signed in."""

    id = fields.String(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class UserToken(AccessToken):
    """A console user's token."""

    user = fields.Nested(SignedInUser, required=True)


# --- packs -------------------------------------------------------------------


class SignedPack(Schema):
    """A pack as its root key signed it: compact JWS (SPEC K).

    Header {alg: "ES256", kid, typ: "chot-pack"}; payload {name, version, scope, issued_at,
    expires_at, content}. Take it where `root_key` signed it, `name` is the one asked for, `scope`
    is "all" or "checkpoint:<own id>" and the version inside is above the one held; else keep the
    old one and tell a person. Past `expires_at` it stays in force (K5).
    """

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    jws = fields.String(required=True)


# --- searches and records ----------------------------------------------------


class Reference(Request):
    """Why somebody may look. Which members a purpose needs: `server/purposes.py`."""

    checkpoint = text(64)
    shift_date = fields.Date()
    request_number = text(64)
    document_number = text(64)
    document_date = fields.Date()
    complaint_code = text(24)


class SearchCriteria(Request):
    """What a search asks for; absent means any. Names match by whole syllables without marks."""

    from_ms = whole(0, MAX_MS, allow_none=True, load_default=None)
    to_ms = whole(0, MAX_MS, allow_none=True, load_default=None)
    checkpoints = fields.List(text(64, 1), load_default=list, validate=validate.Length(max=64))
    plate = text(24, load_default="")
    name = text(100, load_default="")
    id_number = text(32, load_default="")
    phone = text(20, load_default="")
    outcomes = fields.List(word(OUTCOMES), load_default=list, validate=validate.Length(max=3))
    actions = fields.List(word(ACTIONS), load_default=list, validate=validate.Length(max=3))
    direction = word(("", *DIRECTIONS), load_default="")
    review = word(("", *REVIEW_STATES), load_default="")


class SearchRequest(Request):
    """Purpose, reference and criteria; in the body, so that no URL or log holds them."""

    purpose = word(PURPOSES_OF_SEARCH, required=True)
    reference = fields.Nested(Reference, load_default=dict)
    criteria = fields.Nested(SearchCriteria, required=True)


class SearchOpened(Schema):
    """The search's id; its pages are read with it for 30 minutes."""

    id = fields.String(required=True)


class SearchPageQuery(Request):
    """Where to go on: `next` of the page before, or nothing."""

    after = text(200, load_default="")


class FoundCrossing(Schema):
    """One crossing in a list: no person data."""

    record = fields.String(required=True)
    occurred_ms = fields.Integer(required=True)
    received_ms = fields.Integer(required=True)
    checkpoint = fields.String(required=True)
    lane = fields.String(required=True)
    direction = fields.String(required=True)
    mode = fields.String(required=True)
    purpose = fields.String(required=True)
    plate = fields.String(required=True)
    plate_read = fields.String(required=True)
    vehicle_class = fields.String(required=True)
    people = fields.Integer(required=True)
    goods = fields.Integer(required=True)
    outcome = fields.String(required=True)
    action = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)
    families = fields.List(fields.String(), required=True)
    officer = fields.String(required=True)
    complaint_code = fields.String(required=True)
    device = fields.String(required=True)
    flags = fields.List(fields.String(), required=True)
    counted_as = fields.String(
        required=True, metadata={"description": 'The crossing that counts for a duplicate, or ""'}
    )
    review = fields.String(required=True)


class SearchPage(Schema):
    """Rows, newest first; `next` is "" at the end."""

    rows = fields.List(fields.Nested(FoundCrossing), required=True)
    next = fields.String(required=True)


class CrossingQuery(Request):
    """The search in which the crossing was found; without one the look counts as a review."""

    search = text(64, load_default="")


class RecordWrite(Schema):
    """One event of a record's history, person part opened."""

    n = fields.Integer(required=True)
    device = fields.String(required=True)
    seq = fields.Integer(required=True)
    kind = fields.String(required=True)
    officer = fields.String(required=True, allow_none=True)
    occurred_ms = fields.Integer(required=True)
    received_ms = fields.Integer(required=True)
    state = fields.String(required=True)
    # `fields` is the module's name here
    writes = fields.Dict(fields.String(), data_key="fields", attribute="fields", required=True)
    person = fields.Dict(fields.String(), required=True, allow_none=True)


class WholeCrossing(Schema):
    """One crossing, merged, with its people, goods, open conflicts, reviews and history."""

    row = fields.Nested(FoundCrossing, required=True)
    writes = fields.Dict(fields.String(), data_key="fields", attribute="fields", required=True)
    people = fields.Dict(fields.String(), fields.Dict(), required=True)
    goods = fields.Dict(fields.String(), fields.Dict(), required=True)
    conflicts = fields.Dict(fields.String(), fields.List(fields.Nested(RecordWrite)), required=True)
    reviews = fields.List(fields.Nested(RecordWrite), required=True)
    history = fields.List(fields.Nested(RecordWrite), required=True)


class ReviewRequest(Request):
    """A reviewer's decision: "đã xem" or "cần xác minh", and a note."""

    decision = word(REVIEW_DECISIONS, required=True)
    note = text(1000, load_default="")


class ReviewWritten(Schema):
    """The event that the review became, "device:seq"."""

    event = fields.String(required=True)
