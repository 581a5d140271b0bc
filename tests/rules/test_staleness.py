"""How old a pack may be: counted from its issue, or from when a server last confirmed it."""

from __future__ import annotations

from dataclasses import replace

from rules.decide import decide
from tests.rules.journeys import external, now_ms, rule_pack, sample

NAME = "ha_dong_2021_08"
DAY_MS = 24 * 3_600_000


def test_a_pack_confirmed_by_a_server_is_fresh_again() -> None:
    vectors = sample(NAME)
    pack, later_ms = rule_pack(NAME), now_ms(NAME) + 30 * DAY_MS
    journey = vectors["journey"] | {"purpose": "work"}
    declaration = vectors["evidence"]["declaration"]
    old = decide(declaration, journey, external(NAME), later_ms, pack)
    assert (old.outcome, old.reasons) == ("refer", ("rules_stale",))
    confirmed = replace(pack, confirmed_at_ms=later_ms - DAY_MS)
    assert decide(declaration, journey, external(NAME), later_ms, confirmed).outcome == "pass"


def test_an_old_confirmation_does_not_age_a_pack_issued_since() -> None:
    pack = rule_pack(NAME)
    assert not replace(pack, confirmed_at_ms=0).is_stale(now_ms(NAME))
