"""Both languages read the same: seeded odd texts through Python and through Node, compared."""

import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

from credentials import Conditions, evidence_to_json, normalise_plate, parse_trust, read
from tests.credentials.signing import ISSUER_KEY, OTHER_KEY, own
from tests.node import typescript_answers

ROOT = Path(__file__).parents[2]
BATCH = ROOT / "web" / "tools" / "credentials-batch.ts"
READING = json.loads((ROOT / "tests/vectors/credentials/reading.json").read_text(encoding="utf-8"))
NOW_MS = 1_637_542_800_000
TEXTS = 3_000
SIGNED = 700
PLATES = 2_000

ODD_CHARACTERS = (
    "0123456789|-*<.:/=+_ \t\r\n\x00\x1c\x1f\x7f\x85\xa0\u2028\u2029\ufeff\u0130\u0131\u017f\u212a"
    '\u0660\uff11\U0001d7d8\ud83d\udc00đĐÐữỮẫabcXYZ{}[]"\\\U0001f697'
)
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -0.0, -1, 1, 1.0, 1.5, 1e15, 1e300, 2**53, 10**40, 253402300799,
    253402300800, "", "a", "M", "F", "X", " ", "đ", "\x00", "\ud83d", "\U0001f697" * 100,
    "\U0001f697" * 121, "1990", "1990-13", "1990-02-29", "2000-02-29", "0000", "2021/1",
    "2025/123456", "AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODx", [], ["a"], ["A"], [None], {},
    {"a": []}, ["a"] * 17,
    [[1, 2, "a", "2021-08-01"]], [[1.0, 2, "a", "2021-08"]], [["p", "n", 1, None]],
    [["r", "p", -0.0, 1e15]], [["2021-07-01", None]], [["2021-07-01"]], [["Lê"], ["Lê", "1"]],
    [["Lê", None]], [1, 2], [2, 1], [1, 2.0], [True, 2], [[]], [[1, 2], [1, 2, 3, 4]],
)  # fmt: skip


def answers(lines: list[dict[str, Any]]) -> list[Any]:
    # Escaped, because the texts hold lone surrogates and line separators.
    return typescript_answers(BATCH, [json.dumps(line) for line in lines])


def mutated(rng: random.Random, text: str) -> str:
    characters = list(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(characters))
        match rng.randrange(6):
            case 0:
                del characters[at : at + rng.randint(1, 8)]
            case 1:
                characters.insert(at, rng.choice(ODD_CHARACTERS))
            case 2:
                characters[at : at + 1] = [rng.choice(ODD_CHARACTERS)]
            case 3:
                characters[at:] = []
            case 4:
                characters[at:at] = characters[: rng.randint(0, 30)]
            case _:
                rng_at = rng.randint(0, len(characters))
                characters[at:at] = characters[rng_at : rng_at + 12]
    return "".join(characters)


def as_carried(text: str) -> str:
    """JSON joins a high and a low surrogate that Python keeps apart."""
    return str(json.loads(json.dumps(text)))


def signed_oddity(rng: random.Random) -> str:
    """A document whose signature is good and whose claims need not be."""
    typ = rng.choice(("decl", "badge", "permit", "pass", "manifest", "card"))
    claims: dict[str, Any] = {
        "iss": "ha-dong", "iat": 1_637_539_200, "exp": 1_637_550_000, "jti": "d-1", "n": "Mẫu",
        "y": [], "x": False, "sub": "o-1", "sec": "AAECAwQFBgcICQoLDA0ODw",
    }  # fmt: skip
    names = ("iss", "iat", "exp", "nbf", "jti", *"nbsitaodvrqhcwyxkuzlp", "sub", "sec", "__proto__")
    for _ in range(rng.randint(1, 3)):
        claims[rng.choice(names)] = rng.choice(ODD_VALUES)
    return own(typ, claims, OTHER_KEY if rng.random() < 0.1 else ISSUER_KEY)


def odd_texts(rng: random.Random) -> list[str]:
    known = [case["text"] for case in READING["cases"] if len(case["text"]) < 4000]
    texts = [mutated(rng, rng.choice(known)) for _ in range(TEXTS)]
    texts += ["".join(rng.choices(ODD_CHARACTERS, k=rng.randint(0, 40))) for _ in range(TEXTS // 5)]
    texts += [signed_oddity(rng) for _ in range(SIGNED)]
    return [as_carried(text) for text in texts]


def odd_conditions(rng: random.Random) -> Conditions:
    """Often none; else a clock and a list at the edges of what is told apart."""
    if rng.random() < 0.5:
        return Conditions()
    hour_ms = 3_600_000
    ages = (0, 24 * hour_ms - 1, 24 * hour_ms, 48 * hour_ms, 168 * hour_ms - 1, 168 * hour_ms)
    return Conditions(
        high_water_ms=rng.choice((0, NOW_MS, NOW_MS + 300_000, NOW_MS + 300_001, NOW_MS * 2)),
        confirmed_ms=rng.choice((None, NOW_MS + 1, *(NOW_MS - age for age in ages))),
        trust_stop_hours=rng.choice((None, 0, 24, 48, 168)),
    )


def test_both_languages_give_the_same_evidence(seed: int) -> None:
    rng = random.Random(seed)
    content = READING["trusts"]["district"]
    trust = parse_trust(content)
    texts = odd_texts(rng)
    under = [odd_conditions(rng) for _ in texts]
    lines = [
        {"text": text, "now_ms": NOW_MS, "conditions": asdict(known)}
        for text, known in zip(texts, under, strict=True)
    ]
    found = answers([{"trust": content}, *lines])
    # Through JSON, as a wire would carry it: both write a lone surrogate as an escape.
    expected = [
        json.loads(json.dumps(evidence_to_json(read(text, trust, NOW_MS, 0, known))))
        for text, known in zip(texts, under, strict=True)
    ]
    assert len(found) == len(expected)
    differing = [
        (text, here, there)
        for text, here, there in zip(texts, expected, found, strict=True)
        if here != there
    ]
    assert differing[:3] == []
    statuses = {evidence["status"] for evidence in expected}
    assert statuses == {"verified", "claim", "unknown", "invalid"}


def test_both_languages_give_the_same_plate(seed: int) -> None:
    rng = random.Random(seed)
    vectors = json.loads((ROOT / "tests/vectors/credentials/plates.json").read_text("utf-8"))
    texts = [as_carried(mutated(rng, rng.choice(vectors)["text"])) for _ in range(PLATES)]
    found = answers([{"plate": text} for text in texts])
    for text, there in zip(texts, found, strict=True):
        here = asdict(normalise_plate(text))
        assert here | {"candidates": list(here["candidates"])} == there, repr(text)
