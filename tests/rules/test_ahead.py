"""Published ahead: one pack says what holds until a moment and what holds from it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from rules.authoring import published_ahead, with_effective_from
from rules.dates import to_iso
from rules.decide import Verdict, decide
from rules.pack import PackContent, RulePack, parse_pack_content
from tests.rules.journeys import (
    PACK_NAMES,
    evidence,
    external,
    journey,
    pack_content,
    sample,
)
from tests.rules.writing import BORDER, NOW_MS, WORK, journeys, pack, rule

DAY_MS = 86_400_000
THEN_MS = NOW_MS + 30 * DAY_MS
CASE = journeys({"name": "đi làm"}).cases[0]


def at(content: PackContent, now_ms: int) -> Verdict:
    return decide(None, CASE.journey, {}, now_ms, RulePack("rules", 1, now_ms, content))


def same_until_then(old: Any, new: Any, merged: Any, then_ms: int = THEN_MS) -> None:
    before, after, both = (parse_pack_content(one) for one in (old, new, merged))
    for now_ms in (NOW_MS, NOW_MS + DAY_MS, then_ms - 1):
        assert at(both, now_ms).outcome == at(before, now_ms).outcome
        assert at(both, now_ms).reasons == at(before, now_ms).reasons
    for now_ms in (then_ms, then_ms + DAY_MS):
        assert at(both, now_ms) == at(after, now_ms)


def ahead(old: Any, new: Any, then_ms: int = THEN_MS, version: int = 3) -> dict[str, Any]:
    filled = with_effective_from(new, then_ms, old)
    return published_ahead(old, version, filled, then_ms, NOW_MS)


def draft(id_: str, condition: Any, **members: Any) -> dict[str, Any]:
    return {**rule(id_, condition, **members), "effective_from": None}


def otherwise(code: str, outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "reason": {"code": code, "vi": code, "en": code}}


def test_the_verdict_changes_at_the_moment_and_not_before() -> None:
    old = pack(rule("work", WORK), rule("border", BORDER, outcome="refer"))
    new = pack(draft("work", WORK, outcome="turn_back", text="work"))
    merged = ahead(old, new)
    same_until_then(old, with_effective_from(new, THEN_MS), merged)
    assert [one["id"] for one in merged["rules"]] == ["work", "work.v3", "border"]
    assert merged["otherwise_before"][0]["until"] == to_iso(THEN_MS)


def test_what_holds_where_no_rule_fires_changes_at_the_moment_too() -> None:
    old = pack(otherwise=otherwise("old", "pass"))
    new = pack(otherwise=otherwise("new", "turn_back"))
    merged = ahead(old, new)
    same_until_then(old, new, merged)
    again = ahead(merged, new)
    same_until_then(old, new, again)
    later_ms = THEN_MS + 10 * DAY_MS
    last = pack(otherwise=otherwise("last", "refer"))
    same_until_then(merged, last, ahead(merged, last, later_ms), later_ms)
    sooner_ms = THEN_MS - 10 * DAY_MS
    same_until_then(merged, last, ahead(merged, last, sooner_ms), sooner_ms)


def test_a_rule_that_stays_goes_on_without_a_seam() -> None:
    old = pack(rule("work", WORK), rule("border", BORDER))
    merged = ahead(old, pack(draft("work", WORK), draft("new", BORDER)))
    assert {
        one["id"]: one["effective_from"] for one in merged["rules"] if one["id"] != "border"
    } == {
        "work": old["rules"][0]["effective_from"],
        "new": to_iso(THEN_MS),
    }
    assert all(one.get("effective_to") is None for one in merged["rules"] if one["id"] == "work")


def test_an_open_rule_that_was_to_begin_later_begins_when_it_is_published() -> None:
    draft_pack = pack(draft("work", WORK))
    later = with_effective_from(draft_pack, THEN_MS)
    [now] = with_effective_from(draft_pack, NOW_MS, later)["rules"]
    assert now["effective_from"] == to_iso(NOW_MS)


def test_rules_that_are_over_or_would_only_begin_later_are_left_out() -> None:
    over = rule("over", WORK, effective_to="2026-11-21T00:00:00Z")
    ends = rule("ends", WORK, effective_to=to_iso(NOW_MS + DAY_MS))
    later = rule("later", WORK, effective_from=to_iso(THEN_MS))
    merged = ahead(pack(over, ends, later), pack())
    assert [(one["id"], one["effective_to"]) for one in merged["rules"]] == [
        ("ends", to_iso(NOW_MS + DAY_MS))
    ]


def test_one_reason_code_has_one_text_the_new_one() -> None:
    old = pack(rule("work", WORK, text="cũ"))
    new = pack(draft("work", WORK, text="mới", outcome="refer"))
    merged = ahead(old, new)
    assert {one["reason"]["vi"] for one in merged["rules"]} == {"mới"}
    parse_pack_content(merged)


@pytest.mark.parametrize(("old_name", "new_name"), [*pairwise(PACK_NAMES)])
def test_a_shipped_pack_gives_way_to_another_at_the_moment(old_name: str, new_name: str) -> None:
    """On every sample journey of both: until the moment the old verdict, from it on the new one."""
    old = pack_content(old_name)
    new = {**pack_content(new_name)}
    dates: dict[str, None] = {"effective_from": None, "effective_to": None}
    new["rules"] = [{**one, **dates} for one in new["rules"]]
    merged = parse_pack_content(ahead(old, new))
    before, after = parse_pack_content(old), parse_pack_content(with_effective_from(new, THEN_MS))
    for name in (old_name, new_name):
        for case in sample(name)["cases"]:
            shown = evidence(name, case), journey(name, case), external(name, case)
            for moment_ms, content in ((THEN_MS - 1, before), (THEN_MS, after)):
                packs = (RulePack("rules", 1, moment_ms, one) for one in (content, merged))
                one, both = (decide(*shown, moment_ms, pack) for pack in packs)
                assert (one.outcome, one.reasons) == (both.outcome, both.reasons), case["name"]


def test_a_versioned_name_is_an_id_and_never_one_that_is_taken() -> None:
    long = "a" * 64
    old = pack(rule(long, WORK, text="x"), rule("b", WORK), rule("b.v3", WORK))
    old["rules"][0]["reason"]["code"] = "long"
    new = pack(draft("b", BORDER), draft("b.v3", BORDER))
    new["rules"].append({**old["rules"][0], "condition": BORDER, "effective_from": None})
    for one in (*old["rules"], *new["rules"]):
        one["reason"]["code"] = one["reason"]["code"].replace(".", "_")
    ids = [one["id"] for one in ahead(old, new)["rules"]]
    assert len(ids) == len(set(ids)) == 6
    parse_pack_content(ahead(old, new))
