"""What a pack changes, and why one journey got its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.authoring import Side, differences, explain
from tests.rules.journeys import (
    PACK_NAMES,
    evidence,
    external,
    journey,
    now_ms,
    rule_pack,
    sample,
)
from tests.rules.writing import (
    BASIS,
    BORDER,
    NOW_MS,
    PURPOSE,
    WORK,
    eq,
    journeys,
    pack,
    parsed,
    rule,
)


def test_the_difference_names_rules_members_and_journeys() -> None:
    before = parsed(pack(rule("same", WORK), rule("gone", BORDER), rule("other", BORDER)))
    after = parsed(
        pack(
            rule("same", WORK),
            rule("new", eq("journey.purpose", "goods"), outcome="turn_back", priority=5),
            rule("other", BORDER, priority=1, basis=BASIS | {"clause": "2"}),
            stale_stop_hours=24,
        )
    )
    cases = journeys({"name": "đi làm"}, {"name": "chở hàng", "journey": {"purpose": "goods"}})
    found = differences(Side(before, NOW_MS), Side(after, NOW_MS), cases.cases)
    assert (found.added, found.removed) == (("new",), ("gone",))
    assert found.changed == {"other": ("basis", "priority")}
    assert found.pack == ("stale_stop_hours",)
    assert [(one.name, one.before.outcome, one.after.outcome) for one in found.journeys] == [
        ("đi làm", "pass", "pass"),
        ("chở hàng", "pass", "turn_back"),
    ]
    assert differences(Side(after, NOW_MS), Side(after, NOW_MS), cases.cases).is_empty


@pytest.mark.parametrize("name", PACK_NAMES)
def test_an_explanation_agrees_with_the_verdict(name: str) -> None:
    for case in sample(name)["cases"]:
        told, at_ms = external(name, case), now_ms(name, case)
        said = explain(evidence(name, case), journey(name, case), told, at_ms, rule_pack(name))
        fired = {one.rule.id for one in said.rules if one.state == "fired"}
        assert fired == set(said.verdict.rules)
        assert len(said.rules) == len(rule_pack(name).content.rules)
        for one in said.rules:
            assert bool(one.exempted_by) is (one.state == "exempted")


def test_an_explanation_says_what_was_read_and_who_exempted() -> None:
    content = pack(
        rule("above", {"and": [WORK, BORDER]}, priority=5, exempts=True),
        rule("below", BORDER),
        rule("broken", {">": [PURPOSE, 1]}, priority=9),
        rule("past", True, effective_to="2026-11-21T00:00:00Z"),
        rule("away", True, scope={"directions": ["out"]}),
        rule("no", eq("journey.purpose", "goods")),
    )
    case = journeys({"name": "đi làm"}).cases[0]
    whole = rule_pack(PACK_NAMES[0])
    said = explain(None, case.journey, {}, NOW_MS, replace(whole, content=parsed(content)))
    assert {one.rule.id: one.state for one in said.rules} == {
        "above": "fired",
        "below": "exempted",
        "broken": "failed",
        "past": "not_in_force",
        "away": "out_of_scope",
        "no": "not_fired",
    }
    by_id = {one.rule.id: one for one in said.rules}
    assert by_id["below"].exempted_by == ("above",)
    assert by_id["above"].read == {"journey.purpose": "work", "journey.checkpoint.class": "border"}
    assert by_id["broken"].error == "evaluation.type"
    assert said.verdict.reasons == ("rules_error",)
