"""Our own documents: `CHOT1:` + compact JWS (ES256). Issue, read, open a badge.

The order of checks is the rulebook: structure, algorithm, known key, signature, shape of the
claims, key usage, revocation, time, bulletins. A document signed by a key we do not know is a claim
and proves nothing; a badge signed by such a key is unknown, since nobody gets in with a claim.
"""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from credentials.bulletins import counts_until_ms
from credentials.dates import instant_of_epoch_s
from credentials.evidence import NO_FACTS, Code, Evidence, Facts, Status, Warning
from credentials.fingerprint import fingerprint
from credentials.jws import (
    CompactJws,
    JwsError,
    es256_characters,
    parse_json_object,
    parse_jws,
    sign_es256,
    verify_es256,
)
from credentials.own_claims import (
    CLAIM_NAMES,
    SUBJECT_TYPES,
    ClaimError,
    OwnClaims,
    badge_secret,
    check_claims,
)
from credentials.trust import Trust, TrustKey

PREFIX = "CHOT1:"
MAX_CHARACTERS = 4_296
# What a version 40 code of level L holds in byte mode; longer ones could not be printed.
MAX_ISSUED_CHARACTERS = 2_953

UNRECOGNISED = Evidence("own", "unknown", "unrecognised")


def matches_own(text: str) -> bool:
    return text.startswith(PREFIX)


def read_own(text: str, trust: Trust, now_ms: int, leeway_ms: int = 0) -> Evidence:
    """Evidence of a text that starts with CHOT1:, at `now_ms` (epoch ms)."""
    token = text[len(PREFIX) :]
    if not token.isascii():
        return Evidence("own", "unknown", "unrecognised", warnings=("input_method",))
    try:
        jws = parse_jws(token, MAX_CHARACTERS)
    except JwsError as error:
        return UNRECOGNISED if error.code == "partial" else _refused(error.code)
    if jws.typ not in SUBJECT_TYPES:
        return UNRECOGNISED
    keys = [key for key in trust.keys_for(jws.kid) if key.alg == "ES256"]
    if not keys:
        return _untrusted(jws)
    signer = next((key for key in keys if verify_es256(jws, key.public_key)), None)
    if signer is None:
        return _refused("signature", jws)
    try:
        claims = check_claims(jws.typ, parse_json_object(jws.payload))
    except ValueError:
        return _refused("malformed", jws)
    code, warnings = _standing(jws, claims, signer, trust, now_ms, leeway_ms)
    if code != "ok":
        return _evidence("invalid", code, jws, claims)
    return _evidence("verified", "ok", jws, claims, claims.facts, warnings)


def open_badge(
    text: str, trust: Trust, now_ms: int, leeway_ms: int = 0
) -> tuple[Evidence, bytes | None]:
    """The Evidence of an officer's badge and, only when it is verified, its 16 secret bytes.

    The secret unlocks the tablet's history key; it is never stored and never part of Evidence.
    """
    # Asked first: stripping a huge text would copy it.
    stripped = text.strip("\t\r\n ") if len(text) <= MAX_CHARACTERS else ""
    if not matches_own(stripped):
        return UNRECOGNISED, None
    evidence = read_own(stripped, trust, now_ms, leeway_ms)
    is_badge = evidence.subject is not None and evidence.subject["type"] == "badge"
    if evidence.status != "verified" or not is_badge:
        return evidence, None
    jws = parse_jws(stripped[len(PREFIX) :], MAX_CHARACTERS)
    return evidence, badge_secret(parse_json_object(jws.payload))


def issue_own(
    typ: str, claims: Mapping[str, Any], private_key: EllipticCurvePrivateKey, kid: str
) -> str:
    """The text of a document of `typ` with the short claims of credentials.own_claims.

    Raises ClaimError for a claim that read_own would refuse, for an unknown one ("typ" when the
    type is unknown), and for a document too large for one QR code ("size").
    """
    if typ not in CLAIM_NAMES:
        raise ClaimError("typ")
    for claim in claims:
        if claim not in CLAIM_NAMES[typ]:
            raise ClaimError(claim)
    present = {claim: value for claim, value in claims.items() if value is not None}
    check_claims(typ, present)
    text = PREFIX + sign_es256(typ, kid, present, private_key)
    if len(text) > MAX_ISSUED_CHARACTERS:
        raise ClaimError("size")
    return text


def own_characters(typ: str, claims: Mapping[str, Any], kid: str) -> int:
    """How long issue_own's text would be; it is not checked whether it would be issued."""
    present = {claim: value for claim, value in claims.items() if value is not None}
    return len(PREFIX) + es256_characters(typ, kid, present)


def own_fingerprint(document_id: str) -> str:
    """What a revocation list holds: SHA-256 of "own:" + jti, first 16 bytes, hex."""
    return fingerprint(f"own:{document_id}".encode())


def _standing(
    jws: CompactJws, claims: OwnClaims, signer: TrustKey, trust: Trust, now_ms: int, leeway_ms: int
) -> tuple[Code, tuple[Warning, ...]]:
    if claims.issuer != signer.issuer or jws.typ not in signer.usage:
        return "key_usage", ()
    if not signer.covers(claims.issued_s * 1000):
        return "key_usage", ()
    fingerprints = (own_fingerprint(claims.document_id),)
    if trust.revokes(fingerprints, signer.kid, claims.issued_s * 1000):
        return "revoked", ()
    if claims.not_before_s * 1000 > now_ms + leeway_ms:
        return "not_yet_valid", ()
    expires_ms = claims.expires_s * 1000
    if expires_ms > now_ms - leeway_ms:
        return "ok", ()
    until_ms = counts_until_ms(trust.bulletins, jws.typ, claims.issuer, expires_ms)
    if until_ms is not None and until_ms > now_ms - leeway_ms:
        return "ok", ("extended",)
    return "expired", ()


def _untrusted(jws: CompactJws) -> Evidence:
    if jws.typ == "badge":
        return Evidence("own", "unknown", "unrecognised", key_id=jws.kid, subject=_type_of(jws))
    try:
        claims = check_claims(jws.typ, parse_json_object(jws.payload))
    except ValueError:
        return _refused("malformed", jws)
    return _evidence("claim", "untrusted", jws, claims)


def _evidence(
    status: Status,
    code: Code,
    jws: CompactJws,
    claims: OwnClaims,
    facts: Facts = NO_FACTS,
    warnings: tuple[Warning, ...] = (),
) -> Evidence:
    return Evidence(
        family="own",
        status=status,
        code=code,
        identity=claims.identity,
        facts=facts,
        issuer=claims.issuer,
        key_id=jws.kid,
        issued_at=instant_of_epoch_s(claims.issued_s),
        expires_at=instant_of_epoch_s(claims.expires_s),
        fingerprints=(own_fingerprint(claims.document_id),),
        subject=claims.subject,
        warnings=warnings,
    )


def _refused(code: Code, jws: CompactJws | None = None) -> Evidence:
    if jws is None:
        return Evidence("own", "invalid", code)
    return Evidence("own", "invalid", code, key_id=jws.kid, subject=_type_of(jws))


def _type_of(jws: CompactJws) -> dict[str, Any]:
    return {"type": SUBJECT_TYPES[jws.typ]}
