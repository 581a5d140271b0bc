"""`chot rules … --batch` and `npm … batch -- rules|decide`: one answer a line, the same."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cli.lines import MAX_LINE_BYTES, MAX_LINE_DEPTH
from tests.cli.conftest import Chot
from tests.node import node, typescript_answers
from tests.rules import journeys
from tests.rules.batch import canonical
from tests.rules.journeys import ISSUED_AT, PACK_NAMES, external, now_ms, pack_content, sample
from tests.rules.test_certlogic_suite import (
    ACTIVE_ASSERTIONS,
    SKIPPED_ASSERTIONS,
    SUITES,
    assertions,
)
from tests.rules.test_differential import context, expression, journey_line, mutated

BATCH = Path(__file__).parents[2] / "web" / "tools" / "batch.ts"
EXPRESSIONS = 2_000
JOURNEYS = 300
DAY_MS = 86_400_000


UNTIL_NOON = {
    "until": "2026-11-22T12:00:00+07:00",
    "outcome": "turn_back",
    "reason": {"code": "until_noon", "vi": "Đến trưa", "en": "Until noon"},
}


def python(chot: Chot, command: str, texts: list[str]) -> list[Any]:
    said = chot("rules", command, "--batch", stdin="".join(f"{text}\n" for text in texts))
    return [json.loads(line) for line in said.stdout.split("\n")[:-1]]


def both(chot: Chot, command: str, texts: list[str]) -> list[Any]:
    """The one answer of the two languages, line by line."""
    answers = python(chot, command, texts)
    others = typescript_answers(BATCH, texts, {"eval": "rules"}.get(command, command))
    asked = [text for text in texts if text.strip()]
    differing = [
        (text, one, other)
        for text, one, other in zip(asked, answers, others, strict=True)
        if canonical(one) != canonical(other)
    ]
    assert differing == []
    return answers


@pytest.mark.skipif(
    not SUITES.is_dir(), reason="CertLogic suites absent: ../shared/vectors/certlogic"
)
def test_every_assertion_of_the_suites_holds_in_both_batches(chot: Chot) -> None:
    suite = [*assertions(skipped=False), *assertions(skipped=True)]
    lines = [{"id": name, "logic": logic, "data": data} for name, logic, data, _ in suite]
    answers = both(chot, "eval", [json.dumps(line) for line in lines])
    expected = [{"id": name, "result": result} for name, _, _, result in suite]
    assert canonical(answers) == canonical(expected)
    assert len(answers) == ACTIVE_ASSERTIONS + SKIPPED_ASSERTIONS


def test_random_expressions_get_the_same_answer_from_both_batches(
    chot: Chot, rng: random.Random
) -> None:
    lines = [
        {"id": number, "logic": expression(rng), "data": context(rng)}
        for number in range(EXPRESSIONS)
    ]
    answers = both(chot, "eval", [json.dumps(line) for line in lines])
    assert [one["id"] for one in answers] == list(range(EXPRESSIONS))


@pytest.mark.parametrize("name", PACK_NAMES)
def test_random_journeys_get_the_same_verdict_from_both_batches(
    name: str, chot: Chot, rng: random.Random
) -> None:
    content = pack_content(name)
    packs: list[Any] = [
        name,
        content,
        {"name": name, "version": 2, "issued_at": ISSUED_AT, "content": content},
        {"content": content, "version": 2.0},
        {**content, "rules": [], "otherwise_before": [UNTIL_NOON]},
    ]
    lines = []
    for number in range(JOURNEYS):
        line = journey_line(rng, name)
        pack = rng.choice(packs)
        if number % 4 == 0:
            pack = mutated(rng, copy.deepcopy(rng.choice(packs[1:])))
        now = line.pop("now_ms")
        if rng.random() < 0.2:
            now = rng.choice((sample(name)["now"], "2026-11-22", None, True, 1e400, 2.0**60, [1]))
        lines.append({"id": number, "pack": pack, "now": now, **line})
        if rng.random() < 0.1:
            lines[-1] = mutated(rng, lines[-1])
    # 1e400 is written as JSON has it, not as Python's Infinity.
    answers = both(
        chot, "decide", [json.dumps(line).replace("Infinity", "1e400") for line in lines]
    )
    kinds = Counter(str(one.get("outcome", "error")) for one in answers)
    assert {"pass", "refer", "error"} <= set(kinds)


def test_a_sample_journey_gets_its_expected_outcome_from_both_batches(chot: Chot) -> None:
    cases = [(name, case) for name in PACK_NAMES for case in sample(name)["cases"]]
    lines = [
        {
            "id": case["name"],
            "pack": name,
            "evidence": journeys.evidence(name, case),
            "journey": journeys.journey(name, case),
            "external": external(name, case),
            "now": now_ms(name, case),
        }
        for name, case in cases
    ]
    answers = both(chot, "decide", [json.dumps(line) for line in lines])
    found = [{"outcome": one["outcome"], "reason": one["reasons"][0]} for one in answers]
    assert found == [case["expected"] for _, case in cases]


def test_a_pack_issued_long_ago_is_stale_and_one_by_name_is_not(chot: Chot) -> None:
    name = PACK_NAMES[0]
    later = now_ms(name) + 30 * DAY_MS
    journey = {"evidence": None, "journey": sample(name)["journey"], "now": later}
    packs = [name, {"issued_at": ISSUED_AT, "content": pack_content(name)}]
    answers = both(chot, "decide", [json.dumps({"pack": pack, **journey}) for pack in packs])
    stale = [one["reasons"] == ["rules_stale"] for one in answers]
    assert stale == [False, True]


GOOD = '{"id":"ok","logic":{"+":[1,2]},"data":{}}'
DEEP = MAX_LINE_DEPTH - 1


BAD_LINES = [
    ("{", "line.json"),
    ("[1]", "line.json"),
    ("null", "line.json"),
    ("\ufeff" + GOOD, "line.json"),
    ('{"id":null,"logic":NaN}', "line.json"),
    ("{}", "line.field"),
    ('{"logic":null}', "expression.invalid"),
    ('{"logic":1e400}', "expression.type"),
    (f'{{"logic":1{"0" * 5000}}}', "expression.type"),
    (f'{{"logic":{"[" * DEEP}{"]" * DEEP}}}', "expression.limit"),
    (f'{{"logic":{"[" * MAX_LINE_DEPTH}{"]" * MAX_LINE_DEPTH}}}', "line.limit"),
    ("[" * 100_000, "line.limit"),
    (f'{{"logic":"{"a" * MAX_LINE_BYTES}"}}', "line.limit"),
    ('{"id":{"a":1},"logic":{"!":[1.5]}}', "expression.invalid"),
    ('{"logic":{"+":[1,"2"]}}', "evaluation.type"),
]


def test_bad_lines_are_answered_and_the_next_ones_too(chot: Chot) -> None:
    texts = [line for text, _ in BAD_LINES for line in (text, "  ", GOOD)]
    answers = both(chot, "eval", texts)
    assert answers[::2] == [{"id": None, "error": error} for _, error in BAD_LINES]
    assert answers[1::2] == [{"id": "ok", "result": 3}] * len(BAD_LINES)


def test_bytes_that_are_no_text_are_a_bad_line() -> None:
    lines = b'{"logic":"\xff"}\n' + GOOD.encode()
    chot = str(Path(sys.executable).parent / "chot")
    for command in ([chot, "rules", "eval", "--batch"], [node(), str(BATCH), "rules"]):
        said = subprocess.run(command, input=lines, capture_output=True, check=True).stdout
        assert [json.loads(line) for line in said.splitlines()] == [
            {"id": None, "error": "line.json"},
            {"id": "ok", "result": 3},
        ]


def test_brackets_within_texts_are_not_depth(chot: Chot) -> None:
    text = json.dumps({"id": 1, "logic": '\\"' + "[{" * 200, "data": ["[" * 100]})
    assert both(chot, "eval", [text]) == [{"id": 1, "result": '\\"' + "[{" * 200}]


UNDECIDABLE: list[dict[str, Any]] = [
    {"pack": "no_such_pack"},
    {"pack": "../packs/ha_dong_2021_08"},
    {"pack": "levels_2021_10"},
    {"pack": 1},
    {"pack": {"rules": [{}]}},
    {"evidence": []},
    {"journey": None},
    {"external": "x"},
    {"now": "2026-11-22T05:00:00"},
    {"now": None},
]


def test_a_line_that_cannot_be_decided_says_why(chot: Chot) -> None:
    journey = sample(PACK_NAMES[0])["journey"]
    good = {"id": 7, "pack": PACK_NAMES[0], "now": 1_795_320_000_000, "journey": journey}
    answers = both(chot, "decide", [json.dumps(good | line) for line in [*UNDECIDABLE, {}]])
    assert all(set(one) == {"id", "error"} for one in answers[:-1])
    assert set(answers[-1]) == {"id", "outcome", "reasons"}
