"""Properties of health documents: nothing flipped verifies, nothing odd raises, hangs or swells."""

import contextlib
import random
import resource
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials import NO_TRUST, evidence_to_json, parse_trust, read, recognise
from credentials.base45 import Base45Error, base45_decode
from credentials.cbor import CborError, decode_cbor
from credentials.der import DerError
from credentials.inflate import InflateError, inflate
from credentials.trust_import import import_certificate
from tests.credentials.expected import NOW_MS
from tests.credentials.health_expected import TRUSTS
from tests.credentials.health_making import (
    HOLDER,
    TEST,
    base45,
    card_jws,
    card_payload,
    cbor,
    cwt,
    hc1,
    passport,
    rsa_key,
    shc,
    sign1,
)
from tests.credentials.signing import ISSUER_KEY

TRUST = parse_trust(TRUSTS["vn"])
CARD_TRUST = parse_trust(TRUSTS["card"])

cbor_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-(2**53) + 1, 2**53 - 1) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200))
def test_base45_gives_back_what_was_encoded(data: bytes) -> None:
    assert base45_decode(base45(data)) == data


@given(cbor_values)
def test_cbor_gives_back_what_was_encoded(value: object) -> None:
    assert decode_cbor(cbor(value)) == value


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_value_or_the_error_of_their_stage(data: bytes) -> None:
    for stage, error in (
        (lambda: decode_cbor(data), CborError),
        (lambda: inflate(data, "zlib"), InflateError),
        (lambda: inflate(data, "raw"), InflateError),
        (lambda: base45_decode(data.decode("latin-1")), Base45Error),
        (lambda: import_certificate(data), DerError),
    ):
        with contextlib.suppress(error):
            stage()


def test_no_flipped_bit_of_a_passport_verifies(rng: random.Random) -> None:
    for key, name in ((ISSUER_KEY, "vn"), (rsa_key(), "rsa")):
        signed, trust = sign1(cwt(), key), parse_trust(TRUSTS[name])
        assert read(hc1(signed), trust, NOW_MS).status == "verified"
        for at in rng.sample(range(8 * len(signed)), 1_000):
            flipped = bytearray(signed)
            flipped[at // 8] ^= 1 << at % 8
            assert read(hc1(bytes(flipped)), trust, NOW_MS).status != "verified", at


@pytest.mark.slow
def test_no_flipped_bit_of_a_card_verifies() -> None:
    jws = card_jws(card_payload())
    assert read(shc(jws), CARD_TRUST, NOW_MS).status == "verified"
    for at, character in enumerate(jws):
        for bit in range(7):
            other = chr(ord(character) ^ 1 << bit)
            if not 45 <= ord(other) <= 122:
                continue
            found = read(shc(jws[:at] + other + jws[at + 1 :]), CARD_TRUST, NOW_MS)
            assert found.status != "verified", (at, other)


def test_every_beginning_of_a_code_is_unknown_or_opaque() -> None:
    for text in (passport(HOLDER | {"t": [TEST]}), shc(card_jws(card_payload()))):
        for end in range(len(text)):
            found = read(text[:end], TRUST, NOW_MS)
            assert found.status == "unknown", (end, found.code)


def test_the_worst_inputs_cost_little_time_and_memory() -> None:
    bomb = zlib.compress(bytes(5_000_000), 9)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    worst = [
        "HC1:" + base45(bomb)[:4290],
        "HC1:" + base45(zlib.compress(b"\x81" * 60_000, 9)),
        "HC1:" + base45(zlib.compress(b"\x9f" * 60_000, 9)),
        "HC1:" + base45(zlib.compress(b"\x84\x40\xa0\x59\xff\x00" + b"\xf6" * 65_280 + b"\x40", 9)),
        "HC1:" + base45(zlib.compress(b"\x80" * 65_535 + b"\0", 9)),
        shc(card_jws(raw.compress(b"[" * 900_000) + raw.flush())),
        "NCF" + "0" * 4_000,
        "HC1:" + ":" * 10_000_000,
        "shc:/" + "9" * 10_000_000,
        "|" * 10_000_000,
    ]
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started_s = time.process_time()
    for text in worst:
        for trust in (NO_TRUST, TRUST, CARD_TRUST):
            evidence_to_json(read(text, trust, NOW_MS))
            recognise(text)
    elapsed_s = time.process_time() - started_s
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    assert elapsed_s < 5
    assert grown_kb < 64 * 1024


def test_evidence_kept_from_before_is_found_by_a_later_revocation() -> None:
    """An event keeps key id and fingerprints, and nothing else of what was signed."""
    for text, trust in (
        (passport(), "vn"),
        (passport(), "none"),
        (shc(card_jws(card_payload())), "card"),
    ):
        kept = read(text, parse_trust(TRUSTS[trust]), NOW_MS)
        assert kept.fingerprints and kept.key_id is not None
        for fingerprint in kept.fingerprints:
            for kid, found in ((None, True), (kept.key_id, True), ("other", False)):
                entry = {"kid": kid, "issued_before_ms": None, "fingerprints": [fingerprint]}
                later = parse_trust({"keys": [], "revoked": [], "revocations": [entry]})
                assert later.revokes(kept.fingerprints, kept.key_id, 0) is found
        assert not NO_TRUST.revokes(kept.fingerprints, kept.key_id, 0)
