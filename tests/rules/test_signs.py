"""What is noted of somebody's health: vectors that TypeScript passes too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rules.signs import alarming_signs, noted_health

VECTORS = Path(__file__).parents[1] / "vectors" / "rules" / "signs.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_noted_is_what_rules_and_the_health_service_see(case: dict[str, Any]) -> None:
    symptoms, temperature_c = case["symptoms"], case["temperature_c"]
    assert noted_health(symptoms, temperature_c, case["exposure"]) == case["health"]
    assert list(alarming_signs(symptoms or (), temperature_c)) == case["alarming"]
