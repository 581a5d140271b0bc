"""The packs of this repository and the sample journeys written for them, as tests read them.

Read once and shared: copy before changing.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from rules.dates import parse_instant
from rules.decide import Verdict, decide
from rules.levels import LevelWindow, levels_at, parse_levels
from rules.pack import RulePack, parse_rule_pack

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "rules" / "packs"
VECTORS = ROOT / "tests" / "vectors" / "rules"
ISSUED_AT = "2026-11-20T00:00:00Z"
PACK_NAMES = (
    "ha_dong_2021_08",
    "ninh_thuan_2021_10",
    "bac_giang_2021_06",
    "hcmc_2021_10",
    "khanh_hoa_2021_10",
    "an_giang_2021_10",
)


@cache
def pack_content(name: str) -> Any:
    """The JSON of a pack."""
    return json.loads((PACKS / f"{name}.json").read_text("utf-8"))


@cache
def rule_pack(name: str) -> RulePack:
    """A pack as if published this month; journeys of 2021 are before it and find it fresh."""
    return parse_rule_pack(name, 1, ISSUED_AT, pack_content(name))


@cache
def sample(name: str) -> Any:
    """A pack's file of journeys."""
    return json.loads((VECTORS / f"{name}_journeys.json").read_text("utf-8"))


def now_ms(name: str, case: Any = None) -> int:
    """When the journeys of a pack take place, or one of them that says so itself."""
    return parse_instant((case or {}).get("now", sample(name)["now"]))


def external(name: str, case: Any = None) -> dict[str, Any]:
    """`external` of decide() for a pack's journeys, or for one of them."""
    levels = levels_at(_windows(sample(name)["levels"]), now_ms(name, case))
    return {"levels": levels, **(case or {}).get("external", {})}


def evidence(name: str, case: Any) -> Any:
    """What the person of a case shows; None for nothing."""
    return sample(name)["evidence"][case["evidence"]] if case["evidence"] else None


def journey(name: str, case: Any) -> dict[str, Any]:
    """A case's journey, laid over that of its file."""
    return {**sample(name)["journey"], **case["journey"]}


def verdict(name: str, case: Any) -> Verdict:
    """What a pack says of one of its sample journeys."""
    return decide(
        evidence(name, case),
        journey(name, case),
        external(name, case),
        now_ms(name, case),
        rule_pack(name),
    )


@cache
def _windows(levels: str) -> tuple[LevelWindow, ...]:
    return parse_levels(pack_content(levels))
