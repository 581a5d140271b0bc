"""Whatever somebody writes into a rule file, it is judged: findings or RuleError, never a crash."""

from __future__ import annotations

import random
from typing import Any

import pytest

from rules import RuleError
from rules.authoring import (
    check_pack,
    explain,
    open_rules,
    parse_samples,
    published_ahead,
    with_effective_from,
)
from rules.pack import RulePack, parse_pack_content
from tests.rules.journeys import PACK_NAMES, PACKS, pack_content, sample
from tests.rules.test_differential import mutated
from tests.rules.writing import NOW_MS

LEVELS = {path.stem: pack_content(path.stem) for path in PACKS.glob("levels_*.json")}
CHANGES = 60
DAY_MS = 86_400_000


def changed(rng: random.Random, value: Any) -> Any:
    for _ in range(rng.randint(1, 3)):
        value = mutated(rng, value)
    return value


@pytest.mark.parametrize("name", PACK_NAMES)
def test_changed_packs_and_journeys_are_judged(name: str, rng: random.Random) -> None:
    refused = 0
    for _ in range(CHANGES):
        content = changed(rng, pack_content(name))
        file = changed(rng, {**sample(name), "cases": rng.sample(sample(name)["cases"], 3)})
        try:
            cases = parse_samples(file, LEVELS, NOW_MS).cases
        except RuleError:
            cases = ()
        open_rules(content)
        pack, findings = check_pack(with_effective_from(content, NOW_MS), cases, NOW_MS)
        if pack is None:
            assert findings
            refused += 1
            continue
        for case in cases:
            given = RulePack("rules", 1, case.now_ms, pack)
            said = explain(case.evidence, case.journey, case.external, case.now_ms, given)
            fired = {one.rule.id for one in said.rules if one.state == "fired"}
            failed = {one.rule.id for one in said.rules if one.state == "failed"}
            if "rules_error" in said.verdict.reasons:
                assert failed == set(said.verdict.rules)
            else:
                assert fired == set(said.verdict.rules)
        filled = with_effective_from(content, NOW_MS + DAY_MS)
        ahead = published_ahead(pack_content(name), 1, filled, NOW_MS + DAY_MS, NOW_MS)
        parse_pack_content(ahead)
    assert 0 < refused < CHANGES
