"""Compact JWS with ES256 and nothing else (RFC 7515, RFC 7518 3.4).

Packs and our own documents share it. The header has exactly the members alg, kid and typ; every
part must be canonical base64url, so that one document has one text.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from jwt.algorithms import ECAlgorithm

JwsCode = Literal["partial", "malformed", "algorithm"]

SIGNATURE_CHARACTERS = 86
MAX_HEADER_CHARACTERS = 400
MAX_KID_CHARACTERS = 64
# Every nesting level needs an opening bracket: counting them bounds the depth before parsing.
MAX_BRACKETS = 512

_TOKEN = re.compile(r"[A-Za-z0-9_-]*")
_KID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_TYP = re.compile(r"[a-z0-9-]{1,32}")
_ES256 = ECAlgorithm(ECAlgorithm.SHA256)


class JwsError(ValueError):
    """The text is no ES256 JWS; `partial` means that its end may be missing."""

    def __init__(self, code: JwsCode) -> None:
        super().__init__(code)
        self.code: JwsCode = code


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A taken-apart JWS whose signature nobody has checked yet."""

    kid: str
    typ: str
    signing_input: bytes
    payload: bytes
    signature: bytes


def parse_jws(text: str, max_characters: int) -> CompactJws:
    """Take `header.payload.signature` apart without checking the signature. Raises JwsError."""
    if len(text) > max_characters:
        raise JwsError("malformed")
    parts = text.split(".")
    if len(parts) < 3 or (len(parts) == 3 and len(parts[2]) < SIGNATURE_CHARACTERS):
        raise JwsError("partial")
    if len(parts) > 3 or len(parts[2]) > SIGNATURE_CHARACTERS:
        raise JwsError("malformed")
    if len(parts[0]) > MAX_HEADER_CHARACTERS:
        raise JwsError("malformed")
    try:
        header = parse_json_object(base64url_decode(parts[0]))
        payload = base64url_decode(parts[1])
        signature = base64url_decode(parts[2])
    except ValueError:
        raise JwsError("malformed") from None
    if header.keys() != {"alg", "kid", "typ"}:
        raise JwsError("malformed")
    if header["alg"] != "ES256":
        raise JwsError("algorithm")
    kid, typ = header["kid"], header["typ"]
    if not (isinstance(kid, str) and _KID.fullmatch(kid)):
        raise JwsError("malformed")
    if not (isinstance(typ, str) and _TYP.fullmatch(typ)):
        raise JwsError("malformed")
    return CompactJws(kid, typ, f"{parts[0]}.{parts[1]}".encode("ascii"), payload, signature)


def verify_es256(jws: CompactJws, public_key: EllipticCurvePublicKey) -> bool:
    """Whether `public_key` (P-256) made the signature."""
    if not isinstance(public_key.curve, SECP256R1):
        return False
    return bool(_ES256.verify(jws.signing_input, public_key, jws.signature))


def sign_es256(
    typ: str, kid: str, payload: Mapping[str, Any], private_key: EllipticCurvePrivateKey
) -> str:
    """The compact JWS of `payload` as UTF-8 JSON. Raises ValueError for a bad typ, kid or key."""
    if not isinstance(private_key.curve, SECP256R1):
        raise ValueError("ES256 needs a P-256 key")
    if not _KID.fullmatch(kid) or not _TYP.fullmatch(typ):
        raise ValueError("kid or typ out of bounds")
    header = _json_bytes({"alg": "ES256", "kid": kid, "typ": typ})
    signing_input = f"{base64url_encode(header)}.{base64url_encode(_json_bytes(payload))}"
    signature = _ES256.sign(signing_input.encode("ascii"), private_key)
    return f"{signing_input}.{base64url_encode(signature)}"


def base64url_encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Strict: no padding, no other alphabet, unused bits zero. Raises ValueError."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64url_encode(data) != text:
        raise ValueError("not canonical base64url")
    return data


def parse_json_object(data: bytes) -> dict[str, Any]:
    """One JSON object, as JSON.parse would take it: no NaN, no BOM, bounded depth.

    Raises ValueError (which includes UnicodeDecodeError and JSONDecodeError).
    """
    if data.count(b"[") + data.count(b"{") > MAX_BRACKETS:
        raise ValueError("too many brackets")
    value = parse_json(data)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def parse_json(data: bytes) -> Any:
    """JSON without the constants that only Python knows. Raises ValueError."""
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("too deep") from None


def public_key_of_jwk(jwk: object) -> EllipticCurvePublicKey:
    """A P-256 public key from {kty, crv, x, y}; a private part is refused. Raises ValueError."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ValueError("not a P-256 JWK")
    if "d" in jwk:
        raise ValueError("private key where a public one belongs")
    x, y = (_coordinate(jwk.get(name)) for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def jwk_of_public_key(key: EllipticCurvePublicKey) -> dict[str, str]:
    """{kty, crv, x, y} of a P-256 key."""
    numbers = key.public_numbers()
    x, y = (base64url_encode(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _coordinate(value: object) -> int:
    if not isinstance(value, str) or len(value) != 43:
        raise ValueError("coordinate of another length")
    return int.from_bytes(base64url_decode(value), "big")


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
