"""What travels between a relay and its upstream (SPEC U). Batches are checked by `sync.batch`."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import text, whole, word
from schemas.sync_wire import EventResult, SentBatch, SignedReceipt, SyncRequest, Unchecked
from schemas.wire import MAX_MS, Jwk, Request
from sync.batch import MAX_SEQ

MAX_BATCHES = 256
MAX_CHAINS = 256
MAX_LACKING = 64


class RelayEnrolRequest(Request):
    """A one-time code, and the relay's own id and public signing key: it is a server already."""

    code = text(64, 1, required=True)
    server = text(36, 36, required=True)
    jwk = Unchecked(Jwk, required=True)
    name = text(64, load_default="")


class RelayEnrolled(Schema):
    """What a relay pins. `root_key` and `sealing_key` are those of the server named in `home`."""

    server = fields.String(required=True)
    epoch = fields.Integer(required=True)
    home = fields.String(required=True)
    path = fields.List(fields.String(), required=True)
    checkpoints = fields.List(fields.String(), required=True)
    root_key = fields.Nested(Jwk, required=True)
    sealing_key = fields.Nested(Jwk, required=True)
    receipt_key = fields.Nested(Jwk, required=True)
    server_time = fields.Integer(required=True)


class SentEnvelope(Schema):
    """Who accepted a run of events first, and when, signed (SPEC A3)."""

    server = fields.String(required=True)
    received = fields.Integer(required=True)
    device = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    head = fields.String(required=True)
    ranks = fields.String(required=True)
    signature = fields.String(required=True)


class ForwardedBatch(Schema):
    """A batch as its author signed it, and the envelopes it came to have on its way."""

    batch = fields.Nested(SentBatch, required=True)
    envelopes = fields.List(fields.Nested(SentEnvelope), required=True)


class KnownDevice(Schema):
    """A device as its server knows it: its key, what it may write, whether it was revoked."""

    device = text(36, 36, required=True)
    kind = word(("tablet", "relay", "server"), required=True)
    checkpoint = text(64, allow_none=True, required=True)
    checkpoints = fields.List(text(64, 1), required=True, validate=validate.Length(max=256))
    lane = text(32, allow_none=True, required=True)
    name = text(64, required=True)
    x = text(43, 43, required=True)
    y = text(43, 43, required=True)
    enrolled = whole(0, MAX_MS, required=True)
    revoked = whole(0, MAX_MS, allow_none=True, required=True)


class KnownOfficer(Schema):
    """Who may open a shift where, and as what: from it follows the rank of what they write."""

    officer = text(64, 1, required=True)
    name = text(100, required=True)
    role = word(("officer", "lead", "medic", "volunteer"), required=True)
    checkpoints = fields.List(text(64, 1), required=True, validate=validate.Length(max=256))
    revoked = fields.Boolean(required=True)


class KnownCheckpoint(Schema):
    """A checkpoint of the relay."""

    checkpoint = text(64, 1, required=True)
    name = text(200, required=True)
    road = text(200, required=True)
    province = text(32, required=True)
    district = text(32, required=True)
    commune = text(32, required=True)
    klass = text(32, required=True, data_key="class")
    state = text(32, required=True)
    hotline = text(64, required=True)
    lanes = fields.List(text(32), required=True, validate=validate.Length(max=64))


class KnownPack(Schema):
    """The newest version of a pack in the relay's scopes."""

    name = text(64, 1, required=True)
    scope = text(96, 1, required=True)
    version = whole(1, (1 << 53) - 1, required=True)


class RelayReference(Schema):
    """All that a relay has to know to judge and to serve tablets while it is alone."""

    devices = fields.List(fields.Nested(KnownDevice), required=True)
    officers = fields.List(fields.Nested(KnownOfficer), required=True)
    checkpoints = fields.List(fields.Nested(KnownCheckpoint), required=True)
    packs = fields.List(fields.Nested(KnownPack), required=True)


class RelayRequest(Request):
    """Batches upwards. `chains`: devices whose receipts are wanted. `reference`: the one held.

    `own_chain`: the device that the relay writes as, which is another after a restore.
    `waiting`: batches that have not gone up yet; what the upstream shows of a relay.
    """

    max_bytes = SyncRequest.max_bytes

    protocol = whole(0, 1 << 16, required=True)
    batches = Unchecked(
        ForwardedBatch, many=True, load_default=list, validate=validate.Length(max=MAX_BATCHES)
    )
    own_chain = text(36, 36, allow_none=True, load_default=None)
    chains = fields.List(text(64, 1), load_default=list, validate=validate.Length(max=MAX_CHAINS))
    reference = text(64, load_default="")
    waiting = whole(0, 1 << 40, load_default=0)
    device_time = whole(0, MAX_MS, required=True)


class ForwardedResult(Schema):
    """What became of one batch; `code` where it was not taken. `refused`: events not accepted."""

    device = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    code = fields.String(allow_none=True, required=True)
    refused = fields.List(fields.Nested(EventResult), required=True)


class RelayAnswer(Schema):
    """Answers to the batches, receipts of this server and of the home server for `chains`.

    `path`: this server and those above it. `reference` is null where the relay has it already.
    """

    server = fields.String(required=True)
    epoch = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)
    results = fields.List(fields.Nested(ForwardedResult), required=True)
    receipts = fields.List(fields.Nested(SignedReceipt), required=True)
    home_receipts = fields.List(fields.Nested(SignedReceipt), required=True)
    reference = fields.Nested(RelayReference, allow_none=True, required=True)
    reference_name = fields.String(required=True)
    server_time = fields.Integer(required=True)


class NamedBatch(Schema):
    """A batch by its last event: whoever holds it knows it by that."""

    device = text(64, 1, required=True)
    last = whole(1, MAX_SEQ, required=True)
    head = text(43, 43, required=True)


class RelayFeedRequest(Request):
    """Where the relay stands in the feeds of its checkpoints.

    `lacking`: batches that were only named to it and that it does not hold; then they are given,
    and nothing else.
    """

    protocol = whole(0, 1 << 16, required=True)
    cursor = text(160, allow_none=True, load_default=None)
    lacking = fields.List(
        fields.Nested(NamedBatch),
        load_default=list,
        validate=validate.Length(max=MAX_LACKING),
    )


class RelayFeed(Schema):
    """Whole batches that have events in these feeds, and the devices that wrote or received them.

    Person parts only of events in these feeds; of the others there is the commitment. What came
    from the relay itself is only named, in `held`.
    """

    batches = fields.List(fields.Nested(ForwardedBatch), required=True)
    held = fields.List(fields.Nested(NamedBatch), required=True)
    devices = fields.List(fields.Nested(KnownDevice), required=True)
    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)
    reset = fields.Boolean(required=True)
    server_time = fields.Integer(required=True)


class RelayPackQuery(Request):
    """Whose pack: a relay serves several checkpoints."""

    scope = text(96, 1, required=True)
