"""Each pack against its sample journeys, and what the law says must never get better or worse."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest

from rules.decide import decide, severity
from tests.rules.journeys import PACK_NAMES, external, now_ms, rule_pack, sample

COLOURS = ("green", "yellow", "none", None)
LEVELS = (1, 2, 3, 4)


@pytest.mark.parametrize("name", PACK_NAMES)
def test_sample_journeys_get_the_outcome_and_first_reason_written_before_the_pack(
    name: str,
) -> None:
    vectors = sample(name)
    pack, places, now = rule_pack(name), external(name), now_ms(name)
    wrong = []
    for case in vectors["cases"]:
        evidence = vectors["evidence"][case["evidence"]] if case["evidence"] else None
        verdict = decide(evidence, vectors["journey"] | case["journey"], places, now, pack)
        found = {"outcome": verdict.outcome, "reason": verdict.reasons[0]}
        if found != case["expected"]:
            wrong.append((case["name"], found, case["expected"]))
    assert wrong == []
    assert len(vectors["cases"]) >= 15
    assert all(case["clause"] for case in vectors["cases"])


@pytest.mark.parametrize("name", PACK_NAMES)
def test_every_rule_fires_in_a_sample_journey(name: str) -> None:
    vectors = sample(name)
    pack, places, now = rule_pack(name), external(name), now_ms(name)
    fired: set[str] = set()
    for case in vectors["cases"]:
        evidence = vectors["evidence"][case["evidence"]] if case["evidence"] else None
        fired |= {*decide(evidence, vectors["journey"] | case["journey"], places, now, pack).rules}
    never = {rule.id for rule in pack.content.rules} - fired
    assert never == set()


def ninh_thuan(level: int, journey: dict[str, Any], evidence: str | None) -> int:
    vectors = sample("ninh_thuan_2021_10")
    verdict = decide(
        vectors["evidence"][evidence] if evidence else None,
        vectors["journey"] | journey | {"origin": {"dataset": "2021", "code": "22738"}},
        {"levels": {"2021:22738": level}},
        now_ms("ninh_thuan_2021_10"),
        rule_pack("ninh_thuan_2021_10"),
    )
    return severity(verdict.outcome)


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("purpose", ["work", "goods", "medical", "return_home", "other"])
def test_a_higher_origin_level_is_never_better_in_ninh_thuan(direction: str, purpose: str) -> None:
    for evidence, colour in product((*sample("ninh_thuan_2021_10")["evidence"], None), COLOURS):
        journey = {
            "direction": direction,
            "purpose": purpose,
            "card": colour and {"colour": colour, "basis": "seen"},
        }
        outcomes = [ninh_thuan(level, journey, evidence) for level in LEVELS]
        assert all(low <= high for low, high in pairwise(outcomes)), (evidence, colour, outcomes)


def test_a_better_card_is_never_worse_in_ninh_thuan() -> None:
    for evidence, level in product((*sample("ninh_thuan_2021_10")["evidence"], None), LEVELS):
        outcomes = [
            ninh_thuan(level, {"card": {"colour": colour, "basis": "seen"}}, evidence)
            for colour in ("green", "yellow", "none")
        ]
        assert all(better <= worse for better, worse in pairwise(outcomes)), (evidence, level)


def test_a_driver_with_goods_is_never_turned_back_in_ninh_thuan() -> None:
    goods = [{"group": "production_materials", "perishable": False}]
    for evidence, level, colour in product(
        (*sample("ninh_thuan_2021_10")["evidence"], None), LEVELS, COLOURS
    ):
        card = colour and {"colour": colour, "basis": "seen"}
        assert ninh_thuan(level, {"goods": goods, "card": card}, evidence) < severity("turn_back")


@pytest.mark.parametrize("name", PACK_NAMES)
def test_nothing_in_a_pack_makes_the_rules_fail(name: str) -> None:
    """Every evidence with every level and colour, also where members are null."""
    vectors = sample(name)
    pack, now = rule_pack(name), now_ms(name)
    for evidence, level, colour in product(
        (*vectors["evidence"].values(), None), (*LEVELS, None), COLOURS
    ):
        for direction in ("in", "out"):
            journey = vectors["journey"] | {
                "direction": direction,
                "origin": {"dataset": "2021", "code": "1"},
                "destination": None,
                "card": colour and {"colour": colour, "basis": "seen"},
                "vehicle": None,
            }
            levels = {} if level is None else {"2021:1": level}
            verdict = decide(evidence, journey, {"levels": levels}, now, pack)
            assert "rules_error" not in verdict.reasons


@pytest.mark.parametrize("name", PACK_NAMES)
def test_every_reason_expected_of_a_pack_has_a_line_to_read(name: str) -> None:
    reasons = rule_pack(name).content.reasons()
    assert all(reasons[case["expected"]["reason"]].vi for case in sample(name)["cases"])
    assert {"rules_error", "rules_missing", "rules_stale"} <= set(reasons)


def test_the_same_pc_covid_code_is_judged_by_the_card_that_was_seen() -> None:
    outcomes = [
        ninh_thuan(4, {"card": {"colour": colour, "basis": "seen"}}, "pc_covid")
        for colour in ("green", "yellow", "none")
    ]
    assert outcomes == [severity("pass"), severity("refer"), severity("turn_back")]
