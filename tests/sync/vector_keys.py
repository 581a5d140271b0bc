"""What the vectors of sync share: names, seeded test keys, and an answer that may be a refusal."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sync.encoding import to_base64url
from sync.errors import SyncError

NOW_MS = 1_634_749_200_000
DEVICE = "0190a0b0-0000-7000-8000-0000000000a1"
SERVER = "0190a0b0-0000-7000-8000-0000000000f1"
_ES256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def scalar(rng: random.Random) -> int:
    """A P-256 private scalar: a test key, good for nothing else."""
    return rng.randrange(1, 1 << 255)


def private_key(number: int) -> ec.EllipticCurvePrivateKey:
    """The test key of a scalar."""
    return ec.derive_private_key(number, ec.SECP256R1())


def jwk(number: int) -> dict[str, str]:
    """The private JWK of a scalar (RFC 7518 §6.2)."""
    point = private_key(number).public_key().public_numbers()
    parts = {"x": point.x, "y": point.y, "d": number}
    return {"kty": "EC", "crv": "P-256"} | {
        name: to_base64url(value.to_bytes(32, "big")) for name, value in parts.items()
    }


def signer(number: int) -> Callable[[bytes], bytes]:
    """The ES256 signature of a scalar's key, the same on every run."""

    def sign(text: bytes) -> bytes:
        r, s = decode_dss_signature(private_key(number).sign(text, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def answer(call: Callable[[], Any]) -> dict[str, Any]:
    """The value of a call, or the code and rule it was refused with."""
    try:
        return {"value": call()}
    except SyncError as error:
        return {"error": error.code, "rule": error.rule}
