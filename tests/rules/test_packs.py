"""Each pack against its sample journeys, which were written and committed before it."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest

from rules.decide import decide, severity
from schemas import shapes
from tests.rules.journeys import (
    PACK_NAMES,
    evidence,
    external,
    journey,
    now_ms,
    pack_content,
    rule_pack,
    sample,
    verdict,
)
from tests.rules.packs_page import PAGE, page

COLOURS = ("green", "yellow", "none", None)
LEVELS = (1, 2, 3, 4, None)

DOSE = ("dose_days", (14, 13))
TEST = ("test_hours", (71, 72, 73))
LEVEL = ("level", (2, 3, 4))
BOUNDARIES = {
    "ha_dong_2021_08": (),
    "ninh_thuan_2021_10": (LEVEL,),
    "bac_giang_2021_06": (LEVEL,),
    "hcmc_2021_10": (DOSE, TEST, ("recovery", ("179 days", "180 days"))),
    "khanh_hoa_2021_10": (DOSE, TEST, ("recovery", ("180 days", "181 days")), LEVEL),
    "an_giang_2021_10": (
        DOSE,
        TEST,
        ("recovery", ("5 months", "6 months", "6 months and a day")),
        LEVEL,
    ),
}
"""What a text draws a line through, mildest first. Hà Đông 8/2021 knew permits only, no levels."""

EXTERNAL = {
    "turned_back": "turned_back_elsewhere",
    "company_suspended": "company_suspended",
    "watch_hit": "list_check",
}
PERMIT = {
    "valid": "permit_invalid",
    "overspent": "permit_overspent",
    "places_ok": "permit_place",
    "hours_ok": "permit_hours",
    "plate_ok": "permit_plate",
}


@pytest.mark.parametrize("name", PACK_NAMES)
def test_sample_journeys_get_the_outcome_and_first_reason_written_before_the_pack(
    name: str,
) -> None:
    wrong = []
    for case in sample(name)["cases"]:
        said = verdict(name, case)
        found = {"outcome": said.outcome, "reason": said.reasons[0]}
        if found != case["expected"]:
            wrong.append((case["name"], found, case["expected"]))
    assert wrong == []
    assert len(sample(name)["cases"]) >= 15
    assert all(case["clause"] for case in sample(name)["cases"])
    assert len({case["name"] for case in sample(name)["cases"]}) == len(sample(name)["cases"])


@pytest.mark.parametrize("name", PACK_NAMES)
def test_every_rule_fires_in_a_sample_journey(name: str) -> None:
    fired = {rule for case in sample(name)["cases"] for rule in verdict(name, case).rules}
    assert {rule.id for rule in rule_pack(name).content.rules} - fired == set()


@pytest.mark.parametrize("name", PACK_NAMES)
def test_sample_journeys_stand_on_both_sides_of_every_line_that_the_text_draws(name: str) -> None:
    for kind, values in BOUNDARIES[name]:
        worst = [
            max(
                severity(case["expected"]["outcome"])
                for case in sample(name)["cases"]
                if case.get("boundary") == {kind: value}
            )
            for value in values
        ]
        assert worst == sorted(worst), (kind, worst)
        assert worst[0] < worst[-1], (kind, worst)
        if kind != "level":
            assert worst[-2] < worst[-1], (kind, worst)


@pytest.mark.parametrize("name", PACK_NAMES)
def test_sample_journeys_meet_every_list_and_everything_a_permit_says(name: str) -> None:
    cases = sample(name)["cases"]
    for variable, reason in EXTERNAL.items():
        met = [one for one in cases if one.get("external", {}).get(variable)]
        assert reason in {one["expected"]["reason"] for one in met}, variable
    for member, reason in PERMIT.items():
        met = [
            one
            for one in cases
            if (one.get("external", {}).get("permit") or {}).get(member) is (member == "overspent")
        ]
        assert reason in {one["expected"]["reason"] for one in met}, member


@pytest.mark.parametrize("name", PACK_NAMES)
def test_emergencies_and_the_green_lane_are_not_held_up_by_lists(name: str) -> None:
    cases = [
        case
        for case in sample(name)["cases"]
        if case["expected"]["reason"] in ("emergency", "green_lane")
    ]
    assert {case["expected"]["reason"] for case in cases} == {"emergency", "green_lane"}
    for case in cases:
        told = external(name, case) | {"turned_back": True}
        if case["expected"]["reason"] == "emergency":
            told |= {"company_suspended": True, "permit": {"type": "permit", "valid": False}}
        said = decide(
            evidence(name, case), journey(name, case), told, now_ms(name, case), rule_pack(name)
        )
        assert said.outcome == "pass", case["name"]


@pytest.mark.parametrize("name", PACK_NAMES)
def test_sample_journeys_use_the_words_of_the_tablet(name: str) -> None:
    words = {
        "direction": shapes.DIRECTIONS,
        "mode": shapes.MODES,
        "purpose": shapes.PURPOSES,
        "role": (*shapes.ROLES, None),
    }
    for case in sample(name)["cases"]:
        trip = journey(name, case)
        assert all(trip[member] in known for member, known in words.items()), case["name"]
        assert trip["vehicle"]["class"] in shapes.VEHICLE_CLASSES
        assert all(one["group"] in shapes.GOODS_GROUPS for one in trip["goods"])
        assert trip["card"] is None or trip["card"]["colour"] in shapes.CARD_COLOURS


@pytest.mark.parametrize("name", PACK_NAMES)
def test_a_basis_without_a_known_number_is_marked_unconfirmed(name: str) -> None:
    for rule in rule_pack(name).content.rules:
        if "chưa" in rule.basis.document:
            assert rule.basis.unconfirmed, rule.id


@pytest.mark.parametrize("name", PACK_NAMES)
def test_nothing_in_a_pack_makes_the_rules_fail(name: str) -> None:
    """Every evidence with every level and colour, also where members are null."""
    vectors = sample(name)
    pack, now = rule_pack(name), now_ms(name)
    for shown, level, colour in product((*vectors["evidence"].values(), None), LEVELS, COLOURS):
        for direction in ("in", "out"):
            trip = vectors["journey"] | {
                "direction": direction,
                "origin": {"dataset": "2021", "code": "1"},
                "destination": None,
                "card": colour and {"colour": colour, "basis": "seen"},
                "vehicle": None,
            }
            levels = {} if level is None else {"2021:1": level}
            said = decide(shown, trip, {"levels": levels, "permit": None}, now, pack)
            assert "rules_error" not in said.reasons


@pytest.mark.parametrize("name", PACK_NAMES)
def test_every_reason_expected_of_a_pack_has_a_line_to_read(name: str) -> None:
    reasons = rule_pack(name).content.reasons()
    assert all(reasons[case["expected"]["reason"]].vi for case in sample(name)["cases"])
    assert {"rules_error", "rules_missing", "rules_stale"} <= set(reasons)


def test_one_reason_reads_the_same_in_every_pack_where_it_means_the_same() -> None:
    """Codes that officers of two provinces compare; forged documents and cards differ by text."""
    shared = {*EXTERNAL.values(), *PERMIT.values(), "emergency", "grace_departed"} - {"list_check"}
    for code in shared:
        lines = {
            json_of(rule["reason"])
            for name in PACK_NAMES
            for rule in pack_content(name)["rules"]
            if rule["reason"]["code"] == code
        }
        assert len(lines) == 1, lines


def json_of(reason: dict[str, Any]) -> tuple[str, str]:
    return reason["vi"], reason["en"]


def test_the_same_pc_covid_code_is_judged_by_the_card_that_was_seen() -> None:
    outcomes = [
        ninh_thuan(4, {"card": {"colour": colour, "basis": "seen"}}, "pc_covid")
        for colour in ("green", "yellow", "none")
    ]
    assert outcomes == [severity("pass"), severity("refer"), severity("turn_back")]


def test_a_better_card_is_never_worse_in_ninh_thuan() -> None:
    for shown, level in product((*sample("ninh_thuan_2021_10")["evidence"], None), (1, 2, 3, 4)):
        outcomes = [
            ninh_thuan(level, {"card": {"colour": colour, "basis": "seen"}}, shown)
            for colour in ("green", "yellow", "none")
        ]
        assert all(better <= worse for better, worse in pairwise(outcomes)), (shown, level)


def test_a_driver_with_goods_is_never_turned_back_in_ninh_thuan() -> None:
    goods = [{"group": "production_materials", "perishable": False}]
    lists = {"turned_back": True, "company_suspended": True, "permit": {"valid": False}}
    for shown, level, colour, told in product(
        (*sample("ninh_thuan_2021_10")["evidence"], None), (1, 2, 3, 4), COLOURS, ({}, lists)
    ):
        card = colour and {"colour": colour, "basis": "seen"}
        outcome = ninh_thuan(level, {"goods": goods, "card": card}, shown, told)
        assert outcome < severity("turn_back")
        if shown in (None, "pc_covid", "cccd", "declaration", "pass", "hc1"):
            assert outcome == severity("pass")


def ninh_thuan(
    level: int, trip: dict[str, Any], shown: str | None, told: dict[str, Any] | None = None
) -> int:
    name = "ninh_thuan_2021_10"
    vectors = sample(name)
    said = decide(
        vectors["evidence"][shown] if shown else None,
        vectors["journey"] | trip | {"origin": {"dataset": "2021", "code": "22738"}},
        {"levels": {"2021:22738": level}, **(told or {})},
        now_ms(name),
        rule_pack(name),
    )
    return severity(said.outcome)


def test_the_page_of_packs_says_what_the_packs_say() -> None:
    found = PAGE.read_text("utf-8")
    assert found == page(found), "write it anew: python -m tests.rules.packs_page"
