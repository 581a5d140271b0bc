"""Signed texts for tests, made with `cryptography` alone so that they do not trust credentials.jws.

Keys are fixed scalars: they guard nothing and keep the vectors' trust content stable.
"""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER_KEY = ec.derive_private_key(0x5EED1, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0x5EED2, ec.SECP256R1())


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }


def public_spki(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def compact(header: Any, payload: Any, key: ec.EllipticCurvePrivateKey = ISSUER_KEY) -> str:
    """A compact JWS of any header and payload; bytes are taken as they are, the rest as JSON."""
    parts = [
        b64(part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode())
        for part in (header, payload)
    ]
    signing_input = ".".join(parts)
    r, s = decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signing_input}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def own(
    typ: str,
    claims: Any,
    key: ec.EllipticCurvePrivateKey = ISSUER_KEY,
    kid: str = "hd-1",
    **header: Any,
) -> str:
    return "CHOT1:" + compact({"alg": "ES256", "kid": kid, "typ": typ} | header, claims, key)


def trust_key(**known: Any) -> dict[str, Any]:
    return {
        "kid": "hd-1",
        "alg": "ES256",
        "jwk": public_jwk(ISSUER_KEY),
        "issuer": "ha-dong",
        "usage": ["decl", "badge", "permit", "pass", "manifest", "card"],
        "not_before_ms": None,
        "not_after_ms": None,
    } | known
