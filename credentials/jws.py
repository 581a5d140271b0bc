"""Compact JWS with ES256 and nothing else (RFC 7515, RFC 7518 3.4).

Packs, our own documents and SMART Health Cards share it. In the first two the header has exactly
the members alg, kid and typ; every part must be canonical base64url, so that one document has one
text.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import ECAlgorithm

JwsCode = Literal["partial", "malformed", "algorithm"]

SIGNATURE_CHARACTERS = 86
MAX_HEADER_CHARACTERS = 400
MAX_KID_CHARACTERS = 64
# Every nesting level needs an opening bracket: counting them bounds the depth before parsing.
MAX_BRACKETS = 512

_TOKEN = re.compile(r"[A-Za-z0-9_-]*")
# The last character of a text of 4n + 2 or 4n + 3: the bits that it has too many must be zero.
_LAST = {0: None, 2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}
_KID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_TYP = re.compile(r"[a-z0-9-]{1,32}")
_SIGNER = ECAlgorithm(ECAlgorithm.SHA256)
_ES256 = ECDSA(SHA256())


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# json.loads makes a decoder for each call that names parse_constant.
_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


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


@dataclass(frozen=True, slots=True)
class JwsParts:
    """`header.payload.signature`, decoded; nothing is known of the header but that it is JSON."""

    header: dict[str, Any]
    signing_input: bytes
    payload: bytes
    signature: bytes


def jws_parts(text: str) -> JwsParts:
    """Take a JWS apart, whatever its header says. Raises JwsError, `partial` for a cut one."""
    parts = text.split(".", 3)
    if len(parts) < 3 or (len(parts) == 3 and len(parts[2]) < SIGNATURE_CHARACTERS):
        raise JwsError("partial")
    if len(parts) > 3 or len(parts[2]) > SIGNATURE_CHARACTERS:
        raise JwsError("malformed")
    if len(parts[0]) > MAX_HEADER_CHARACTERS:
        raise JwsError("malformed")
    try:
        header = parse_json_object(base64url_decode(parts[0]))
        payload, signature = base64url_decode(parts[1]), base64url_decode(parts[2])
    except ValueError:
        raise JwsError("malformed") from None
    return JwsParts(header, text[: -len(parts[2]) - 1].encode("ascii"), payload, signature)


def parse_jws(text: str, max_characters: int) -> CompactJws:
    """Take `header.payload.signature` apart without checking the signature. Raises JwsError."""
    if len(text) > max_characters:
        raise JwsError("malformed")
    parts = jws_parts(text)
    header = parts.header
    if header.keys() != {"alg", "kid", "typ"}:
        raise JwsError("malformed")
    if header["alg"] != "ES256":
        raise JwsError("algorithm")
    typ = header["typ"]
    if not (isinstance(typ, str) and _TYP.fullmatch(typ)):
        raise JwsError("malformed")
    return CompactJws(kid_of(header), typ, parts.signing_input, parts.payload, parts.signature)


def kid_of(header: Mapping[str, Any]) -> str:
    """The key id of a header. Raises JwsError."""
    kid = header.get("kid")
    if not (isinstance(kid, str) and _KID.fullmatch(kid)):
        raise JwsError("malformed")
    return kid


def verify_es256(jws: CompactJws, public_key: object) -> bool:
    """Whether `public_key` made the signature; no other key than one of P-256 ever did."""
    if not isinstance(public_key, EllipticCurvePublicKey):
        return False
    if not isinstance(public_key.curve, SECP256R1) or len(jws.signature) != 64:
        return False
    r, s = int.from_bytes(jws.signature[:32], "big"), int.from_bytes(jws.signature[32:], "big")
    try:
        public_key.verify(encode_dss_signature(r, s), jws.signing_input, _ES256)
    except InvalidSignature:
        return False
    return True


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
    signature = _SIGNER.sign(signing_input.encode("ascii"), private_key)
    return f"{signing_input}.{base64url_encode(signature)}"


def es256_characters(typ: str, kid: str, payload: Mapping[str, Any]) -> int:
    """How long sign_es256's text would be."""
    parts = ({"alg": "ES256", "kid": kid, "typ": typ}, payload)
    return sum(-(-len(_json_bytes(part)) * 4 // 3) + 1 for part in parts) + SIGNATURE_CHARACTERS


def base64url_encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Strict: no padding, no other alphabet, unused bits zero. Raises ValueError."""
    rest = len(text) % 4
    if rest == 1 or not _TOKEN.fullmatch(text):
        raise ValueError("not base64url")
    last = _LAST[rest]
    if last is not None and text[-1] not in last:
        raise ValueError("not canonical base64url")
    return base64.urlsafe_b64decode(text + "=" * (-rest % 4))


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
        return _JSON.decode(data.decode("utf-8"))
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
