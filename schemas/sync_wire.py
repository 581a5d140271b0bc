"""What travels in POST /sync: the batch up, the receipt and one page of the feeds down.

The rules are those of sync/SPEC.md; the docstrings here are what the API's description says of them
to whoever writes a client. Batches are checked by `sync.batch`, which is strict.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from schemas.shapes import text, whole, word
from schemas.wire import MAX_MS, Request
from sync.cursor import MAX_FEEDS


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
