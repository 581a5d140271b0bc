"""Signs of illness that a checkpoint asks for, and those of which the health service hears at once.

The list is that of the health declaration; "ho, sốt, khó thở lập tức phải báo" is Bắc Giang's plan
of 6/2021. Whether people are asked at all stands in the rule pack (`signs`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, TypeAlias

SYMPTOMS = ("fever", "cough", "short_breath", "sore_throat", "taste_loss", "fatigue")
ALARMING = ("fever", "cough", "short_breath")
FEVER_C = 37.5
"""From here on a measured temperature is fever."""

Asking: TypeAlias = Literal["skip", "offer", "ask"]
ASKING: tuple[Asking, ...] = ("skip", "offer", "ask")
"""Nobody is asked; an officer may ask; everybody is asked."""


def noted_health(
    symptoms: Collection[object] | None, temperature_c: float | None, exposure: bool | None
) -> dict[str, Any] | None:
    """What rules see of it (`journey.health`); None where nobody was asked anything."""
    if symptoms is None and temperature_c is None and exposure is None:
        return None
    found = set(alarming_signs(symptoms or (), temperature_c)) | {
        one for one in symptoms or () if isinstance(one, str)
    }
    return {"symptoms": [one for one in SYMPTOMS if one in found], "exposure": exposure}


def alarming_signs(symptoms: Collection[object], temperature_c: float | None) -> tuple[str, ...]:
    """Which of fever, cough and trouble breathing somebody has, in this order."""
    found = {one for one in symptoms if isinstance(one, str)}
    if temperature_c is not None and temperature_c >= FEVER_C:
        found.add("fever")
    return tuple(one for one in ALARMING if one in found)
