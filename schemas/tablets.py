"""What a tablet says of itself: enrolment, tokens, and its last word."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.shapes import text, whole
from schemas.sync_wire import Unchecked
from schemas.wire import AccessToken, Jwk, Request


class EnrolRequest(Request):
    """A one-time code (20 Crockford base32 characters) and the device's public key."""

    code = text(64, 1, required=True)
    jwk = Unchecked(Jwk, required=True)
    name = text(64)


class EnrolledCheckpoint(Schema):
    """Where the device stands."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    province = fields.String(required=True)
    # `class` is a Python word
    klass = fields.String(required=True, data_key="class")
    lane = fields.String(required=True)
    lanes = fields.List(fields.String(), required=True)
    road = fields.String(required=True)
    hotline = fields.String(required=True)


class Enrolled(Schema):
    """What an enrolled device pins: who it is, where it stands, whose signatures it believes."""

    device = fields.String(required=True)
    checkpoint = fields.Nested(EnrolledCheckpoint, required=True)
    server = fields.String(required=True)
    root_key = fields.Nested(Jwk, required=True)
    sealing_key = fields.Nested(Jwk, required=True)
    receipt_key = fields.Nested(Jwk, required=True)
    server_time = fields.Integer(required=True)


class WipedRequest(Request):
    """A tablet holds nothing any longer; `dropped`: events that no server had (SPEC Q5)."""

    dropped = whole(0, 1 << 40, load_default=0)


class DeviceTokenRequest(Request):
    """A JWT by the device key (RFC 7523): iss = sub = kid = device, aud "chot", jti, ≤ 5 min."""

    assertion = text(2048, 1, required=True)


class DeviceToken(AccessToken):
    """A device's token, and the key that what a locked tablet sends here is sealed to (SPEC S4)."""

    sealing_key = fields.Nested(Jwk, required=True)
