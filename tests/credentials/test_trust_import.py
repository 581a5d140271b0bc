"""Published lists of signers become trust content: tolerant of entries, strict about keys."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials import TrustError, import_certificate, import_trust, parse_trust, read
from tests.credentials.expected import NOW_MS
from tests.credentials.health_making import CARD_ISSUER, P384_KEY, card, cwt, hc1, rsa_key, sign1
from tests.credentials.signer_making import EU_ARC, OLD_EU_ARC, certificate
from tests.credentials.signing import ISSUER_KEY, public_jwk, public_spki

ALL = ["test", "vaccination", "recovery"]
SEALS = "2.23.136.1.1.14.2"


def der(key: Any, *usages: str) -> bytes:
    return certificate(key, usages).public_bytes(Encoding.DER)


def listed(data: bytes, **known: Any) -> dict[str, Any]:
    return {"rawData": base64.b64encode(data).decode()} | known


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ((), ALL),
        ((f"{EU_ARC}.1",), ["test"]),
        ((f"{OLD_EU_ARC}.2", f"{EU_ARC}.3"), ["vaccination", "recovery"]),
        (("1.3.6.1.5.5.7.3.2",), ALL),
        ((SEALS,), []),
        ((SEALS, f"{EU_ARC}.2"), ["vaccination"]),
    ],
)
def test_usage_follows_from_the_extended_key_usages(
    usages: tuple[str, ...], expected: list[str]
) -> None:
    key = import_certificate(der(ISSUER_KEY, *usages)).keys[0]
    assert (key["usage"], key["issuer"], key["alg"]) == (expected, "VN", "ES256")
    assert key["spki"] == public_spki(ISSUER_KEY)


@pytest.mark.parametrize("key", [P384_KEY, rsa_key(1024)], ids=["P-384", "RSA 1024"])
def test_a_weak_or_foreign_key_is_unusable_and_what_it_signs_invalid(key: Any) -> None:
    found = import_trust([listed(der(key), kid="ABEiM0RVZnc=")])
    assert (found.keys, found.unusable, found.skipped) == ([], ["ABEiM0RVZnc="], [])
    answer = read(hc1(sign1(cwt(), key)), parse_trust(found.content()), NOW_MS)
    assert (answer.status, answer.code) == ("invalid", "algorithm")


def test_a_curve_spelled_out_is_known_by_its_prime() -> None:
    prime = bytes.fromhex("ffffffff00000001" + "00" * 12 + "ff" * 12)
    assert import_certificate(spelled_out(prime)).keys[0]["spki"] == public_spki(ISSUER_KEY)
    assert import_certificate(spelled_out(prime[:-1] + b"\xfd")).keys == []


def spelled_out(prime: bytes) -> bytes:
    """A certificate, as far as anybody looks at it, with its curve's parameters in the key."""

    def frame(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content

    prime_field, elliptic = (bytes.fromhex(oid) for oid in ("2a8648ce3d0101", "2a8648ce3d0201"))
    field = frame(0x30, frame(6, prime_field), frame(2, b"\0" + prime))
    curve = frame(0x30, frame(2, b"\1"), field)
    point = ISSUER_KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = frame(0x30, frame(0x30, frame(6, elliptic), curve), frame(3, b"\0", point))
    nothing = frame(0x30)
    return frame(0x30, frame(0x30, frame(2, b"\1"), nothing, nothing, nothing, nothing, key))


def test_one_unreadable_entry_does_not_spoil_the_list() -> None:
    good = listed(der(ISSUER_KEY))
    entries = [good, listed(b"\x30\x03abc"), {"rawData": "*"}, 7, {}, good | {"kid": "?"}]
    found = import_trust({"certificates": entries})
    assert len(found.keys) == 1
    assert found.skipped == [1, 2, 3, 4, 5]


def test_the_kid_of_the_list_wins_in_either_alphabet() -> None:
    data = der(rsa_key())
    kids = [
        key["kid"]
        for kid in (None, "-_-_-_-_-_8", "+/+/+/+/+/8=")
        for key in import_trust([listed(data, kid=kid)]).keys
    ]
    assert kids == [import_certificate(data).keys[0]["kid"], "+/+/+/+/+/8=", "+/+/+/+/+/8="]


def test_authorities_in_a_list_sign_no_documents() -> None:
    found = import_trust([listed(der(ISSUER_KEY), certificateType="CSCA")])
    assert (found.keys, found.unusable, found.skipped) == ([], [], [])


def test_a_card_issuers_keys_are_bound_to_its_address() -> None:
    keys = [public_jwk(ISSUER_KEY) | {"kid": "Qxs2cwqkWpYRT7tC8_9vFoWjxk_mGlUOzOL7xh-HYZo"}]
    for document, issuer in (
        ({"keys": keys, "issuer": CARD_ISSUER}, None),
        ({"keys": keys}, CARD_ISSUER),
    ):
        trust = parse_trust(import_trust(document, issuer).content())
        assert read(card(), trust, NOW_MS).code == "ok"
    other = parse_trust(import_trust({"keys": keys}, "https://other.example").content())
    assert read(card(), other, NOW_MS).code == "key_usage"


def test_private_and_foreign_jwks_are_left_out() -> None:
    jwk = public_jwk(ISSUER_KEY) | {"kid": "k"}
    found = import_trust(
        {"keys": [jwk | {"d": "AA"}, jwk | {"crv": "P-384"}, jwk | {"x": "AA"}, jwk | {"kid": 1}]}
    )
    assert (found.keys, found.unusable, found.skipped) == ([], ["k"], [0, 2, 3])


@pytest.mark.parametrize("document", [None, "x", {}, {"keys": {}}, {"certificates": None}])
def test_what_is_no_list_is_refused(document: object) -> None:
    with pytest.raises(TrustError):
        import_trust(document)
