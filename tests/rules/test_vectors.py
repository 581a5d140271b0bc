"""Questions and answers that both languages share: expressions, verdicts, refused packs, levels."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.rules.batch import Answers, canonical
from tests.rules.journeys import VECTORS

FILES = ("expressions", "verdicts", "levels", "watchlist", "grace")
CASES = [
    pytest.param(case, id=f"{file}: {case['name']}")
    for file in FILES
    for case in json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
]
REFUSED = json.loads((VECTORS / "packs_refused.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_vectors(case: Any) -> None:
    answers = Answers()
    found = [answers.of(line) for line in case["lines"]]
    assert canonical(found) == canonical(case["answers"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in REFUSED["cases"]])
def test_packs_are_refused_with_the_place(case: Any) -> None:
    answers = [Answers().of({"pack": pack}) for pack in changed_packs(case)]
    assert answers
    assert answers == [{"error": case["error"], "at": case["at"]}] * len(answers)


def test_the_pack_that_is_changed_is_good() -> None:
    assert Answers().of({"pack": REFUSED["pack"]}) == {"result": ["a", "b"]}


def changed_packs(case: Any) -> list[Any]:
    """The good pack with one member at each bad value, or left out."""
    packs = []
    for value in [*case["values"], *[None] * case["absent"]]:
        pack = copy.deepcopy(REFUSED["pack"])
        *way, last = case["path"]
        holder = pack["content"]
        for step in way:
            holder = holder[step]
        holder[last] = value
        packs.append(pack)
    if case["absent"]:
        del holder[last]
    return packs
