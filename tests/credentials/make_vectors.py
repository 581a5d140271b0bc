"""Writes tests/vectors/credentials/*.json: `python -m tests.credentials.make_vectors [NAME...]`.

What is expected is written here by hand; nothing in it is computed by the code under test. A new
run gives new signatures and the same expectations. All people are synthetic.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.credentials import health_expected
from tests.credentials.card_cases import cards
from tests.credentials.expected import CASES, EXPIRES_AT, HOUR_S, ISSUED_AT, ISSUED_S, NOW_MS
from tests.credentials.insurance_cases import insurance_cards
from tests.credentials.issued_cases import issued_documents, parts
from tests.credentials.own_cases import TRUSTS, bulletin, own_documents
from tests.credentials.passport_cases import passports
from tests.credentials.plate_cases import plates
from tests.credentials.revocation_cases import revocation_lists
from tests.credentials.signing import (
    ISSUER_KEY,
    OTHER_KEY,
    compact,
    public_jwk,
    public_spki,
    trust_key,
)
from tests.credentials.unsigned_cases import id_cards, personal_codes, typed_numbers, unlisted
from tests.credentials.wrapping_cases import wrappings

FOLDER = Path(__file__).parents[1] / "vectors" / "credentials"


def packs() -> dict[str, Any]:
    payload = {
        "name": "rules",
        "version": 3,
        "scope": {"province": "01"},
        "issued_at": ISSUED_AT,
        "expires_at": EXPIRES_AT,
        "content": {"rules": [{"id": "R1", "text": "Cho qua – qua chốt"}]},
    }
    found: list[dict[str, Any]] = []

    def pack(
        name: str, body: Any, code: str | None = None, now_ms: int = NOW_MS, **known: Any
    ) -> None:
        key = known.pop("key", ISSUER_KEY)
        header = {"alg": "ES256", "kid": "root", "typ": "chot-pack"} | known
        entry = {"id": name, "text": compact(header, body, key), "now_ms": now_ms, "code": code}
        has_payload = code in (None, "not_yet_valid", "expired")
        found.append(entry | {"payload": body if has_payload else None})

    pack("good", payload)
    pack("never_expires", payload | {"expires_at": None}, now_ms=NOW_MS * 3)
    pack("milliseconds", payload | {"issued_at": "2021-11-22T00:00:00.001Z"})
    pack("expired", payload, "expired", (ISSUED_S + 72 * HOUR_S) * 1000)
    pack("from_the_future", payload, "not_yet_valid", ISSUED_S * 1000 - 1)
    pack("other_key", payload, "signature", key=OTHER_KEY)
    pack("other_kid", payload, "untrusted", kid="root-2")
    pack("other_typ", payload, "malformed", typ="decl")
    pack("alg_none", payload, "algorithm", alg="none")
    pack("header_extra", payload, "malformed", cty="json")
    pack("version_zero", payload | {"version": 0}, "malformed")
    pack("version_text", payload | {"version": "3"}, "malformed")
    pack("version_true", payload | {"version": True}, "malformed")
    pack("name_empty", payload | {"name": ""}, "malformed")
    pack("issued_local_time", payload | {"issued_at": "2021-11-22T07:00:00+07:00"}, "malformed")
    pack("expires_no_date", payload | {"expires_at": "2021-02-30T00:00:00Z"}, "malformed")
    without_content = {name: value for name, value in payload.items() if name != "content"}
    pack("content_missing", without_content, "malformed")
    pack("list", [payload], "malformed")
    cut = found[0]["text"][:-1]
    found.append(found[0] | {"id": "cut", "text": cut, "code": "malformed", "payload": None})
    return {"root_jwk": public_jwk(ISSUER_KEY) | {"kid": "root"}, "cases": found}


def withdrawing(revocations: Any) -> dict[str, Any]:
    return {"keys": [], "revoked": [], "revocations": revocations}


def trusts() -> list[dict[str, Any]]:
    """Content that must refuse the whole trust list, and what the error names."""
    private = public_jwk(ISSUER_KEY) | {"d": "AAAA"}
    off_curve = public_jwk(ISSUER_KEY) | {"y": public_jwk(OTHER_KEY)["y"]}
    return [
        {"id": name, "content": content, "where": where}
        for name, content, where in (
            ("not_an_object", [], "content"),
            ("keys_missing", {"revoked": []}, "keys"),
            ("revoked_missing", {"keys": []}, "revoked"),
            ("fingerprint_form", {"keys": [], "revoked": ["0" * 31]}, "revoked[0]"),
            ("key_text", {"keys": ["k"], "revoked": []}, "keys[0]"),
            ("alg", {"keys": [trust_key(alg="HS256")], "revoked": []}, "keys[0].alg"),
            ("kid", {"keys": [trust_key(), trust_key(kid="")], "revoked": []}, "keys[1].kid"),
            ("issuer", {"keys": [trust_key(issuer=None)], "revoked": []}, "keys[0].issuer"),
            ("usage", {"keys": [trust_key(usage=[""])], "revoked": []}, "keys[0].usage[0]"),
            ("no_key", {"keys": [trust_key(jwk=None)], "revoked": []}, "keys[0].jwk"),
            ("two_keys", {"keys": [trust_key(spki="AA==")], "revoked": []}, "keys[0].jwk"),
            ("private_key", {"keys": [trust_key(jwk=private)], "revoked": []}, "keys[0].jwk"),
            ("off_curve", {"keys": [trust_key(jwk=off_curve)], "revoked": []}, "keys[0].jwk"),
            (
                "alg_of_another_key",
                {"keys": [trust_key(alg="PS256")], "revoked": []},
                "keys[0].jwk",
            ),
            (
                "spki_padding",
                {
                    "keys": [trust_key(jwk=None, spki=public_spki(ISSUER_KEY).rstrip("="))],
                    "revoked": [],
                },
                "keys[0].spki",
            ),
            ("revocations_object", withdrawing({}), "revocations"),
            ("revocations_text", withdrawing(["x"]), "revocations[0]"),
            (
                "revocations_kid",
                withdrawing([{"kid": 1, "fingerprints": []}]),
                "revocations[0].kid",
            ),
            ("revocations_bare", withdrawing([{"kid": "a"}]), "revocations[0].fingerprints"),
            (
                "revocations_form",
                withdrawing([{"kid": "a", "fingerprints": ["0" * 32, "A" * 32]}]),
                "revocations[0].fingerprints[1]",
            ),
            (
                "revocations_before",
                withdrawing([{"kid": "a", "fingerprints": [], "issued_before_ms": "0"}]),
                "revocations[0].issued_before_ms",
            ),
            *(
                (
                    f"bulletin_{member}",
                    {"keys": [], "revoked": [], "bulletins": [bulletin(**{member: wrong})]},
                    f"bulletins[0].{member}",
                )
                for member, wrong in (
                    ("type", "badge"),
                    ("issuer", ""),
                    ("expired_after_ms", 0.5),
                    ("counts_until_ms", None),
                    ("reference", 7),
                )
            ),
            ("bulletin_text", {"keys": [], "revoked": [], "bulletins": ["x"]}, "bulletins[0]"),
            (
                "not_before_text",
                {"keys": [trust_key(not_before_ms="0")], "revoked": []},
                "keys[0].not_before_ms",
            ),
        )
    ]


def reading() -> dict[str, Any]:
    id_cards()
    typed_numbers()
    personal_codes()
    unlisted()
    own_documents()
    issued_documents()
    return {"trusts": TRUSTS, "cases": CASES}


def health() -> dict[str, Any]:
    passports()
    wrappings()
    cards()
    insurance_cards()
    return {"trusts": health_expected.TRUSTS, "cases": health_expected.CASES}


FILES: dict[str, Callable[[], Any]] = {
    "reading": reading,
    "health": health,
    "plates": plates,
    "packs": packs,
    "parts": parts,
    "trust_errors": trusts,
    "revocations": revocation_lists,
}


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or FILES:
        text = json.dumps(FILES[name](), ensure_ascii=True, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
