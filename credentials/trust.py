"""Whose signatures count: the content of the trust pack, checked strictly at load.

content = {keys: [{kid, alg "ES256"|"PS256", jwk or spki, issuer, usage[], not_before_ms|null,
not_after_ms|null}], revoked: [fingerprint], revocations?: [{kid|null, issued_before_ms|null,
fingerprints: [fingerprint]}], unusable?: [kid], bulletins?: [bulletin]
(`credentials/bulletins.py`)}. `spki` is base64 DER. `revoked` counts whoever
signed; an entry of `revocations` only against what `kid` signed (null: any key) and issued before
that instant (null: ever). `unusable` names published keys that we refuse (RSA below 2048 bits,
other curves): what they sign is no claim but invalid. Members that a later version adds are
ignored; a known one of another shape refuses the whole pack, so that a half-read trust list is
never in force. ES256 needs P-256, PS256 RSA of at least 2048 bits.

A key's window bounds the documents' *issue* time: what a retired key signed stays good until it
expires, and a compromised key is taken out of the pack instead.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import load_der_public_key

from credentials.bulletins import MAX_BULLETINS, Bulletin, read_bulletin
from credentials.jws import base64url_decode, public_key_of_jwk

Alg = Literal["ES256", "PS256"]

MAX_KEYS = 10_000
MAX_REVOKED = 500_000
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
MAX_SAFE_INTEGER = 2**53 - 1

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


class TrustError(ValueError):
    """The trust content is unusable; `where` is a path such as "keys[3].jwk"."""

    def __init__(self, where: str) -> None:
        super().__init__(f"trust content: {where}")
        self.where = where


@dataclass(frozen=True, slots=True)
class TrustKey:
    kid: str
    alg: Alg
    public_key: EllipticCurvePublicKey | RSAPublicKey
    issuer: str
    usage: tuple[str, ...]
    not_before_ms: int | None = None
    not_after_ms: int | None = None

    def covers(self, issued_ms: int) -> bool:
        """Whether a document issued then falls into this key's window."""
        return (self.not_before_ms is None or self.not_before_ms <= issued_ms) and (
            self.not_after_ms is None or issued_ms <= self.not_after_ms
        )


