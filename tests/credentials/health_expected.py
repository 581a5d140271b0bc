"""What the vectors of health documents share: trust, what is expected, the list of cases."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.credentials.expected import HOUR_S, ISSUED_AT, ISSUED_S, NOW_MS, evidence, identity
from tests.credentials.health_making import (
    CARD_ISSUER,
    CARD_KID,
    KID,
    rsa_key,
    signature_of,
)
from tests.credentials.signing import OTHER_KEY, public_jwk, trust_key

KEY_ID = base64.b64encode(KID).decode()
EXPIRES_AT = "2021-11-25T00:00:00Z"
KINDS = ["test", "vaccination", "recovery"]
NOBODY: dict[str, Any] = {"keys": [], "revoked": []}
END_MS = (ISSUED_S + 72 * HOUR_S) * 1000


def sha(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:32]


def signer(**known: Any) -> dict[str, Any]:
    return trust_key(kid=KEY_ID, issuer="VN", usage=KINDS, **known)


def rsa_signer(kid: str = KEY_ID) -> dict[str, Any]:
    der = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    spki = base64.b64encode(der).decode()
    return trust_key(kid=kid, issuer="VN", usage=KINDS, alg="PS256", jwk=None, spki=spki)


def card_signer(**known: Any) -> dict[str, Any]:
    return trust_key(**{"kid": CARD_KID, "issuer": CARD_ISSUER, "usage": ["shc"]} | known)


TRUSTS: dict[str, dict[str, Any]] = {
    "none": NOBODY,
    "vn": NOBODY | {"keys": [signer()]},
    "rsa": NOBODY | {"keys": [rsa_signer()]},
    "two_of_one_kid": NOBODY
    | {"keys": [signer(jwk=public_jwk(OTHER_KEY)), rsa_signer(), signer()]},
    "tests_only": NOBODY | {"keys": [signer() | {"usage": ["test"]}]},
    "own_documents_only": NOBODY | {"keys": [signer() | {"usage": ["decl"]}]},
    "refused_key": NOBODY | {"unusable": [KEY_ID, CARD_KID]},
    "other_kid": NOBODY | {"keys": [signer() | {"kid": "AAAAAAAAAAA="}]},
    "long_kid": NOBODY | {"keys": [signer() | {"kid": base64.b64encode(KID + b"\x88").decode()}]},
    "revoked_id": {"keys": [signer()], "revoked": [sha("URN:UVCI:01:VN:1#A")]},
    "revoked_country_and_id": {"keys": [signer()], "revoked": [sha("VNURN:UVCI:01:VN:1#A")]},
    "card": NOBODY | {"keys": [card_signer()]},
    "card_other_issuer": NOBODY | {"keys": [card_signer(issuer="https://other.example")]},
    "card_unnamed_issuer": NOBODY | {"keys": [card_signer(issuer="?")]},
    "card_wrong_usage": NOBODY | {"keys": [card_signer(usage=KINDS)]},
    "card_two_of_one_kid": NOBODY
    | {"keys": [card_signer(jwk=public_jwk(OTHER_KEY)), rsa_signer(kid=CARD_KID), card_signer()]},
    "card_rsa": NOBODY | {"keys": [rsa_signer(kid=CARD_KID)]},
    "card_revoked": {
        "keys": [card_signer()],
        "revoked": [sha(f"shc:{CARD_KID}:r1")],
    },
}
CASES: list[dict[str, Any]] = []


def withdrawn(
    keys: list[dict[str, Any]], kid: str | None, fingerprint: str, before_ms: int | None = None
) -> dict[str, Any]:
    """Trust in these keys and one list of withdrawn documents."""
    entry = {"kid": kid, "issued_before_ms": before_ms, "fingerprints": [fingerprint]}
    return {"keys": keys, "revoked": [], "revocations": [entry]}


def case(name: str, text: str, trust: str, expected: dict[str, Any], **known: Any) -> None:
    """`expected` without the signature's fingerprint, which is new with each signature."""
    if expected["fingerprints"] or (expected["family"] == "shc" and expected["identity"]):
        found = [*expected["fingerprints"], sha(signature_of(text))]
        expected = expected | {"fingerprints": found}
    CASES.append(
        {"id": name, "text": text, "trust": trust, "now_ms": NOW_MS, "leeway_ms": 0}
        | known
        | {"evidence": expected}
    )


def facts(**known: Any) -> dict[str, Any]:
    return {"doses": [], "tests": [], "recoveries": [], "declaration": None} | known


HOLDER_SEEN = identity("Nguyễn Thị Mẫu", birth_date="1990-08-15")
DOSE_SEEN = {"number": 2, "of": 2, "product": "EU/1/20/1528", "date": "2021-08-15"}


def passport_seen(status: str = "verified", code: str = "ok", **known: Any) -> dict[str, Any]:
    said = {
        "identity": HOLDER_SEEN,
        "facts": facts(doses=[DOSE_SEEN]) if status == "verified" else facts(),
        "issuer": "VN",
        "key_id": KEY_ID,
        "issued_at": ISSUED_AT,
        "expires_at": EXPIRES_AT,
        "fingerprints": [sha("URN:UVCI:01:VN:1#A"), sha("VNURN:UVCI:01:VN:1#A")],
        "subject": {"type": "health_certificate", "kinds": ["vaccination"]},
    }
    return evidence("hc1", status, code, **said | known)


def refused(code: str, key_id: str | None = KEY_ID) -> dict[str, Any]:
    return evidence("hc1", "invalid", code, key_id=key_id)


UNKNOWN_HC1 = evidence("hc1", "unknown", "unrecognised")
