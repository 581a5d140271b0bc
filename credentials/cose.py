"""COSE_Sign1 (RFC 9052) with ES256 or PS256 and nothing else (RFC 9053, RFC 8230).

A header in the protected map wins over the same one in the unprotected map. Both maps may name the
algorithm, because published issuers do so; nothing is gained by forging it there, since a key
serves one algorithm only.
"""

from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from credentials.cbor import decode_cbor
from credentials.trust import Alg, TrustKey

MAX_KID_BYTES = 64

_ALGORITHM, _CRITICAL, _KID = 1, 2, 4
_ALGS: dict[int | float, Alg] = {-7: "ES256", -37: "PS256"}
# Tag 61 (CWT) may stand around tag 18 (COSE_Sign1), and both may be absent.
_TAGS = (b"\xd8\x3d", b"\xd2")
_SHA256 = SHA256()
_ES256 = ECDSA(_SHA256)
_PSS = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=32)


class CoseError(ValueError):
    """Complete CBOR that is no COSE_Sign1, or one signed in a way that we do not take."""

    def __init__(self, code: Literal["cose", "algorithm"]) -> None:
        super().__init__(code)
        self.code: Literal["cose", "algorithm"] = code


@dataclass(frozen=True, slots=True)
class Sign1:
    """A taken-apart COSE_Sign1 whose signature nobody has checked yet. `kid` may be empty."""

    alg: Alg
    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes


def parse_sign1(data: bytes) -> Sign1:
    """Take a message apart without checking its signature. Raises CborError or CoseError."""
    for tag in _TAGS:
        data = data.removeprefix(tag)
    if data and data[0] >> 5 == 6:
        raise CoseError("cose")
    message = decode_cbor(data)
    if not isinstance(message, list) or len(message) != 4:
        raise CoseError("cose")
    protected, unprotected, payload, signature = message
    if not (isinstance(protected, bytes) and isinstance(unprotected, dict)):
        raise CoseError("cose")
    if not (isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise CoseError("cose")
    headers = decode_cbor(protected) if protected else {}
    if not isinstance(headers, dict) or _CRITICAL in headers:
        raise CoseError("cose")
    alg = _header(headers, unprotected, _ALGORITHM)
    if not isinstance(alg, int | float) or alg not in _ALGS:
        raise CoseError("algorithm")
    kid = _header(headers, unprotected, _KID)
    if kid is None:
        kid = b""
    if not isinstance(kid, bytes) or len(kid) > MAX_KID_BYTES:
        raise CoseError("cose")
    return Sign1(_ALGS[alg], kid, protected, payload, signature)


def verify_sign1(message: Sign1, key: TrustKey) -> bool:
    """Whether `key` made the signature, with the algorithm that both name."""
    if key.alg != message.alg:
        return False
    signed = b"\x84\x6aSignature1" + _byte_string(message.protected) + b"\x40"
    signed += _byte_string(message.payload)
    signature, public_key = message.signature, key.public_key
    try:
        if isinstance(public_key, EllipticCurvePublicKey):
            if len(signature) != 64:
                return False
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            public_key.verify(encode_dss_signature(r, s), signed, _ES256)
        else:
            public_key.verify(signature, signed, _PSS, _SHA256)
    except InvalidSignature:
        return False
    return True


def _header(protected: dict[Any, Any], unprotected: dict[Any, Any], label: int) -> Any:
    value = protected.get(label)
    return unprotected.get(label) if value is None else value


def _byte_string(data: bytes) -> bytes:
    size = len(data)
    if size < 24:
        return bytes((0x40 | size,)) + data
    if size < 256:
        return bytes((0x58, size)) + data
    return b"\x59" + size.to_bytes(2, "big") + data
