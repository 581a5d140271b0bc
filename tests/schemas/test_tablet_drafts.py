"""Whatever a code or an officer says, the texts that a tablet keeps pass the server's check."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from schemas.check import check_by_schema, refused_field
from schemas.records import KINDS
from sync.events import parse_body
from tests.node import typescript_answers

BATCH = Path(__file__).parents[2] / "web" / "tools" / "save-batch.ts"
NOW_MS = 1_634_749_200_000
DRAFTS = 300
ODD = (
    "a",
    "ễ",
    "Đ",
    " ",
    '"',
    "\\",
    "\n",
    "\x00",
    "\x7f",
    "\u2028",
    "😀",
    "\ud83d",
    "\udc00",
    "\ufffe",
)
LENGTHS = (0, 1, 8, 10, 11, 16, 17, 32, 33, 64, 65, 128, 129, 200, 201, 300, 301, 500, 501, 3000)
FAMILIES = ("cccd", "pc_covid", "hc1", "own", "url", "opaque")
FACTS = ("doses", "tests", "recoveries", "declaration")


def odd_text(rng: random.Random) -> str:
    """Any length around the schemas' limits, of ordinary or of awkward characters."""
    letters = ODD if rng.random() < 0.5 else ODD[:3]
    return "".join(rng.choices(letters, k=rng.choice(LENGTHS)))


def odd_value(rng: random.Random, depth: int = 0) -> Any:
    """What a signed document could hold where a fact is expected."""
    match rng.randrange(6 if depth < 5 else 4):
        case 0:
            return rng.choice([None, True, 0, -0.0, 1.5, 1e300, 2**53])
        case 1 | 2 | 3:
            return odd_text(rng)
        case 4:
            return [
                odd_value(rng, depth + 1)
                for _ in range(rng.choice([0, 1, 3, 20] if depth < 2 else [0, 1]))
            ]
        case _:
            names = rng.choice([0, 1, 2, 20] if depth < 2 else [0, 1])
            return {odd_text(rng)[:40]: odd_value(rng, depth + 1) for _ in range(names)}


def odd_place(rng: random.Random) -> Any:
    return rng.choice(
        [None, {"dataset": "2021", "code": odd_text(rng)}, {"dataset": "x", "code": "1"}]
    )


def maybe(rng: random.Random) -> str | None:
    return None if rng.random() < 0.2 else odd_text(rng)


def odd_person(rng: random.Random) -> dict[str, Any]:
    identity = {
        name: maybe(rng) for name in ("name", "id_number", "birth_date", "phone", "address")
    }
    evidence = {
        "family": rng.choice(FAMILIES),
        "status": rng.choice(["verified", "claim", "unknown", "invalid"]),
        "code": rng.choice(["ok", odd_text(rng)]),
        "identity": rng.choice([None, identity | {"sex": rng.choice(["M", "F", None, "X"])}]),
        "facts": {name: odd_value(rng) for name in FACTS},
        **{name: maybe(rng) for name in ("issuer", "key_id", "issued_at", "expires_at")},
        "fingerprints": [odd_text(rng) for _ in range(rng.choice([0, 1, 9]))],
        "subject": {"type": odd_text(rng)},
        "warnings": [],
    }
    return {
        "role": "driver",
        "evidence": rng.choice([None, evidence]),
        "card": rng.choice([None, {"colour": "green", "basis": "seen"}]),
        "identity": {"name": odd_text(rng)},
        "symptoms": [odd_text(rng) for _ in range(rng.choice([0, 17]))],
        "temperature_c": rng.choice([30, 36.6, 45]),
    }


def kept_texts(lines: list[dict[str, Any]]) -> list[Any]:
    # Escaped, because a lone surrogate has no bytes to travel in.
    return typescript_answers(BATCH, [json.dumps(line) for line in lines])


def odd_line(rng: random.Random) -> dict[str, Any]:
    words = [odd_text(rng) for _ in range(rng.choice([0, 1, 40]))]
    verdict = {"outcome": "pass", "reasons": words, "rules": words, "packs": {"rules": 3}}
    plate = {"read": odd_text(rng)[:8], "normal": "29A12345", "candidates": words}
    description = odd_text(rng)
    goods = {"group": "food", "quantity": 1, "unit": "kg", "perishable": False}
    draft = {
        "direction": "in",
        "mode": "checked",
        "purpose": "goods",
        "vehicle_class": "truck",
        "origin": odd_place(rng),
        "destination": odd_place(rng),
        "plate": rng.choice([None, plate]),
        "plate_colour": "white",
        "people": [odd_person(rng)],
        "goods": [goods | {"description": description}],
        "headcount": 1,
        "action": "passed",
        "override": rng.choice([None, "other"]),
        "note": odd_text(rng),
        "started_ms": rng.choice([None, 0, NOW_MS - 5_000, NOW_MS + 5_000]),
    }
    header = {
        "home": "hd-ql6",
        "lane": odd_text(rng),
        "offset_ms": -40,
        "officer": "hd-an",
        "packs": {"rules": 3},
    }
    decision = {"verdict": verdict, "reasons": [], "basis": None, "people": [verdict]}
    return {"draft": draft, "decision": decision, "header": header, "now_ms": NOW_MS}


def why(body: str, person: str) -> str:
    """For the failure's message: the refused field, or what the header's reader says."""
    return str(refused_field(KINDS["crossing", 1], parse_body(body), person))


def test_no_overlong_or_malformed_value_costs_a_crossing(rng: random.Random) -> None:
    lines = [odd_line(rng) for _ in range(DRAFTS)]
    texts = kept_texts(lines)
    assert len(texts) == DRAFTS
    for line, kept in zip(lines, texts, strict=True):
        assert "error" not in kept, (kept, line)
        body, person = kept["body"], kept["person"]
        assert check_by_schema(body, person) is not None, (why(body, person), line)
        assert len(person) <= 16_384


def test_a_value_within_its_limits_is_kept_as_it_is(rng: random.Random) -> None:
    line = odd_line(rng)
    name, address = "Đặng Thị Hoà 😀" + "a" * 186, "x" * 300
    person = {"role": "driver", "evidence": None, "card": None}
    line["draft"]["people"] = [person | {"identity": {"name": name, "address": address}}]
    line["draft"]["note"] = "n" * 500
    [kept] = kept_texts([line])
    assert f'"name":"{name}","address":"{address}"' in kept["person"]
    assert f'"note":"{"n" * 500}"' in kept["person"]


def test_a_temperature_nobody_has_is_refused(rng: random.Random) -> None:
    lines = [odd_line(rng) for _ in range(3)]
    for line, value in zip(lines, (29.9, 45.1, 366), strict=True):
        line["draft"]["people"][0]["temperature_c"] = value
    assert kept_texts(lines) == [{"error": "draft.temperature"}] * 3
