"""Properties of what we issue: any name verifies in both languages, any flipped bit fails."""

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import (
    ClaimError,
    evidence_to_json,
    issue_manifest,
    issue_own,
    join_parts,
    parse_trust,
    read,
)
from credentials.own import own_characters
from tests.credentials.signing import ISSUER_KEY, trust_key
from tests.node import typescript_answers

BATCH = Path(__file__).parents[2] / "web" / "tools" / "credentials-batch.ts"
ISSUED_S = 1_637_539_200
NOW_MS = (ISSUED_S + 3600) * 1000
CONTENT = {"keys": [trust_key()], "revoked": []}
TRUST = parse_trust(CONTENT)
ENVELOPE = {"iss": "ha-dong", "iat": ISSUED_S, "exp": ISSUED_S + 72 * 3600, "jti": "D1"}
SHARED = ENVELOPE | {"c": "Công ty Mẫu", "v": "29B-123.45", "q": "QL6"}
PRINTED_CHARACTERS = 1_273
DOCUMENTS = 300

unicode_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
workers = st.lists(
    st.tuples(unicode_text) | st.tuples(unicode_text, unicode_text.map(lambda text: text[:32])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(roll=workers)
def test_a_manifest_of_any_names_joins_to_what_it_was_issued_for(
    roll: list[tuple[str, ...]],
) -> None:
    texts = issue_manifest(SHARED, roll, ISSUER_KEY, "hd-1", PRINTED_CHARACTERS)
    assert all(len(text) <= PRINTED_CHARACTERS for text in texts)
    seen = [read(text, TRUST, NOW_MS) for text in texts]
    assert {one.status for one in seen} == {"verified"}
    whole = seen[0] if len(texts) == 1 else join_parts(seen[::-1]).evidence
    assert whole.subject is not None
    assert whole.subject["workers"] == len(roll)
    assert [(one["name"], one["id_number"]) for one in whole.subject["people"]] == [
        (worker[0], worker[1] if len(worker) > 1 else None) for worker in roll
    ]


def test_a_manifest_takes_one_code_as_long_as_it_can() -> None:
    roll = [[f"Nguyễn Văn Mẫu {number}"] for number in range(12)]
    for limit, codes in ((2_953, 1), (1_273, 1), (700, 2)):
        assert len(issue_manifest(SHARED, roll, ISSUER_KEY, "hd-1", limit)) == codes


@pytest.mark.parametrize(("people", "limit"), [(1, 300), (2_000, 1_273)])
def test_a_manifest_that_fits_no_codes_is_refused(people: int, limit: int) -> None:
    roll = [[f"Nguyễn Văn Mẫu {number}", f"{number:012}"] for number in range(people)]
    with pytest.raises(ClaimError, match="size"):
        issue_manifest(SHARED, roll, ISSUER_KEY, "hd-1", limit)


@given(name=unicode_text, product=unicode_text)
def test_the_length_is_known_before_signing(name: str, product: str) -> None:
    claims = ENVELOPE | {"n": name, "k": [[1, 2, product, "2021-08-01"]], "a": None}
    text = issue_own("card", claims, ISSUER_KEY, "hd-1")
    assert own_characters("card", claims, "hd-1") == len(text)


def documents(rng: random.Random, count: int) -> list[str]:
    """Documents of every type in names of any script; joiners, marks and astral letters too."""
    scripts = (
        "Nguyễn Thị Ưỡn ẴẶ ", "Д Ж щ ё ", "王小明 ", "محمد ", "ສົມໃຈ ", "\u0301\u0302\u200d\u200b",
        "👩‍👩‍👧𝒜𐍈 ", "\x00\x7f\u2028\u2029\ufeff\uffff", "\"\\/<>&'",
    )  # fmt: skip

    def name(limit: int) -> str:
        script = rng.choice(scripts) + rng.choice(scripts)
        return "".join(rng.choices(script, k=rng.randint(1, limit)))

    found = []
    for number in range(count):
        envelope = ENVELOPE | {"jti": f"D{number}"}
        holder = {"n": name(60), "a": name(60), "i": name(32)}
        travel = {"v": name(20), "r": name(60), "c": name(40)}
        match rng.randrange(5):
            case 0:
                made = issue_own(
                    "decl", envelope | holder | {"y": [], "x": True}, ISSUER_KEY, "hd-1"
                )
            case 1:
                made = issue_own("permit", envelope | holder | travel, ISSUER_KEY, "hd-1")
            case 2:
                made = issue_own("pass", envelope | travel, ISSUER_KEY, "hd-1")
            case 3:
                dose = [rng.randint(1, 20), 2, name(60), "2021-08-01"]
                test = [rng.choice("pr"), rng.choice("np"), ISSUED_S, None]
                facts = {"k": [dose], "u": [test], "z": [["2021-07-01", None]]}
                made = issue_own("card", envelope | holder | facts, ISSUER_KEY, "hd-1")
            case _:
                roll = [[name(30)] for _ in range(rng.randint(1, 20))]
                made = rng.choice(
                    issue_manifest(envelope | travel, roll, ISSUER_KEY, "hd-1", 1_273)
                )
        found.append(made)
    return found


def test_both_languages_verify_every_document_in_any_name(rng: random.Random) -> None:
    texts = documents(rng, DOCUMENTS)
    asked: list[dict[str, Any]] = [{"trust": CONTENT}]
    asked += [{"text": text, "now_ms": NOW_MS} for text in texts]
    there = typescript_answers(BATCH, [json.dumps(line) for line in asked])
    here = [json.loads(json.dumps(evidence_to_json(read(one, TRUST, NOW_MS)))) for one in texts]
    assert {one["status"] for one in here} == {"verified"}
    assert here == there


@pytest.mark.slow
@pytest.mark.parametrize("typ", ["permit", "pass", "card", "manifest"])
def test_any_flipped_bit_of_any_document_fails_in_both_languages(
    typ: str, rng: random.Random
) -> None:
    claims: dict[str, dict[str, Any]] = {
        "permit": {"n": "Lê Thử", "v": "29A-123.45"},
        "pass": {"v": "29A-123.45"},
        "card": {"n": "Lê Thử", "k": [[1, 2, "Vero Cell", "2021-08-01"]]},
        "manifest": {"l": [["Lê Thử"]], "p": [1, 2], "w": 2},
    }
    text = issue_own(typ, ENVELOPE | claims[typ], ISSUER_KEY, "hd-1")
    parts = text.removeprefix("CHOT1:").split(".")
    changed = []
    for index, part in enumerate(parts):
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for bit in range(len(data) * 8):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            encoded = base64.urlsafe_b64encode(bytes(flipped)).rstrip(b"=").decode()
            changed.append("CHOT1:" + ".".join([*parts[:index], encoded, *parts[index + 1 :]]))
    assert len(changed) > 1_000
    assert "verified" not in {read(one, TRUST, NOW_MS).status for one in changed}
    some = rng.sample(changed, 400)
    asked: list[dict[str, Any]] = [{"trust": CONTENT}]
    asked += [{"text": one, "now_ms": NOW_MS} for one in some]
    there = typescript_answers(BATCH, [json.dumps(line) for line in asked])
    assert "verified" not in {one["status"] for one in there}
