"""Rules that can never count are found: conditions that cannot hold, and ones always exempted."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from rules import RuleError, evaluate, is_true
from rules.authoring.reach import truths
from schemas import shapes
from tests.rules.writing import BORDER, LEVEL, PURPOSE, WORK, codes, eq, found, pack, parsed, rule

NEVER: list[Any] = [
    False,
    0,
    {"===": [1, 2]},
    {"and": [True, {"!": [True]}]},
    eq("journey.purpose", "wrok"),
    {"in": [PURPOSE, ["a", "b"]]},
    {"and": [eq("journey.purpose", "work"), eq("journey.purpose", "goods")]},
    {"and": [eq("journey.vehicle.plate", "30A1"), eq("journey.vehicle.plate", "30A2")]},
    {"and": [{"in": [PURPOSE, ["work", "goods"]]}, {"!": [{"in": [PURPOSE, ["goods", "work"]]}]}]},
    {"and": [{">=": [LEVEL, 3]}, {"<": [LEVEL, 3]}]},
    {"if": [eq("journey.direction", "in"), eq("journey.direction", "out"), False]},
    {"and": [eq("external.watch_hit", True), {"!": [{"var": "external.watch_hit"}]}]},
]
POSSIBLE: list[Any] = [
    True,
    {"var": "evidence.facts.doses.0"},
    {">": [LEVEL, 3]},
    {"and": [eq("journey.purpose", "work"), {"!": [eq("journey.mode", "waved")]}]},
    {"if": [eq("journey.direction", "in"), False, True]},
    {"!": [{"in": [PURPOSE, ["work"]]}]},
    {"===": [{"var": "journey.origin.code"}, {"var": "journey.destination.code"}]},
    {"reduce": [{"var": "evidence.facts.doses"}, {"var": "current.number"}, 0]},
    {
        "before": [
            {"plusTime": [{"var": "external.now"}, 0, "day"]},
            {"plusTime": ["2027", 0, "day"]},
        ]
    },
]


@pytest.mark.parametrize("condition", NEVER, ids=str)
def test_a_condition_that_can_never_hold_is_refused(condition: Any) -> None:
    assert codes(pack(rule("a", condition))) == ["rule.never"]


@pytest.mark.parametrize("condition", POSSIBLE, ids=str)
def test_a_condition_that_may_hold_is_not(condition: Any) -> None:
    assert codes(pack(rule("a", condition))) == []


def test_a_condition_that_always_fails_is_refused() -> None:
    assert codes(pack(rule("a", {">": [PURPOSE, 1]}))) == ["rule.fails"]


def test_a_condition_against_its_own_scope_can_never_hold() -> None:
    scope = {"directions": ["in"], "provinces": ["01"]}
    out = rule("a", eq("journey.direction", "out"), scope=scope)
    elsewhere = rule("b", eq("journey.checkpoint.province", "58"), scope=scope)
    assert codes(pack(out, elsewhere)) == ["rule.never", "rule.never"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((True, {}), (WORK, {})),
        ((WORK, {}), (WORK, {})),
        ((WORK, {}), ({"and": [BORDER, WORK]}, {})),
        (({"in": [PURPOSE, ["goods", "work"]]}, {}), (WORK, {})),
        (({"if": [BORDER, True, WORK]}, {}), (WORK, {})),
        (({">=": [LEVEL, 3]}, {}), (eq("external.origin_level", 4), {})),
        ((BORDER, {}), (WORK, {"scope": {"checkpoint_classes": ["border"]}})),
        (
            (True, {"scope": {"provinces": ["01", "58"]}}),
            (WORK, {"scope": {"provinces": ["58"], "directions": ["in"]}}),
        ),
    ],
)
def test_a_rule_that_another_always_exempts_is_refused(first: Any, second: Any) -> None:
    above = rule("above", first[0], priority=5, exempts=True, **first[1])
    below = rule("below", second[0], **second[1])
    assert found(pack(above, below)) == [("rule.shadowed", "/rules/1", "above")]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ({"exempts": False}, {}),
        ({"priority": 0}, {}),
        ({"condition": BORDER}, {}),
        ({"scope": {"directions": ["in"]}}, {}),
        ({"effective_to": "2027-01-01T00:00:00Z"}, {}),
        ({"effective_from": "2026-11-21T00:00:00Z"}, {}),
        ({"condition": {"and": [WORK, BORDER]}}, {}),
        ({}, {"condition": {"if": [WORK, True, BORDER]}}),
        ({"condition": eq("external.origin_level", 4)}, {"condition": {">=": [LEVEL, 3]}}),
    ],
)
def test_a_rule_that_another_exempts_only_at_times_is_not(above: Any, below: Any) -> None:
    one = rule("above", WORK, priority=5, exempts=True) | above
    assert codes(pack(one, rule("below", WORK) | below)) == []


def few_words(rng: random.Random, depth: int = 0) -> Any:
    """A random condition on three variables of a few words each."""
    kind = rng.randrange(7 if depth < 3 else 4)
    if kind == 0:
        return {rng.choice(("<", ">=")): [LEVEL, rng.randint(1, 4)]}
    if kind == 1:
        return {"in": [PURPOSE, rng.sample(shapes.PURPOSES, 2)]}
    if kind == 2:
        return eq("external.grace", rng.choice((True, False)))
    if kind == 3:
        return eq("journey.purpose", rng.choice(shapes.PURPOSES))
    if kind == 4:
        return {"!": [few_words(rng, depth + 1)]}
    count = 2 if kind == 5 else 3
    operator = "and" if kind == 5 else "if"
    return {operator: [few_words(rng, depth + 1) for _ in range(count)]}


def test_what_is_said_never_to_hold_holds_for_no_journey(rng: random.Random) -> None:
    journeys_of_few_words = [
        {"journey": {"purpose": purpose}, "external": {"origin_level": level, "grace": grace}}
        for purpose, level, grace in product(
            (*shapes.PURPOSES, None), (1, 2, 3, 4, None), (True, False, None)
        )
    ]
    never = 0
    for _ in range(400):
        condition = few_words(rng)
        possible = truths(parsed(pack(rule("a", condition))).rules[0])
        found: set[bool | None] = set()
        for data in journeys_of_few_words:
            try:
                found.add(is_true(evaluate(condition, data)))
            except RuleError:
                found.add(None)
        assert found <= possible, condition
        never += True not in possible
    assert never