@dataclass(frozen=True, slots=True)
class Revocations:
    """Fingerprints that an issuer withdrew: of what `kid` signed and issued before that instant."""

    kid: str | None
    issued_before_ms: int | None
    fingerprints: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trust:
    keys: tuple[TrustKey, ...] = ()
    revoked: frozenset[str] = frozenset()
    unusable: frozenset[str] = frozenset()
    revocations: tuple[Revocations, ...] = ()
    bulletins: tuple[Bulletin, ...] = ()
    _by_kid: dict[str, list[TrustKey]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kid: dict[str, list[TrustKey]] = {}
        for key in self.keys:
            by_kid.setdefault(key.kid, []).append(key)
        object.__setattr__(self, "_by_kid", by_kid)

    def keys_for(self, kid: str) -> list[TrustKey]:
        """All keys of that id: several issuers may have drawn the same one."""
        return self._by_kid.get(kid, [])

    def revokes(self, fingerprints: Sequence[str], kid: str | None, issued_ms: int) -> bool:
        """Whether what `kid` signed was withdrawn; also for Evidence kept from before."""
        if not self.revoked.isdisjoint(fingerprints):
            return True
        return any(
            (one.issued_before_ms is None or issued_ms < one.issued_before_ms)
            and not one.fingerprints.isdisjoint(fingerprints)
            for one in self.revocations
            if one.kid is None or one.kid == kid
        )


NO_TRUST = Trust()


def parse_trust(content: object) -> Trust:
    """Trust from a trust pack's `content`. Raises TrustError naming the first bad member."""
    if not isinstance(content, Mapping):
        raise TrustError("content")
    keys = _list(content.get("keys"), "keys", MAX_KEYS)
    revoked = _fingerprints(content.get("revoked"), "revoked", MAX_REVOKED)
    lists = _list_or_none(content.get("revocations"), "revocations")
    unusable = _list_or_none(content.get("unusable"), "unusable")
    return Trust(
        tuple(_key(entry, f"keys[{index}]") for index, entry in enumerate(keys)),
        revoked,
        frozenset(_text(kid, f"unusable[{index}]") for index, kid in enumerate(unusable)),
        _revocations(lists, MAX_REVOKED - len(revoked)),
        _bulletins(content.get("bulletins")),
    )


def _bulletins(value: object) -> tuple[Bulletin, ...]:
    entries = [] if value is None else _list(value, "bulletins", MAX_BULLETINS)
    found: list[Bulletin] = []
    for index, entry in enumerate(entries):
        one = read_bulletin(entry)
        if isinstance(one, str):
            raise TrustError(f"bulletins[{index}].{one}".rstrip("."))
        found.append(one)
    return tuple(found)


def _revocations(entries: list[object], room: int) -> tuple[Revocations, ...]:
    """`room` bounds the fingerprints of all entries together."""
    found: list[Revocations] = []
    for index, entry in enumerate(entries):
        where = f"revocations[{index}]"
        if not isinstance(entry, Mapping):
            raise TrustError(where)
        kid = entry.get("kid")
        fingerprints = _fingerprints(entry.get("fingerprints"), f"{where}.fingerprints", room)
        room -= len(fingerprints)
        before_ms = _instant_ms(entry.get("issued_before_ms"), f"{where}.issued_before_ms")
        named = None if kid is None else _text(kid, f"{where}.kid")
        found.append(Revocations(named, before_ms, fingerprints))
    return tuple(found)


def _fingerprints(value: object, where: str, limit: int) -> frozenset[str]:
    found: set[str] = set()
    for index, item in enumerate(_list(value, where, limit)):
        if not isinstance(item, str) or not _FINGERPRINT.fullmatch(item):
            raise TrustError(f"{where}[{index}]")
        found.add(item)
    return frozenset(found)


def _key(entry: object, where: str) -> TrustKey:
    if not isinstance(entry, Mapping):
        raise TrustError(where)
    alg = entry.get("alg")
    if alg not in ("ES256", "PS256"):
        raise TrustError(f"{where}.alg")
    usage = _list(entry.get("usage"), f"{where}.usage", 32)
    return TrustKey(
        kid=_text(entry.get("kid"), f"{where}.kid"),
        alg=alg,
        public_key=_public_key(entry, alg, where),
        issuer=_text(entry.get("issuer"), f"{where}.issuer"),
        usage=tuple(_text(item, f"{where}.usage[{i}]") for i, item in enumerate(usage)),
        not_before_ms=_instant_ms(entry.get("not_before_ms"), f"{where}.not_before_ms"),
        not_after_ms=_instant_ms(entry.get("not_after_ms"), f"{where}.not_after_ms"),
    )


def _public_key(
    entry: Mapping[str, object], alg: Alg, where: str
) -> EllipticCurvePublicKey | RSAPublicKey:
    jwk, spki = entry.get("jwk"), entry.get("spki")
    if (jwk is None) == (spki is None):
        raise TrustError(f"{where}.jwk")
    member = f"{where}.jwk" if spki is None else f"{where}.spki"
    try:
        if spki is not None:
            key: object = load_der_public_key(_base64(spki))
        elif alg == "ES256":
            key = public_key_of_jwk(jwk)
        else:
            key = _rsa_of_jwk(jwk)
    except (ValueError, UnsupportedAlgorithm):
        raise TrustError(member) from None
    if alg == "ES256" and isinstance(key, EllipticCurvePublicKey):
        if isinstance(key.curve, SECP256R1):
            return key
    elif (
        alg == "PS256"
        and isinstance(key, RSAPublicKey)
        and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
    ):
        return key
    raise TrustError(member)


def _rsa_of_jwk(jwk: object) -> RSAPublicKey:
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "RSA" or "d" in jwk:
        raise ValueError("not a public RSA JWK")
    n, e = jwk.get("n"), jwk.get("e")
    if not (isinstance(n, str) and isinstance(e, str) and len(n) <= 1366 and len(e) <= 8):
        raise ValueError("not a public RSA JWK")
    exponent = int.from_bytes(base64url_decode(e), "big")
    return RSAPublicNumbers(exponent, int.from_bytes(base64url_decode(n), "big")).public_key()


def _base64(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > 4096:
        raise ValueError("not base64")
    try:
        data = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode("ascii") != value:
        raise ValueError("not canonical base64")
    return data


def _list(value: object, where: str, limit: int) -> list[object]:
    if not isinstance(value, list) or len(value) > limit:
        raise TrustError(where)
    return value


def _list_or_none(value: object, where: str) -> list[object]:
    return [] if value is None else _list(value, where, MAX_KEYS)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 120:
        raise TrustError(where)
    return value


def _instant_ms(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_SAFE_INTEGER:
        raise TrustError(where)
    return value
