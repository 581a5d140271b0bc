"""Properties of our own documents and packs, and of reading any text at all."""

import base64
import json
import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import (
    NO_TRUST,
    ClaimError,
    PackError,
    PackPayload,
    Trust,
    evidence_to_json,
    issue_own,
    normalise_plate,
    open_badge,
    own_fingerprint,
    parse_trust,
    read,
    recognise,
    sign_pack,
    verify_pack,
)
from tests.credentials.signing import ISSUER_KEY, own, public_jwk, trust_key

ISSUED_S = 1_637_539_200
NOW_MS = (ISSUED_S + 3600) * 1000
CLAIMS = {
    "iss": "ha-dong",
    "iat": ISSUED_S,
    "exp": ISSUED_S + 72 * 3600,
    "jti": "d-1",
    "n": "Nguyễn Thị Mẫu",
    "y": ["fever"],
    "x": False,
}
TRUST = parse_trust({"keys": [trust_key()], "revoked": []})
CAR = "\U0001f697"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

unicode_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)


@given(name=unicode_text, address=st.none() | unicode_text)
def test_what_we_issue_in_any_unicode_name_verifies(name: str, address: str | None) -> None:
    try:
        text = issue_own("decl", CLAIMS | {"n": name, "a": address}, ISSUER_KEY, "hd-1")
    except ClaimError as error:
        # 240 characters of four bytes each still fit one code: nothing may be refused here.
        raise AssertionError(f"refused {error.claim}") from error
    found = read(text, TRUST, NOW_MS)
    assert (found.family, found.status, found.code) == ("own", "verified", "ok")
    assert found.identity is not None
    assert (found.identity.name, found.identity.address) == (name, address)


def test_any_flipped_bit_of_the_decoded_token_fails() -> None:
    text = issue_own("decl", CLAIMS, ISSUER_KEY, "hd-1")
    parts = text.removeprefix("CHOT1:").split(".")
    flips = 0
    for index, part in enumerate(parts):
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for bit in range(len(data) * 8):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            encoded = base64.urlsafe_b64encode(bytes(flipped)).rstrip(b"=").decode()
            changed = [*parts[:index], encoded, *parts[index + 1 :]]
            assert read("CHOT1:" + ".".join(changed), TRUST, NOW_MS).status != "verified"
            flips += 1
    assert flips > 1000


