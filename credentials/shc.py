"""SMART Health Cards: `shc:/` + digit pairs; a JWS (ES256) over raw deflate over JSON.

Framework 1.4: header {alg ES256, zip DEF, kid = the key's RFC 7638 thumbprint}, payload {iss, nbf,
exp?, vc}. The order of checks is the rulebook, the same as for HC1. `iss` has to be the trusted
key's issuer, unless the list that the key came from did not name an address. Cards split into
several codes are out of use since 2022: each is only a part and stays unknown.
"""

import re

from credentials.evidence import Code, Evidence, Status
from credentials.fhir import CardContent, read_card
from credentials.fingerprint import card_fingerprint, signature_fingerprint
from credentials.health import health_evidence, health_standing
from credentials.inflate import InflateError, inflate
from credentials.jws import (
    CompactJws,
    JwsError,
    jws_parts,
    kid_of,
    parse_json_object,
    verify_es256,
)
from credentials.trust import Trust, TrustKey

PREFIX = "shc:/"
USAGE = "shc"
UNRECOGNISED = Evidence("shc", "unknown", "unrecognised")

_DIGITS = re.compile(r"[0-9]*")
_PART = re.compile(r"[1-9][0-9]?/[1-9][0-9]?/[0-9]*")
# Two digits are a character's code less 45, the code of "-".
_OFFSET, _HIGHEST = 45, 122 - 45


def matches_shc(text: str) -> bool:
    return text.startswith(PREFIX)


def read_shc(text: str, trust: Trust, now_ms: int, leeway_ms: int = 0) -> Evidence:
    """Evidence of a text that starts with shc:/, at `now_ms` (epoch ms)."""
    body = text[len(PREFIX) :]
    if not body.isascii():
        return Evidence("shc", "unknown", "unrecognised", warnings=("input_method",))
    if _PART.fullmatch(body):
        return UNRECOGNISED
    try:
        jws = _parse(body)
    except JwsError as error:
        return UNRECOGNISED if error.code == "partial" else _refused(error.code)
    known = trust.keys_for(jws.kid)
    keys = [key for key in known if key.alg == "ES256"]
    if not keys and (known or jws.kid in trust.unusable):
        return _refused("algorithm", jws.kid)
    signer = next((key for key in keys if verify_es256(jws, key.public_key)), None)
    if keys and signer is None:
        return _refused("signature", jws.kid)
    try:
        content = read_card(parse_json_object(inflate(jws.payload, "raw")))
    except InflateError:
        return _refused("zlib", jws.kid)
    except ValueError:
        return _refused("malformed", jws.kid)
    return _evidence(jws, content, signer, trust, now_ms, leeway_ms)


def _evidence(
    jws: CompactJws,
    content: CardContent,
    signer: TrustKey | None,
    trust: Trust,
    now_ms: int,
    leeway_ms: int,
) -> Evidence:
    document = content.document
    fingerprints = _fingerprints(jws, content)
    if signer is None:
        return health_evidence("shc", "claim", "untrusted", document, jws.kid, fingerprints)
    code = health_standing(document, (USAGE,), fingerprints, signer, trust, now_ms, leeway_ms)
    if signer.issuer.startswith("https://") and signer.issuer != document.issuer:
        code = "key_usage"
    status: Status = "verified" if code == "ok" else "invalid"
    return health_evidence("shc", status, code, document, jws.kid, fingerprints)


def _parse(body: str) -> CompactJws:
    """Digit pairs to a JWS whose signature nobody has checked yet. Raises JwsError."""
    if not _DIGITS.fullmatch(body):
        raise JwsError("malformed")
    if len(body) % 2:
        raise JwsError("partial")
    pairs = [int(body[at : at + 2]) for at in range(0, len(body), 2)]
    if any(pair > _HIGHEST for pair in pairs):
        raise JwsError("malformed")
    parts = jws_parts("".join(chr(pair + _OFFSET) for pair in pairs))
    header = parts.header
    if header.get("alg") != "ES256":
        raise JwsError("algorithm")
    if header.get("zip") != "DEF" or "crit" in header:
        raise JwsError("malformed")
    return CompactJws(kid_of(header), "", parts.signing_input, parts.payload, parts.signature)


def _fingerprints(jws: CompactJws, content: CardContent) -> tuple[str, ...]:
    """The card's revocation id (vc.rid, an id for one key) and the signature's."""
    found = [signature_fingerprint("ES256", jws.signature)]
    if content.revocation_id is not None:
        found.insert(0, card_fingerprint(jws.kid, content.revocation_id))
    return tuple(found)


def _refused(code: Code, key_id: str | None = None) -> Evidence:
    return Evidence("shc", "invalid", code, key_id=key_id)
