"""Python and TypeScript say the same of random expressions, packs, journeys and levels."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.node import typescript_answers
from tests.rules.batch import BATCH, disagreements, python_answers
from tests.rules.journeys import ISSUED_AT, PACK_NAMES, external, now_ms, pack_content, sample

EXPRESSIONS = 6_000
PACKS = 150
JOURNEYS_A_PACK = 25
MINUTE_MS = 60_000

NUMBERS: tuple[Any, ...] = (
    0, -0.0, 1, 1.0, -1, 2, 3, 1.5, 0.1, 2**31, 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 1e15, 1e300,
    10**40, -1e-7,
)  # fmt: skip
TEXTS = (
    "", "0", "1", "a", "á", "đ", "\ud83d", "\U0001f697", "\n", "__proto__", "constructor", "URN",
    "URN:UVCI:01:NL:187/37512422923", "URN:UVCI", "a::c/#/f", "year",
)  # fmt: skip
DATES = (
    "2021", "2021-02", "2021-02-28", "2021-02-29", "2020-02-29", "2021-13-01", "0000-01-01", "0099",
    "9999-12-31T23:59:59.999Z", "2021-10-16T00:00:00+07:00", "2021-10-16T00:00:00+7", "2021-1-1",
    "2021-10-16T00:00:00-1130", "2021-10-16T00:00:00+930", "2021-10-16T24:00:00Z", "2021-10-16T1:0",
    "2021-10-16T23:59:60Z", "2021-10-16T00:00:00.1234567Z", "2021-10-16T00:00:00z", "2021-01-31",
    "0000-01-01T00:00:00+14:00", "2021-10-16T00:00:00.Z", "２０２１-10-16", "2021-10-16\n",
)  # fmt: skip
PATHS = (
    "", "a", "b", "a.0", "a.1", "a.01", "a.b", "l.0", "l.1.a", "l.length", "d", "a.constructor",
    "__proto__", "current", "accumulator", "data.a", "accumulator.current", "a..b", ".", "a.",
    "l.٠",
)  # fmt: skip
AMOUNTS = (0, 1, -1, 12, 13, -25, 365, 146_097, -3_000_000, 2**53 - 1, -(2**53) + 1, 1.5, "1")
OPERATORS = (
    "if", "===", "in", "+", "and", "!", "plusTime", "dccDateOfBirth", "reduce", "extractFromUVCI",
    "<", ">", "<=", ">=", "after", "before", "not-after", "not-before",
)  # fmt: skip
OPERANDS = {
    "if": 3, "reduce": 3, "!": 1, "dccDateOfBirth": 1, "and": 3, "plusTime": 3,
    "extractFromUVCI": 2,
}  # fmt: skip


def literal(rng: random.Random) -> Any:
    return rng.choice((rng.choice(NUMBERS), rng.choice(TEXTS), rng.choice(DATES), True, False))


def data(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.randrange(8 if depth < 3 else 3)
    if kind < 3:
        return rng.choice((literal(rng), None))
    if kind < 5:
        return [data(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    keys = rng.choices(("a", "b", "l", "d", "0", "__proto__", "constructor"), k=rng.randint(0, 4))
    return {key: data(rng, depth + 1) for key in keys}


def context(rng: random.Random) -> Any:
    if rng.random() < 0.1:
        return data(rng)
    return {"a": data(rng), "b": data(rng), "l": [data(rng, 1) for _ in range(3)], "d": "2021-10"}


def moment(rng: random.Random) -> Any:
    amount = rng.choice(AMOUNTS) if rng.random() < 0.7 else rng.randint(-5000, 5000)
    unit = rng.choice(("year", "month", "day", "hour", "week" if rng.random() < 0.1 else "day"))
    return {"plusTime": [rng.choice((rng.choice(DATES), {"var": "d"})), amount, unit]}


def expression(rng: random.Random, depth: int = 0) -> Any:
    roll = rng.random()
    if depth >= 5 or roll < 0.2:
        return literal(rng)
    if roll < 0.4:
        path = rng.choice(PATHS) if rng.random() < 0.98 else rng.choice((0, None, ["a"]))
        return {"var": path}
    if roll < 0.46:
        return [expression(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if roll < 0.47:
        return rng.choice(
            (None, {}, {"or": [1, 2]}, {"if": [1]}, {"!": True}, {"a": [], "b": []}, {"==": [1, 1]})
        )
    operator = rng.choice(OPERATORS)
    if operator == "plusTime":
        return moment(rng)
    if operator in ("after", "before", "not-after", "not-before") and rng.random() < 0.9:
        return {operator: [moment(rng) for _ in range(rng.choice((2, 2, 3)))]}
    count = OPERANDS.get(operator) or 2
    operands = [expression(rng, depth + 1) for _ in range(count)]
    if operator == "extractFromUVCI":
        operands[1] = rng.choice((-1, 0, 1, 2, 5, 1.0, 0.5))
    if operator == "reduce" and rng.random() < 0.8:
        operands[0] = {"var": rng.choice(("l", "a", "b"))}
    return {operator: operands}


def test_random_expressions_have_the_same_value_or_the_same_error(rng: random.Random) -> None:
    lines: list[dict[str, Any]] = [
        {"logic": expression(rng), "data": context(rng)} for _ in range(EXPRESSIONS)
    ]
    lines = [line for line in lines if line["logic"] is not None]
    assert disagreements(lines) == []


def test_random_expressions_reach_values_and_errors_alike() -> None:
    # A fixed seed: this is about the generator, which must not only make nonsense.
    rng = random.Random(7)
    lines = [{"logic": expression(rng), "data": context(rng)} for _ in range(2000)]
    answers = python_answers([json.dumps(line) for line in lines])
    kinds = Counter(answer.get("error", "value") for answer in answers)
    assert kinds["value"] > 400
    assert {"evaluation.type", "expression.invalid", "date.format", "date.range"} <= set(kinds)


def test_random_expressions_are_found_wrong_in_the_same_places(rng: random.Random) -> None:
    lines = [{"validate": expression(rng)} for _ in range(EXPRESSIONS // 3)]
    assert disagreements([line for line in lines if line["validate"] is not None]) == []


@pytest.mark.parametrize(
    "expression_and_data",
    [
        ({"reduce": [{"var": "l"}, [{"var": "accumulator"}, {"var": "accumulator"}], 1]}, 40),
        ({"reduce": [{"var": "l"}, {"var": ""}, 1]}, 40),
        ({"reduce": [{"var": "l"}, {"reduce": [{"var": "data.l"}, 1, 0]}, 0]}, 400),
        ({"reduce": [{"var": "l"}, [{"var": "accumulator"}], 1]}, 31),
        ({"reduce": [{"var": "l"}, [{"var": "accumulator"}], 1]}, 33),
    ],
)
def test_what_would_explode_ends_alike(expression_and_data: tuple[Any, int]) -> None:
    logic, length = expression_and_data
    line = {"logic": logic, "data": {"l": [1] * length}}
    assert disagreements([line]) == []


@pytest.mark.parametrize("depth", [30, 31, 32, 33, 34])
def test_depth_ends_alike(depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = [nested]
    negated: Any = True
    for _ in range(depth // 2):
        negated = {"!": [negated]}
    lines = [{"logic": {"var": "a"}, "data": {"a": nested}}, {"logic": nested, "data": None}]
    assert disagreements([*lines, {"logic": negated, "data": None}]) == []


def test_a_number_that_is_not_finite_is_refused_by_both() -> None:
    texts = ['{"logic": {"var": "a"}, "data": {"a": 1e400}}']
    expected = [{"error": "data.type", "at": ""}]
    assert python_answers(texts) == expected
    assert typescript_answers(BATCH, texts) == expected


def mutated(rng: random.Random, value: Any) -> Any:
    """`value` with one thing in it changed, dropped or doubled."""
    value = copy.deepcopy(value)
    holders: list[Any] = []

    def collect(item: Any) -> None:
        if isinstance(item, dict | list) and item:
            holders.append(item)
            for inner in item.values() if isinstance(item, dict) else item:
                collect(inner)

    collect(value)
    if not holders:
        return value
    holder = rng.choice(holders)
    at: Any = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    if rng.random() < 0.3:
        del holder[at]
    else:
        other: Any = holder[at] if rng.random() < 0.2 else data(rng)
        holder[at] = [other] if rng.random() < 0.2 else other
    return value


def journey_line(rng: random.Random, name: str) -> dict[str, Any]:
    vectors = sample(name)
    journey: dict[str, Any] = vectors["journey"]
    for case in rng.sample(vectors["cases"], 2):
        journey = journey | case["journey"]
    evidence = rng.choice([*vectors["evidence"].values(), None])
    if rng.random() < 0.3:
        journey = mutated(rng, journey)
    if evidence is not None and rng.random() < 0.3:
        evidence = mutated(rng, evidence)
    return {
        "journey": journey,
        "evidence": evidence,
        "external": external(name),
        "now_ms": now_ms(name) + rng.choice((0, 0, 0, 4 * 1440, 6 * 1440, -(10**7))) * MINUTE_MS,
    }


@pytest.mark.parametrize("name", PACK_NAMES)
def test_random_journeys_under_changed_packs_get_the_same_verdict(
    name: str, rng: random.Random
) -> None:
    content = pack_content(name)
    lines: list[dict[str, Any]] = []
    for index in range(PACKS):
        changed = content if index == 0 else mutated(rng, content)
        if index % 3 == 1:
            for rule in changed.get("rules") or ():
                if isinstance(rule, dict) and rng.random() < 0.3:
                    rule["priority"] = rng.randint(-3, 3)
                    rule["exempts"] = rng.random() < 0.3
        pack = {"name": name, "version": index, "issued_at": ISSUED_AT, "content": changed}
        lines.append({"pack": pack})
        lines += [journey_line(rng, name) for _ in range(JOURNEYS_A_PACK)]
    assert disagreements(lines) == []


def test_random_verdicts_combine_alike_in_any_order(rng: random.Random) -> None:
    words = ("a", "b", "c", "d_1", "e")
    lines: list[dict[str, Any]] = [{"combine": []}]
    for _ in range(500):
        verdicts = [
            {
                "outcome": rng.choice(("pass", "refer", "turn_back")),
                "reasons": rng.sample(words, rng.randint(1, 4)),
                "rules": rng.sample(words, rng.randint(0, 4)),
                "packs": {"p": rng.randint(0, 3), rng.choice(words): 1},
            }
            for _ in range(rng.randint(1, 4))
        ]
        lines += [{"combine": verdicts}, {"combine": rng.sample(verdicts, len(verdicts))}]
    assert disagreements(lines) == []
    answers = python_answers([json.dumps(line) for line in lines[1:]])
    assert answers[::2] == answers[1::2]


def test_random_levels_are_the_same(rng: random.Random) -> None:
    content = pack_content("levels_2021_10")
    start_ms = 1_633_900_000_000
    lines = []
    for index in range(300):
        changed = content if index < 30 else mutated(rng, content)
        now = start_ms + rng.randint(-14, 14) * 12 * 60 * MINUTE_MS
        lines.append({"levels": changed, "now_ms": now, "within_hours": rng.choice((1, 24, 72))})
    assert disagreements(lines) == []


def test_random_journeys_in_the_hours_after_a_rise_are_the_same(rng: random.Random) -> None:
    hour_ms = 60 * MINUTE_MS
    start_ms = 1_634_403_600_000

    def iso(at_ms: int) -> str:
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    lines = []
    asked = graced = 0
    for _ in range(1_000):
        windows = [
            {
                "place": {"dataset": "2021", "code": rng.choice(("01", "02"))},
                "level": rng.randint(1, 4),
                "valid_from": iso(begins := start_ms + rng.randint(-48, 24) * hour_ms),
                "valid_to": rng.choice((None, iso(begins + rng.randint(1, 60) * hour_ms))),
            }
            for _ in range(rng.randint(3, 12))
        ]
        now_ms = start_ms + rng.randint(-24, 48) * hour_ms + rng.choice((-1, 0, 1))
        departed = now_ms + rng.choice((-60, -30, -9, -3, 0, 5)) * hour_ms + rng.choice((-1, 0))
        trip = {
            "origin": {"dataset": "2021", "code": rng.choice(("01", "03"))},
            "destination": rng.choice((None, {"dataset": "2021", "code": "02"})),
            "departed_at": rng.choice((None, *[iso(departed)] * 5)),
        }
        content = {"levels": windows, "grace_hours": rng.choice((0, 6, 24, 72, 168))}
        lines.append({"levels": content, "trip": trip, "now_ms": now_ms})
    assert disagreements(lines) == []
    for answer in python_answers([json.dumps(line) for line in lines]):
        asked += bool(answer["result"]["asks"])
        graced += answer["result"]["grace"]
    assert min(asked, graced) > 20, (asked, graced)
