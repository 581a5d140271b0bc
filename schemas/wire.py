"""What travels over HTTP besides events: the request and the answer of every endpoint of /api/v1.

OpenAPI is generated from here. Requests ignore names they do not know (v1 only adds). What events
say is declared in `schemas/records.py`; batches are checked by `sync.batch`, which is strict.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from schemas.shapes import ACTIONS, DIRECTIONS, OUTCOMES, REVIEW_DECISIONS, text, whole, word
from sync.cursor import MAX_FEEDS

MAX_MS = 1 << 46
PURPOSES_OF_SEARCH = ("shift_check", "tracing", "investigation", "complaint", "review")
REVIEW_STATES = ("open", *REVIEW_DECISIONS)


class Request(Schema):
    """A request body: unknown names are left out, not refused."""

    class Meta:
        unknown = EXCLUDE


class Unchecked(fields.Nested):
    """Documented like a nested shape and handed on as it came: `sync.batch` checks it, faster.

    Of many it is only checked that they are a list: their number is bounded before they are read.
    """

    def _deserialize(
        self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        if self.many and not isinstance(value, list):
            raise self.make_error("type")
        return value


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


# --- sync --------------------------------------------------------------------


class SentEvent(Schema):
    """One event of a batch: exact texts, or sealed ones in their place (SPEC B4, S1, S4).

    `body`: a text of the shape `EventBody`. `person`: one of `EventPerson`, absent where it
    concerns nobody. `commitment` only where the person text is withheld: 32 bytes, its SHA-256.
    """

    body = fields.String()
    sealed_body = fields.String()
    person = fields.String()
    sealed = fields.String()
    commitment = fields.String()


class SentBatch(Schema):
    """A contiguous run of one device's events and its signature (SPEC B1).

    `first` is the number of the first event, `previous` the hash before it. `signature`: 64 bytes,
    r ‖ s, over six lines: "chot-batch/1", device, first, last, previous, head (hashes in hex; B3).
    """

    device = fields.String(required=True)
    first = fields.Integer(required=True)
    previous = fields.String(required=True)
    events = fields.List(fields.Nested(SentEvent), required=True)
    signature = fields.String(required=True)


class SyncRequest(Request):
    """One round trip: what the device wants, what it sends, how much it has not got rid of.

    `unsent`: events of its own that no receipt covers yet, those in this `batch` included (SPEC
    T6): 1 in `batch` and none behind it is 1. `cursor`, `held_after`: as the last page taken gave
    them, both null at first and after dropping everything; it holds the events numbered above
    `held_after` up to its cursor (F7). `feeds`: what it wants, "checkpoint:<id>" at least, and of
    `feeds` in the last answer what else it has use for; other feeds than last time make a `reset`.
    `device_time`: its own clock, Unix ms. What the events in `batch` say: `EventBody`.
    """

    max_bytes = 8 * 1024 * 1024
    """Of the body, once inflated. Other requests may have 64 KiB."""

    has_batch = True
    """`batch` may come as a `sync.batch.Batch`, read together with the request."""

    protocol = whole(0, 1 << 16, required=True)
    cursor = text(160, allow_none=True, load_default=None)
    held_after = whole(0, 1 << 53, allow_none=True, load_default=None)
    feeds = fields.List(text(96), load_default=list, validate=validate.Length(max=MAX_FEEDS))
    batch = Unchecked(SentBatch, allow_none=True, load_default=None)
    unsent = whole(0, 1 << 40, load_default=0)
    device_time = whole(0, MAX_MS, required=True)


class EventResult(Schema):
    """What became of one pushed event (SPEC A2).

    `code` says why it was held or rejected, or what else is to be known of it: `event.json`,
    `event.depth`, `event.duplicate_name`, `event.field`, `event.missing`, `event.author`,
    `event.scope`, `event.kind`, `person.commitment`, `seal.key`, `seal.text`, `device.revoked`,
    `device.forked`, `relay.scope`. `field` names the field that is wrong. Whatever the state, the
    event keeps its number and its place in the chain (A4): go on behind it, and show `rejected`
    to a person. `held` needs nothing: the server takes it in after an upgrade. After
    `device.forked` or `device.revoked` hand in what is left and enrol again, as a new device.
    """

    seq = fields.Integer(required=True)
    state = word(("accepted", "duplicate", "held", "rejected"), required=True)
    code = fields.String()
    field = fields.String()


class SignedReceipt(Schema):
    """How far the server holds the device's chain, signed (SPEC P1).

    `signature`: 64 bytes, r ‖ s, by `receipt_key` over eight lines: "chot-receipt/1", server,
    level, device, through, head in hex, safe_through, server_time. `through` may be less than
    before: the server was restored, and what it lacks goes out again (P6). `safe_through`: up to
    here events may be deleted (P2).
    """

    server = fields.String(required=True)
    level = word(("relay", "home"), required=True)
    device = fields.String(required=True)
    through = fields.Integer(required=True)
    head = fields.String(required=True)
    safe_through = fields.Integer(required=True)
    server_time = fields.Integer(required=True)
    signature = fields.String(required=True)


class GivenRun(Schema):
    """Contiguous events of one device under one envelope (SPEC F6).

    `first`: the first one's number in its device's chain, `previous` the hash before it. `n`: the
    server's number of the last one; those before it count down by one. `again`: `n` when it was
    given first, where that was another; `digest` counts it there. `branch`: of a device that was
    cloned, the later branches are 1, 2, …; each is a chain of its own (A6). `persons`: one for
    each body, null where there is none or it is withheld; absent: none at all. `commitments`:
    32 bytes for each body, in a row: SHA-256 of its person text, given or withheld, or zeros where
    there is none; absent: none is withheld. The hash of each body is SHA-256(hash before ‖ body ‖
    commitment). `ranks` (R7: 1 officer, 2 lead, 3 console user) is one digit for all or one for
    each.
    """

    n = fields.Integer(required=True)
    device = fields.String(required=True)
    first = fields.Integer(required=True)
    previous = fields.String(required=True)
    server = fields.String(required=True)
    received = fields.Integer(required=True)
    ranks = fields.String(required=True)
    bodies = fields.List(fields.String(), required=True)
    branch = fields.Integer()
    again = fields.Integer()
    persons = fields.List(fields.String(allow_none=True))
    commitments = fields.String()


class SyncAnswer(Schema):
    """Answers to the push, then one page of the feeds.

    `reset`: drop what was pulled before, then take this page (F3). `cursor`, `held_after`: keep
    them with the page and send them back; what is numbered up to `held_after` may go. `more`: ask
    again at once. `digest`: once there is no more, the sum modulo 2^256, big-endian in 32 bytes,
    of the hashes of all events held in (`held_after`, cursor], each counted once, where it was
    first given; null: nothing to compare (F9). Where it differs, or a page does not follow from
    itself or from what is held (F6): keep receipt and results, drop everything pulled, ask anew
    with `cursor` null, and that at most once in ten minutes. `removals`: events `device:seq`
    (`device-bN:seq` on branch N) whose person text is to be blanked (F10). `feeds`: all that this
    device may have (F11). `packs`: name → version to be had. `upstream_receipt`: what the home
    server said to a relay of this device's chain (P8).
    """

    results = fields.List(fields.Nested(EventResult), required=True)
    receipt = fields.Nested(SignedReceipt, required=True)
    upstream_receipt = fields.Nested(SignedReceipt)
    runs = fields.List(fields.Nested(GivenRun), required=True)
    removals = fields.List(fields.String(), required=True)
    cursor = fields.String(required=True, allow_none=True)
    held_after = fields.Integer(required=True, allow_none=True)
    more = fields.Boolean(required=True)
    reset = fields.Boolean(required=True)
    digest = fields.String(required=True, allow_none=True)
    feeds = fields.List(fields.String(), required=True)
    packs = fields.Dict(fields.String(), fields.Integer(), required=True)
    server_time = fields.Integer(required=True)


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
