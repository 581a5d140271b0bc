"""Published lists of signers as the content of a trust pack (credentials.trust).

- signer certificates: [{kid?, rawData, country?, certificateType?}] or {certificates: [...]}, where
  rawData is base64 DER. Other certificate types are left out.
- JWKS: {keys: [{kty, kid, crv, x, y | n, e}], issuer?}, as SMART Health Card issuers publish.

Tolerant of single entries: one that cannot be read is skipped, one with a key that we refuse
becomes `unusable`. Strict about the whole: what comes out passes parse_trust.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.certificate import (
    UnusableKeyError,
    key_of_certificate,
    spki_of_point,
    spki_of_rsa,
)
from credentials.jws import base64url_decode, base64url_encode
from credentials.trust import MAX_KEYS, Alg, TrustError

HEALTH_CARD_USAGE = "shc"
# What stands for an issuer that a list does not name.
UNNAMED_ISSUER = "?"

_MAX_BASE64 = 24_000
_SPACE = re.compile(r"[ \t\r\n]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")


@dataclass(slots=True)
class TrustImport:
    """`keys` and `unusable` as in a trust pack; `skipped` holds the indices of unread entries."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        """The content of a trust pack that trusts these keys and revokes nothing."""
        return {"keys": self.keys, "revoked": [], "unusable": self.unusable}


def import_trust(document: object, issuer: str | None = None) -> TrustImport:
    """The keys of a published list. Raises TrustError("document") when it is no known list.

    `issuer` is the address of the issuer whose JWKS this is, when the list itself does not say.
    """
    entries: object = document
    jwks = False
    if isinstance(document, Mapping):
        jwks = isinstance(document.get("keys"), list)
        entries = document.get("keys") if jwks else document.get("certificates")
        issuer = _text(document.get("issuer")) or issuer
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise TrustError("document")
    found = TrustImport()
    for index, entry in enumerate(entries):
        try:
            if not isinstance(entry, Mapping):
                raise ValueError("no object")
            if jwks:
                _add_jwk(found, entry, issuer or UNNAMED_ISSUER)
            elif entry.get("certificateType") in (None, "DSC"):
                _add_certificate(found, entry)
        except ValueError:
            found.skipped.append(index)
    return found


def import_certificate(der: bytes) -> TrustImport:
    """One signer to trust, for HC1 and, where its key can sign them, for SMART Health Cards.

    Raises DerError where `der` is no certificate.
    """
    found = TrustImport()
    key = key_of_certificate(der)
    issuer = key.country or UNNAMED_ISSUER
    _add(found, key.kid, key.alg, key.spki, issuer, key.usage)
    if key.alg == "ES256" and key.spki is not None:
        kid = jwk_thumbprint(base64.b64decode(key.spki)[-64:])
        _add(found, kid, key.alg, key.spki, UNNAMED_ISSUER, (HEALTH_CARD_USAGE,))
    return found


def jwk_thumbprint(point: bytes) -> str:
    """The key id of a P-256 key (x and y, 32 bytes each) as RFC 7638 makes it."""
    x, y = base64url_encode(point[:32]), base64url_encode(point[32:])
    jwk = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return base64url_encode(hashlib.sha256(jwk.encode("ascii")).digest())


def _add_certificate(found: TrustImport, entry: Mapping[str, Any]) -> None:
    key = key_of_certificate(_base64(entry.get("rawData")))
    listed = entry.get("kid")
    kid = key.kid if listed is None else base64.b64encode(_base64(listed)).decode("ascii")
    issuer = _text(entry.get("country")) or key.country or UNNAMED_ISSUER
    _add(found, kid, key.alg, key.spki, issuer, key.usage)


def _add_jwk(found: TrustImport, entry: Mapping[str, Any], issuer: str) -> None:
    kid = _text(entry.get("kid"))
    if kid is None:
        raise ValueError("no kid")
    if "d" in entry:
        raise ValueError("private key")
    alg, spki = _alg_and_spki(entry)
    _add(found, kid, alg, spki, issuer, (HEALTH_CARD_USAGE,))


def _alg_and_spki(entry: Mapping[str, Any]) -> tuple[Alg | None, str | None]:
    try:
        if entry.get("kty") == "EC" and entry.get("crv") == "P-256":
            x, y = _member(entry, "x"), _member(entry, "y")
            if len(x) != 32 or len(y) != 32:
                raise ValueError("coordinate of another length")
            return "ES256", spki_of_point(b"\x04" + x + y)
        if entry.get("kty") == "RSA":
            return "PS256", spki_of_rsa(_member(entry, "n"), _member(entry, "e"))
    except UnusableKeyError:
        pass
    return None, None


def _add(
    found: TrustImport,
    kid: str,
    alg: Alg | None,
    spki: str | None,
    issuer: str,
    usage: tuple[str, ...],
) -> None:
    if not 1 <= len(kid) <= 120:
        raise ValueError("kid")
    if alg is None or spki is None:
        found.unusable.append(kid)
        return
    found.keys.append(
        {
            "kid": kid,
            "alg": alg,
            "spki": spki,
            "issuer": issuer,
            "usage": list(usage),
            "not_before_ms": None,
            "not_after_ms": None,
        }
    )


def _member(entry: Mapping[str, Any], name: str) -> bytes:
    value = entry.get(name)
    if not isinstance(value, str) or len(value) > 1366:
        raise ValueError(name)
    return base64url_decode(value)


def _base64(value: object) -> bytes:
    """Either alphabet, with or without padding, also over several lines: lists differ."""
    if not isinstance(value, str) or len(value) > _MAX_BASE64:
        raise ValueError("not base64")
    text = _SPACE.sub("", value).rstrip("=").replace("-", "+").replace("_", "/")
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64")
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= 120 else None
