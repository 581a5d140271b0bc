"""What a permit says of a journey, and lists about permits: vectors of both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.errors import RuleError
from rules.permit_lists import parse_permit_lists
from rules.permits import (
    goods_first,
    is_company_suspended,
    permit_again,
    permit_of,
    permit_subject,
    said_of,
    uses_of,
)
from tests.rules.journeys import VECTORS

PERMITS = json.loads((VECTORS / "permits.json").read_text("utf-8"))
CASES = [pytest.param(one, id=one["name"]) for one in PERMITS["cases"]]
PRIORITY = [pytest.param(one, id=one["name"]) for one in PERMITS["priority"]]
REFUSED = [pytest.param(one, id=one["name"]) for one in PERMITS["refused"]]


@pytest.mark.parametrize("case", CASES)
def test_a_permit_says_what_the_vectors_say(case: Any) -> None:
    lists, now_ms = parse_permit_lists(case["lists"]), case["now_ms"]
    uses = uses_of(case["uses_ms"], now_ms)
    found = permit_of(case["evidence"], case["journey"], now_ms, uses, lists)
    assert found == case["permit"]
    assert is_company_suspended([case["evidence"]], now_ms, lists) is case["company_suspended"]


@pytest.mark.parametrize("case", CASES)
def test_what_a_crossing_keeps_is_enough_to_decide_again(case: Any) -> None:
    subject = permit_subject(case["evidence"])
    if subject is None:
        return
    lists, now_ms = parse_permit_lists(case["lists"]), case["now_ms"]
    kept = {**said_of(subject, case["journey"], now_ms), "status": case["evidence"]["status"]}
    assert permit_again(kept, now_ms, uses_of(case["uses_ms"], now_ms), lists) == case["permit"]


@pytest.mark.parametrize("case", PRIORITY)
def test_goods_go_first_as_the_vectors_say(case: Any) -> None:
    lists = parse_permit_lists(case["lists"])
    assert goods_first(case["goods"], case["province"], lists) == case["first"]


@pytest.mark.parametrize("case", REFUSED)
def test_lists_are_refused_with_the_place(case: Any) -> None:
    with pytest.raises(RuleError) as caught:
        parse_permit_lists(case["lists"])
    assert (caught.value.code, caught.value.at) == (case["error"], case["at"])
