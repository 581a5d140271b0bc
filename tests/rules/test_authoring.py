"""What is wrong with a pack is found before it is signed; what is right is let through."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from credentials import evidence as evidence_shape
from rules import Json
from rules.authoring import check_pack, parse_samples
from rules.authoring.variables import VARIABLES, paths_read, unknown_variables
from schemas import shapes
from server.home.books import KNOWN
from tests.rules.journeys import ISSUED_AT, PACK_NAMES, PACKS, pack_content, sample
from tests.rules.writing import (
    BASIS,
    BORDER,
    NOW_MS,
    WORK,
    codes,
    eq,
    found,
    journeys,
    pack,
    rule,
)

LEVELS = {path.stem: pack_content(path.stem) for path in PACKS.glob("levels_*.json")}


@pytest.mark.parametrize("name", PACK_NAMES)
def test_the_shipped_packs_are_good_and_their_journeys_come_out_as_expected(name: str) -> None:
    samples = parse_samples(sample(name), LEVELS, NOW_MS)
    parsed, findings = check_pack(pack_content(name), samples.cases, samples.now_ms)
    assert parsed is not None
    assert {one.code for one in findings} <= {"basis.unconfirmed"}
    assert len(samples.cases) == len(sample(name)["cases"])


def test_every_fault_of_a_malformed_pack_is_found_at_once() -> None:
    bad = [
        rule("no-basis", True, basis=None),
        rule("no-vi", True, reason={"code": "x", "en": "x"}),
        rule("no-en", True, reason={"code": "x", "vi": "x", "en": ""}),
        rule("or", {"or": [True, False]}),
        rule("late", True, effective_to=ISSUED_AT),
        rule("place", True, scope={"directions": ["sideways"]}),
        rule("odd", True, outcome="stop"),
        "no rule",
    ]
    assert found(pack(rule("good", True), *bad)) == [
        ("pack.basis", "/rules/1/basis", ""),
        ("pack.field", "/rules/2/reason/vi", ""),
        ("pack.field", "/rules/3/reason/en", ""),
        ("pack.condition", "/rules/4/condition", 'unrecognised operator: "or"'),
        ("pack.field", "/rules/5/effective_to", ""),
        ("pack.field", "/rules/6/scope/directions", ""),
        ("pack.field", "/rules/7/outcome", ""),
        ("pack.field", "/rules/8", ""),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, ("pack.field", "", "")),
        ([], ("pack.field", "", "")),
        ({"rules": []}, ("pack.field", "/otherwise", "")),
        (pack(rule("a", True), rule("a", True)), ("pack.field", "/rules/1/id", "")),
        (
            pack(rule("a", True), rule("b", True, reason={"code": "a", "vi": "b", "en": "b"})),
            ("pack.reason", "/rules/1/reason", ""),
        ),
        (pack(*[rule(f"r{number}", True) for number in range(501)]), ("pack.field", "/rules", "")),
    ],
    ids=["null", "list", "otherwise", "id", "reason", "many"],
)
def test_a_fault_of_the_whole_pack_is_found_once(content: Any, expected: Any) -> None:
    assert found(content) == [expected]


@pytest.mark.parametrize(
    ("condition", "at", "detail"),
    [
        ({"var": "evidence.fact.doses"}, "/var", "evidence.fact.doses → evidence.facts.doses"),
        (
            {"!": [eq("journey.pupose", "work")]},
            "/!/0/===/0/var",
            "journey.pupose → journey.purpose",
        ),
        ({"var": "journey.purpose.x"}, "/var", "journey.purpose.x → journey.purpose"),
        ({"var": "weather"}, "/var", "weather"),
        (
            {
                "reduce": [
                    {"var": "evidence.facts.doses"},
                    {"and": [{"var": "accumulator"}, {"var": "current.numbr"}]},
                    True,
                ]
            },
            "/reduce/1/and/1/var",
            "current.numbr → evidence.facts.doses.0.number",
        ),
        (
            {"reduce": [{"var": "journey.goods"}, {"var": "data.external.nwo"}, 1]},
            "/reduce/1/var",
            "data.external.nwo → external.now",
        ),
        (
            {"reduce": [{"var": "journey.goods"}, {"var": "journey.mode"}, 1]},
            "/reduce/1/var",
            "journey.mode → journey.mode",
        ),
    ],
)
def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(
    condition: Any, at: str, detail: str
) -> None:
    assert ("rule.variable", f"/rules/0/condition{at}", detail) in found(pack(rule("a", condition)))


def test_variables_within_reduce_are_known_by_what_it_goes_through() -> None:
    inner: Json = {"reduce": [{"var": "data.journey.goods"}, {"var": "data.current.date"}, 0]}
    condition: Json = {"reduce": [{"var": "evidence.facts.doses"}, inner, 0]}
    assert list(unknown_variables(condition)) == []
    assert paths_read(condition) == ("evidence.facts.doses", "journey.goods")


def test_the_table_has_the_words_of_the_wire() -> None:
    """The rules room cannot import the schemas; this holds them together."""
    assert VARIABLES["journey.purpose"] == shapes.PURPOSES
    assert VARIABLES["journey.mode"] == shapes.MODES
    assert VARIABLES["journey.role"] == shapes.ROLES
    assert VARIABLES["journey.vehicle.class"] == shapes.VEHICLE_CLASSES
    assert VARIABLES["journey.goods.*.group"] == shapes.GOODS_GROUPS
    assert VARIABLES["journey.card.colour"] == shapes.CARD_COLOURS
    assert [path for path in KNOWN if list(unknown_variables({"var": path}))] == []
    assert VARIABLES["evidence.family"] == get_args(evidence_shape.Family)
    assert VARIABLES["evidence.status"] == get_args(evidence_shape.Status)
    assert VARIABLES["evidence.code"] == get_args(evidence_shape.Code)


def test_a_scope_of_no_province_is_refused() -> None:
    assert found(pack(rule("a", True, scope={"provinces": ["01", "99"]}))) == [
        ("rule.province", "/rules/0/scope/provinces", "99")
    ]


def test_a_rule_whose_time_is_over_is_refused() -> None:
    over = rule("a", True, effective_to="2026-11-21T00:00:00Z")
    assert codes(pack(over)) == ["rule.past"]


def test_rules_of_one_priority_and_two_outcomes_on_one_journey_overlap() -> None:
    one = rule("one", WORK)
    other = rule("other", BORDER, outcome="turn_back")
    assert found(pack(one, other), {"name": "đi làm"}) == [
        ("rule.overlap", "/rules/0", "other: đi làm")
    ]
    assert codes(pack(one, other | {"priority": 1}), {"name": "đi làm"}) == []
    assert codes(pack(one, other | {"outcome": "pass"}), {"name": "đi làm"}) == []
    above = rule("above", True, priority=9, exempts=True, scope={"directions": ["in"]})
    assert codes(pack(above, one, other), {"name": "đi làm"}) == []


def test_a_journey_that_comes_out_otherwise_than_written_is_told() -> None:
    case = {"name": "đi làm", "expected": {"outcome": "turn_back", "reason": "one"}}
    assert found(pack(rule("one", WORK)), case) == [
        ("journey.outcome", "", "đi làm: pass one, turn_back one")
    ]


def test_a_rule_that_fails_on_a_journey_is_named_with_it() -> None:
    one = rule("one", {">": [{"var": "evidence.facts.doses.0.number"}, 1]})
    assert found(pack(one), {"name": "không mã"}) == [
        ("rule.fails", "/rules/0/condition", "không mã")
    ]


def test_what_nobody_reads_is_told_and_what_resembles_a_member_is_refused() -> None:
    misspelt = rule("one", WORK, exempt=True)
    misspelt["scope"] = {"province": ["01"]}
    misspelt["basis"] = BASIS | {"seen_by": "x"}
    content = pack(misspelt, stale_stop_hour=3)
    _, findings = check_pack(content, (), NOW_MS)
    assert [(one.severity, one.at, one.detail) for one in findings if "member" in one.code] == [
        ("error", "/stale_stop_hour", "stale_stop_hour → stale_stop_hours"),
        ("error", "/rules/0/exempt", "exempt → exempts"),
        ("error", "/rules/0/scope/province", "province → provinces"),
        ("warning", "/rules/0/basis/seen_by", "seen_by"),
    ]


def test_rules_that_no_journey_reaches_and_no_journeys_at_all_are_a_warning() -> None:
    content = pack(rule("one", WORK), rule("two", eq("journey.purpose", "goods")))
    _, without = check_pack(content, (), NOW_MS)
    assert [(one.severity, one.code) for one in without] == [("warning", "journeys.none")]
    _, findings = check_pack(content, journeys({"name": "đi làm"}).cases, NOW_MS)
    assert [(one.severity, one.code, one.rule) for one in findings] == [
        ("warning", "rule.unsampled", "two")
    ]


def test_an_unconfirmed_basis_is_noted() -> None:
    content = pack(rule("one", WORK, basis=BASIS | {"unconfirmed": True}))
    _, findings = check_pack(content, journeys({"name": "đi làm"}).cases, NOW_MS)
    assert [(one.severity, one.code, one.rule) for one in findings] == [
        ("note", "basis.unconfirmed", "one")
    ]