def lenient(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("name", ["M", "MM", "MMM"])
def test_another_base64url_text_of_the_same_bytes_is_malformed(name: str) -> None:
    text = issue_own("decl", CLAIMS | {"n": name}, ISSUER_KEY, "hd-1")
    parts = text.removeprefix("CHOT1:").split(".")
    tried = 0
    for index, part in enumerate(parts):
        for last in ALPHABET.replace(part[-1], ""):
            other = part[:-1] + last
            if lenient(other) == lenient(part):
                changed = "CHOT1:" + ".".join([*parts[:index], other, *parts[index + 1 :]])
                assert read(changed, TRUST, NOW_MS).code == "malformed"
                tried += 1
    # 64 bytes of signature alone leave four bits unused.
    assert tried >= 15


@settings(max_examples=300)
@given(st.text() | st.text("0123456789|-*<.") | st.text().map(lambda tail: f"CHOT1:{tail}"))
def test_any_text_gives_evidence(text: str) -> None:
    found = read(text, TRUST, NOW_MS)
    assert found.family == recognise(text)
    assert found.status in ("claim", "unknown", "invalid")
    json.dumps(evidence_to_json(found))
    normalise_plate(text)


def test_mutated_documents_give_evidence_and_never_verify(rng: random.Random) -> None:
    text = issue_own("decl", CLAIMS, ISSUER_KEY, "hd-1")
    for _ in range(2_000):
        at = rng.randrange(len("CHOT1:"), len(text))
        changed = text[:at] + rng.choice(ALPHABET + ". |%\u1ea3") + text[at + rng.randint(0, 2) :]
        if changed.rstrip(" ") != text:
            assert read(changed, TRUST, NOW_MS).status != "verified", changed


@pytest.mark.parametrize("length", [1, 1_000_000, 20_000_000])
def test_over_long_text_is_opaque_whatever_it_starts_with(length: int) -> None:
    for start in ("CHOT1:", "001190012345|", "https://a.example/"):
        found = read(start + "x" * (4_296 + length), TRUST, NOW_MS)
        assert found.family == "opaque"


def test_a_claim_or_a_refusal_proves_no_facts() -> None:
    text = issue_own("decl", CLAIMS, ISSUER_KEY, "hd-1")
    assert read(text, TRUST, NOW_MS).facts.declaration is not None
    for found in (read(text, NO_TRUST, NOW_MS), read(text, TRUST, NOW_MS + 10**9)):
        assert found.status != "verified"
        assert found.facts.declaration is None
        assert found.identity is not None


def test_a_document_is_revoked_by_its_fingerprint() -> None:
    text = issue_own("decl", CLAIMS, ISSUER_KEY, "hd-1")
    found = read(text, TRUST, NOW_MS)
    assert found.fingerprints == (own_fingerprint("d-1"),)
    later = Trust(TRUST.keys, frozenset(found.fingerprints))
    assert read(text, later, NOW_MS).code == "revoked"


def test_a_badge_gives_its_secret_only_when_verified() -> None:
    claims = {name: CLAIMS[name] for name in ("iss", "iat", "exp", "jti")}
    secret = base64.urlsafe_b64encode(bytes(range(16))).rstrip(b"=").decode()
    text = issue_own("badge", claims | {"sub": "officer-7", "sec": secret}, ISSUER_KEY, "hd-1")
    evidence, opened = open_badge(text + "\n", TRUST, NOW_MS)
    assert opened == bytes(range(16))
    assert evidence.subject == {"type": "badge", "id": "d-1", "officer": "officer-7"}
    assert secret not in json.dumps(evidence_to_json(evidence))
    assert open_badge(text, NO_TRUST, NOW_MS)[1] is None
    assert open_badge(text, TRUST, NOW_MS + 10**9)[1] is None
    assert open_badge(issue_own("decl", CLAIMS, ISSUER_KEY, "hd-1"), TRUST, NOW_MS)[1] is None
    assert open_badge("", TRUST, NOW_MS)[1] is None


@pytest.mark.parametrize(
    ("typ", "change", "claim"),
    [
        ("sticker", {}, "typ"),
        ("decl", {"colour": "green"}, "colour"),
        ("decl", {"n": "\ud83d"}, "n"),
        ("decl", {"exp": ISSUED_S + 72 * 3600 + 1}, "exp"),
        ("decl", {"y": ["Sốt"]}, "y"),
        ("card", {"y": []}, "y"),
        (
            "decl",
            {"n": "\U0001f697" * 120, "a": "\U0001f697" * 300, "r": "\U0001f697" * 200},
            "size",
        ),
    ],
)
def test_issuing_refuses_what_reading_would(
    typ: str, change: dict[str, object], claim: str
) -> None:
    with pytest.raises(ClaimError) as caught:
        issue_own(typ, CLAIMS | change, ISSUER_KEY, "hd-1")
    assert caught.value.claim == claim


def test_issuing_needs_a_p256_key() -> None:
    with pytest.raises(ValueError, match="P-256"):
        issue_own("decl", CLAIMS, ec.derive_private_key(7, ec.SECP384R1()), "hd-1")


def test_a_full_declaration_fits_a_small_print() -> None:
    full = CLAIMS | {
        "b": "1990-08-15", "s": "F", "i": "001190012345", "t": "0912345678",
        "a": "Số 1 Láng, Đống Đa, Hà Nội", "o": "2021/00268", "d": "2021/00582",
        "v": "29A-123.45", "r": "Về quê", "y": ["fever", "cough", "breath"],
    }  # fmt: skip
    # Version 20 of level M holds 666 bytes: 97 modules of 0.5 mm on 5 cm.
    assert len(issue_own("decl", full, ISSUER_KEY, "hd-1")) <= 666


@given(st.integers(0, 2**40))
def test_leeway_moves_both_ends_by_itself(leeway_ms: int) -> None:
    text = own("decl", CLAIMS)
    end_ms = int(str(CLAIMS["exp"])) * 1000
    assert read(text, TRUST, end_ms + leeway_ms, leeway_ms).code == "expired"
    assert read(text, TRUST, ISSUED_S * 1000 - leeway_ms - 1, leeway_ms).code == "not_yet_valid"


def test_a_pack_comes_back_as_it_was_signed() -> None:
    root = public_jwk(ISSUER_KEY) | {"kid": "root"}
    payload = PackPayload("levels", 1, {"province": "01"}, "2021-11-22T00:00:00Z", None, ["Cấp 2"])
    text = sign_pack(payload, ISSUER_KEY, "root")
    assert verify_pack(text, root, NOW_MS) == payload
    with pytest.raises(PackError) as caught:
        verify_pack(text, root, 0)
    assert (caught.value.code, caught.value.payload) == ("not_yet_valid", payload)
    with pytest.raises(ValueError, match="version"):
        sign_pack(replace(payload, version=0), ISSUER_KEY, "root")
    with pytest.raises(ValueError, match="kid"):
        verify_pack(text, public_jwk(ISSUER_KEY), NOW_MS)
