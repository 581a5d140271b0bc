"""Both languages read health documents and signer lists the same, broken at every layer."""

import base64
import copy
import json
import random
import zlib
from dataclasses import asdict
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from credentials import evidence_to_json, import_certificate, import_trust, parse_trust, read
from credentials.der import DerError
from tests.credentials.expected import NOW_MS
from tests.credentials.health_expected import TRUSTS
from tests.credentials.health_making import (
    CWT,
    DOSE,
    HOLDER,
    PATIENT,
    RECOVERY,
    TEST,
    base45,
    bundle,
    card_jws,
    card_payload,
    cbor,
    cwt,
    hc1,
    immunization,
    observation,
    passport,
    rsa_key,
    shc,
    sign1,
)
from tests.credentials.signer_making import certificate
from tests.credentials.signing import ISSUER_KEY, OTHER_KEY, public_jwk
from tests.credentials.test_differential import ODD_VALUES, answers, as_carried, mutated
from tests.credentials.test_vectors import READINGS

EACH = 400
TRUST = {"keys": TRUSTS["two_of_one_kid"]["keys"] + TRUSTS["card"]["keys"], "revoked": []}
ODD_WORDS = (
    "", " ", "1990", "1990-08-15T10:00", "2021-11-21", "2021-11-21T07:00:00.9999+0700",
    "2021-02-30", "2021-11-21T24:00:00Z", "1700-01-01T00:00:00Z", "2199-12-31T23:59:59-23:59",
    "1969-12-31T23:59:59Z", "260373001", "LP217198-3", "\ufeffa", "\u0130", "<", "a" * 201,
)  # fmt: skip
ODD_CBOR = (
    b"\xf9\x7e\x00", b"\xf9\x7c\x00", b"\xf9\x00\x01", b"\xf9\x80\x00", b"\xfa\x7f\x80\x00\x00",
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x1b\x00\x20\x00\x00\x00\x00\x00\x00", b"\xf8\x20",
    b"\x3b\x00\x1f\xff\xff\xff\xff\xff\xff", b"\x5f\x41a\x41b\xff", b"\x7f\x61a\x61b\xff",
    b"\xc0\x61a", b"\x62\xed\xa0",
    b"\x9f\x01\xff", b"\xbf\x61a\x01\xff", b"\xff", b"\x7f\x41a\xff", b"\xf7", b"\xe0", b"\xfc",
)  # fmt: skip


