"""Signed packs: rules, levels, trust, watch list, permits … as one compact JWS each.

The signature is checked before the payload is parsed, so the depth of a pack is bounded by whom
we trust, its size by MAX_PACK_CHARACTERS.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from credentials.dates import epoch_ms_of_instant
from credentials.jws import (
    JwsError,
    parse_json,
    parse_jws,
    public_key_of_jwk,
    sign_es256,
    verify_es256,
)
from credentials.trust import MAX_SAFE_INTEGER

PackCode = Literal["malformed", "algorithm", "untrusted", "signature", "not_yet_valid", "expired"]

PACK_TYP = "chot-pack"
MAX_PACK_CHARACTERS = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackPayload:
    """What the root key signed. `version` only ever grows; the instants are ISO 8601 UTC (`Z`)."""

    name: str
    version: int
    scope: Any
    issued_at: str
    expires_at: str | None
    content: Any


class PackError(ValueError):
    """A pack that must not be put in force.

    code      malformed · algorithm · untrusted (another kid) · signature · not_yet_valid · expired
    payload   the verified payload for not_yet_valid and expired, else None: a caller with a
              configured stop may go on with a stale pack, but has to say so
    """

    def __init__(self, code: PackCode, payload: PackPayload | None = None) -> None:
        super().__init__(code)
        self.code: PackCode = code
        self.payload = payload


def verify_pack(text: str, root_jwk: Mapping[str, Any], now_ms: int) -> PackPayload:
    """The payload of a pack signed by the root key {kty, crv, x, y, kid}.

    Raises PackError, and ValueError when root_jwk itself is no public P-256 JWK with a kid.
    """
    public_key = public_key_of_jwk(root_jwk)
    if not isinstance(root_jwk.get("kid"), str):
        raise ValueError("root key without kid")
    try:
        jws = parse_jws(text, MAX_PACK_CHARACTERS)
    except JwsError as error:
        raise PackError("algorithm" if error.code == "algorithm" else "malformed") from None
    if jws.typ != PACK_TYP:
        raise PackError("malformed")
    if jws.kid != root_jwk["kid"]:
        raise PackError("untrusted")
    if not verify_es256(jws, public_key):
        raise PackError("signature")
    try:
        payload = _payload(parse_json(jws.payload))
    except ValueError:
        raise PackError("malformed") from None
    issued_ms = epoch_ms_of_instant(payload.issued_at)
    expires_ms = None if payload.expires_at is None else epoch_ms_of_instant(payload.expires_at)
    if issued_ms is not None and issued_ms > now_ms:
        raise PackError("not_yet_valid", payload)
    if expires_ms is not None and expires_ms <= now_ms:
        raise PackError("expired", payload)
    return payload


def sign_pack(payload: PackPayload, private_key: EllipticCurvePrivateKey, kid: str) -> str:
    """The pack as text. Raises ValueError when verify_pack would refuse its shape."""
    plain = asdict(payload)
    _payload(plain)
    text = sign_es256(PACK_TYP, kid, plain, private_key)
    if len(text) > MAX_PACK_CHARACTERS:
        raise ValueError(f"pack {payload.name} of {len(text)} characters")
    return text


def _payload(value: object) -> PackPayload:
    names = ("name", "version", "scope", "issued_at", "expires_at", "content")
    if not isinstance(value, Mapping) or not all(name in value for name in names):
        raise ValueError("members missing")
    payload = PackPayload(**{name: value[name] for name in names})
    if not (isinstance(payload.name, str) and 1 <= len(payload.name) <= 64):
        raise ValueError("name")
    if type(payload.version) is not int or not 1 <= payload.version <= MAX_SAFE_INTEGER:
        raise ValueError("version")
    if not _is_instant(payload.issued_at):
        raise ValueError("issued_at")
    if payload.expires_at is not None and not _is_instant(payload.expires_at):
        raise ValueError("expires_at")
    return payload


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and epoch_ms_of_instant(value) is not None
