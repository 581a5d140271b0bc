"""The packs of this repository and the sample journeys written for them, as tests read them.

Read once and shared: copy before changing.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from rules.dates import parse_instant
from rules.levels import levels_at, parse_levels
from rules.pack import RulePack, parse_rule_pack

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "rules" / "packs"
VECTORS = ROOT / "tests" / "vectors" / "rules"
ISSUED_AT = "2026-11-20T00:00:00Z"
PACK_NAMES = ("ha_dong_2021_08", "ninh_thuan_2021_10")


@cache
def pack_content(name: str) -> Any:
    """The JSON of a pack."""
    return json.loads((PACKS / f"{name}.json").read_text("utf-8"))


@cache
def rule_pack(name: str) -> RulePack:
    """A pack as if published two days before the journeys."""
    return parse_rule_pack(name, 1, ISSUED_AT, pack_content(name))


@cache
def sample(name: str) -> Any:
    """A pack's file of journeys."""
    return json.loads((VECTORS / f"{name}_journeys.json").read_text("utf-8"))


def now_ms(name: str) -> int:
    """When the journeys of a pack take place."""
    return parse_instant(sample(name)["now"])


@cache
def external(name: str) -> dict[str, Any]:
    """`external` of decide() for a pack's journeys."""
    windows = parse_levels(pack_content(sample(name)["levels"]))
    return {"levels": levels_at(windows, now_ms(name))}