def flipped(rng: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(max(1, len(found)))
        match rng.randrange(4) if found else 2:
            case 0:
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                del found[at : at + rng.randint(1, 4)]
            case 2:
                found[at:at] = rng.randbytes(rng.randint(1, 4))
            case _:
                del found[at + 1 :]
    return bytes(found)


def odd(rng: random.Random) -> Any:
    match rng.randrange(3):
        case 0:
            return rng.choice(ODD_WORDS)
        case 1:
            return bytearray(rng.choice(ODD_CBOR))
    return copy.deepcopy(rng.choice([one for one in ODD_VALUES if one not in ("\ud83d", 10**40)]))


def odd_certificate(rng: random.Random) -> dict[str, Any]:
    entries: dict[str, dict[str, Any]] = {"v": dict(DOSE), "t": dict(TEST), "r": dict(RECOVERY)}
    found: dict[Any, Any] = copy.deepcopy(HOLDER)
    for name in rng.sample("vtr", rng.randint(1, 3)):
        for _ in range(rng.randint(0, 2)):
            entries[name][rng.choice([*entries[name], "dr"])] = odd(rng)
        found[name] = [entries[name]] * rng.randint(1, 2)
    if rng.random() < 0.3:
        found[rng.choice(("v", "t", "r", "dob", "nam"))] = odd(rng)
    if rng.random() < 0.3 and isinstance(found["nam"], dict):
        found["nam"][rng.choice(("fn", "gn", "fnt", "gnt"))] = odd(rng)
    return found


def odd_cwt(rng: random.Random) -> bytes:
    claims: dict[Any, Any] = CWT | {-260: {1: odd_certificate(rng)}}
    if rng.random() < 0.3:
        claims[rng.choice((1, 4, 5, 6, -260, "x"))] = odd(rng)
    return cbor(claims)


def odd_passports(rng: random.Random) -> list[str]:
    message, text = sign1(cwt()), passport()
    packed = zlib.compress(message, 9)
    found = [mutated(rng, text) for _ in range(EACH)]
    found += [text[: rng.randrange(len(text))] for _ in range(EACH // 2)]
    found += ["HC1:" + base45(flipped(rng, packed)) for _ in range(EACH)]
    found += [hc1(flipped(rng, message)) for _ in range(EACH)]
    found += [hc1(sign1(odd_cwt(rng))) for _ in range(EACH)]
    found += [hc1(sign1(flipped(rng, cwt()))) for _ in range(EACH)]
    found += [hc1(sign1(cwt(), rsa_key())) for _ in range(EACH // 20)]
    for _ in range(EACH):
        head = {1: rng.choice((-7, -7.0, -37, odd(rng))), rng.choice((2, 3, 4, "a")): odd(rng)}
        found.append(hc1(sign1(cwt(), protected=head, unprotected={4: odd(rng)})))
    return found


def odd_streams(rng: random.Random) -> list[str]:
    """Deflate of every block type, broken: our own inflate has to refuse what zlib refuses."""
    found = []
    for _ in range(4 * EACH):
        data = rng.randbytes(rng.randint(0, 60)) + b"chot " * rng.randint(0, 30)
        strategy = rng.choice((zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY))
        stream = zlib.compressobj(rng.choice((0, 1, 9)), zlib.DEFLATED, -15, 9, strategy)
        raw = stream.compress(data) + stream.flush()
        if rng.random() < 0.9:
            raw = flipped(rng, raw)
        found.append(shc(card_jws(raw)))
        found.append("HC1:" + base45(b"\x78\x9c" + raw + zlib.adler32(data).to_bytes(4, "big")))
    return found


def odd_json(rng: random.Random) -> Any:
    return copy.deepcopy(rng.choice((rng.choice(ODD_VALUES), rng.choice(ODD_WORDS))))


def odd_cards(rng: random.Random) -> list[str]:
    jws = card_jws(card_payload())
    found = [mutated(rng, shc(jws)) for _ in range(EACH)]
    found += [shc(mutated(rng, jws)[:1200].translate(KEPT)) for _ in range(EACH)]
    for _ in range(EACH):
        resources: list[Any] = [
            dict(PATIENT),
            immunization("2021-08-15", rng.choice(("207", "212", "140"))),
            immunization("2021-07-18"),
            observation("94500-6", "260415000"),
        ]
        for _ in range(rng.randint(0, 3)):
            resource = rng.choice(resources)
            resource[rng.choice([*resource, "gender", "protocolApplied", "issued"])] = odd_json(rng)
        payload = card_payload(bundle(*resources))
        if rng.random() < 0.3:
            payload[rng.choice(("iss", "nbf", "exp", "vc"))] = odd_json(rng)
        if rng.random() < 0.2:
            payload["vc"] = {"rid": odd_json(rng)} | (
                payload["vc"] if isinstance(payload["vc"], dict) else {}
            )
        found.append(shc(card_jws(payload, OTHER_KEY if rng.random() < 0.05 else ISSUER_KEY)))
    for _ in range(EACH // 4):
        header = {rng.choice(("alg", "zip", "kid", "crit", "typ")): odd_json(rng)}
        found.append(shc(card_jws(card_payload(), **header)))
    return found


# Only what two digits can say.
KEPT = {code: None for code in range(0x3000) if not 45 <= code <= 122} | {0x1D7D8: None}
KEPT |= dict.fromkeys((128663, 65279, 65297, 55357, 56320))


@pytest.mark.slow
def test_both_languages_give_the_same_evidence_of_health_documents(seed: int) -> None:
    rng = random.Random(seed)
    trust = parse_trust(TRUST)
    insurance = [case for case in _vector_texts("bhyt_") for _ in range(EACH // 10)]
    texts = odd_passports(rng) + odd_streams(rng) + odd_cards(rng)
    texts += [mutated(rng, text) for text in insurance]
    texts = [as_carried(text) for text in texts]
    lines: list[dict[str, Any]] = [
        {"trust": TRUST},
        *({"text": text, "now_ms": NOW_MS} for text in texts),
    ]
    found = answers(lines)
    expected = [json.loads(json.dumps(evidence_to_json(read(t, trust, NOW_MS)))) for t in texts]
    differing = [
        (text, here, there)
        for text, here, there in zip(texts, expected, found, strict=True)
        if here != there
    ]
    assert differing[:3] == []
    seen = {(evidence["family"], evidence["code"]) for evidence in expected}
    for code in ("ok", "untrusted", "unrecognised", "base45", "zlib", "cbor", "cose", "algorithm",
                 "signature", "malformed"):  # fmt: skip
        assert ("hc1", code) in seen
    for code in ("ok", "untrusted", "unrecognised", "zlib", "algorithm", "signature", "malformed"):
        assert ("shc", code) in seen
    assert ("bhyt", "unsigned") in seen


def test_both_languages_import_the_same_signers(seed: int) -> None:
    rng = random.Random(seed)
    ders = [certificate(key).public_bytes(Encoding.DER) for key in (ISSUER_KEY, rsa_key())]
    given = [flipped(rng, rng.choice(ders)) for _ in range(EACH)] + ders
    found = answers([{"certificate": base64.b64encode(der).decode()} for der in given])
    for der, there in zip(given, found, strict=True):
        try:
            here: Any = asdict(import_certificate(der))
        except DerError:
            here = None
        assert here == there, der.hex()
    assert sum(there is not None for there in found) > 20
    lists = [odd_list(rng, ders) for _ in range(EACH)]
    for document, there in zip(lists, answers([{"list": one} for one in lists]), strict=True):
        assert asdict(import_trust(document)) == there, json.dumps(document)


def odd_list(rng: random.Random, ders: list[bytes]) -> Any:
    jwk = public_jwk(ISSUER_KEY) | {"kid": "k"}
    entry: dict[str, Any] = {"kid": "ABEiM0RVZnc=", "rawData": "", "country": "VN"}
    entry["rawData"] = base64.b64encode(rng.choice(ders)).decode()
    chosen = rng.choice((jwk, entry))
    for _ in range(rng.randint(0, 2)):
        odd_one = odd_json(rng)
        if isinstance(odd_one, str) and "\ud83d" in odd_one:
            continue
        chosen[rng.choice([*chosen, "certificateType", "d", "n", "e"])] = odd_one
    if rng.random() < 0.2:
        chosen["rawData"] = mutated(rng, str(chosen.get("rawData")))
    whole: Any = {"keys": [chosen]} if chosen is jwk else [chosen]
    return json.loads(json.dumps({"certificates": whole} if chosen is entry else whole))


def _vector_texts(prefix: str) -> list[str]:
    return [case["text"] for _, case in READINGS if case["id"].startswith(prefix)]
