"""Vaccine passports: `HC1:` + base45 + zlib + COSE_Sign1 + CWT (5772/QĐ-BYT, EU eHN 1.0 to 1.3).

The order of checks is the rulebook: prefix, base45, zlib, CBOR, COSE, algorithm, known key,
signature, content, key usage, revocation, time. A certificate signed by a key we do not know is a
claim and proves nothing. A text that only ends too early is unknown.
"""

import base64
import re

from credentials.base45 import Base45Error, Base45PartialError, base45_decode
from credentials.cbor import CborError
from credentials.cose import CoseError, Sign1, parse_sign1, verify_sign1
from credentials.evidence import Code, Evidence, Status
from credentials.fingerprint import fingerprint, signature_fingerprint
from credentials.hcert import Hcert, read_hcert
from credentials.health import HealthError, health_evidence, health_standing
from credentials.inflate import InflateError, InflatePartialError, inflate
from credentials.trust import Trust

PREFIX = "HC1:"
UNRECOGNISED = Evidence("hc1", "unknown", "unrecognised")

# Another context or none, then the two bytes with which every zlib stream of a 32 kB window begins.
_OTHER_PREFIX = re.compile(r"(?:H[A-Z][0-9]:)?((?:6BF|NCF|V7F|Y9F)[0-9A-Z $%*+\-./:]{97,})")


def matches_hc1(text: str) -> bool:
    return text.startswith(PREFIX) or _OTHER_PREFIX.fullmatch(text) is not None


def read_hc1(text: str, trust: Trust, now_ms: int, leeway_ms: int = 0) -> Evidence:
    """Evidence of a text for which matches_hc1 holds, at `now_ms` (epoch ms)."""
    if not text.startswith(PREFIX):
        return _other_prefix(text)
    body = text[len(PREFIX) :]
    if not body.isascii():
        return Evidence("hc1", "unknown", "unrecognised", warnings=("input_method",))
    try:
        message = parse_sign1(_unpacked(body))
    except (Base45PartialError, InflatePartialError):
        return UNRECOGNISED
    except Base45Error:
        return _refused("base45")
    except InflateError:
        return _refused("zlib")
    except CborError:
        return _refused("cbor")
    except CoseError as error:
        return _refused(error.code)
    return _read_signed(message, trust, now_ms, leeway_ms)


def _read_signed(message: Sign1, trust: Trust, now_ms: int, leeway_ms: int) -> Evidence:
    key_id = base64.b64encode(message.kid).decode("ascii") or None
    known = trust.keys_for(key_id or "")
    keys = [key for key in known if key.alg == message.alg]
    if not keys and (known or key_id in trust.unusable):
        return _refused("algorithm", key_id)
    signer = next((key for key in keys if verify_sign1(message, key)), None)
    if keys and signer is None:
        return _refused("signature", key_id)
    try:
        hcert = read_hcert(message.payload)
    except CborError:
        return _refused("cbor", key_id)
    except HealthError:
        return _refused("malformed", key_id)
    document, fingerprints = hcert.document, _fingerprints(hcert, message)
    if signer is None:
        return health_evidence("hc1", "claim", "untrusted", document, key_id, fingerprints)
    code = health_standing(document, document.kinds, fingerprints, signer, trust, now_ms, leeway_ms)
    status: Status = "verified" if code == "ok" else "invalid"
    return health_evidence("hc1", status, code, document, key_id, fingerprints)


def _unpacked(body: str) -> bytes:
    """Raises Base45Error or InflateError, the partial ones where the end is missing."""
    data = base45_decode(body)
    try:
        return inflate(data, "zlib")
    except InflatePartialError:
        raise
    except InflateError:
        if len(body) % 3 == 2:
            # Two characters of a cut group of three may have read as a byte that is not there.
            inflate(data[:-1], "zlib")
        raise


def _fingerprints(hcert: Hcert, message: Sign1) -> tuple[str, ...]:
    return (
        *(fingerprint(certificate_id.encode()) for certificate_id in hcert.ids),
        signature_fingerprint(message.alg, message.signature),
    )


def _other_prefix(text: str) -> Evidence:
    """Refused only where a complete document follows; else it may be half of something."""
    match = _OTHER_PREFIX.fullmatch(text)
    try:
        _unpacked(match[1] if match else "")
    except (Base45Error, InflateError):
        return UNRECOGNISED
    return _refused("prefix")


def _refused(code: Code, key_id: str | None = None) -> Evidence:
    return Evidence("hc1", "invalid", code, key_id=key_id)
