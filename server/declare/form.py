"""What somebody declares: the fields of the form, judged, as claims of a declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules.signs import SYMPTOMS
from server.issuing.columns import (
    ADDRESS,
    BIRTH,
    ID_NUMBER,
    NAME,
    PHONE,
    PLATE,
    REASON,
    SEX,
    Column,
    required,
)
from server.issuing.places import Known
from server.issuing.rows import Cells, RowError, claims_of
from server.issuing.values import VIETNAM, folded, has_control_characters, tidy

ANSWERS = ("yes", "no")
PLACES = ("origin", "destination")
MAX_PLACE_CHARACTERS = 60
MAX_REASON_CHARACTERS = 40
COLUMNS: tuple[Column, ...] = (
    required(NAME),
    required(BIRTH),
    SEX,
    required(ID_NUMBER),
    required(PHONE),
    required(replace(ADDRESS, limit=120)),
    PLATE,
    replace(REASON, limit=MAX_REASON_CHARACTERS),
)


def read_form(
    fields: Mapping[str, str], symptoms: Sequence[str], places: Sequence[Known], now_ms: int
) -> tuple[dict[str, Any], list[RowError], Cells]:
    """(claims, errors, the fields as read). The claims are whole only when there is no error."""
    names = (*(column.name for column in COLUMNS), *PLACES, "symptomatic", "exposure")
    cells = {name: text for name in names if (text := tidy(fields.get(name, "")[:1000]))}
    errors: list[RowError] = []
    claims = claims_of(COLUMNS, 0, cells, errors)
    today = datetime.fromtimestamp(now_ms / 1000, VIETNAM).date().isoformat()
    if claims.get("b", "") > today:
        errors.append(RowError(0, "birth_date", "future"))
    unlisted = _places(cells, places, claims, errors)
    for name in ("symptomatic", "exposure"):
        if cells.get(name) not in ANSWERS:
            errors.append(RowError(0, name, "answer"))
    named = [one for one in SYMPTOMS if one in symptoms]
    if cells.get("symptomatic") == "yes" and not named:
        errors.append(RowError(0, "symptomatic", "answer"))
    # Whoever ticks a symptom has one, whatever the answer above says.
    claims["y"] = named
    claims["x"] = cells.get("exposure") == "yes"
    if unlisted:
        claims["r"] = "; ".join([*([claims["r"]] if "r" in claims else []), *unlisted])
    return claims, errors, cells


def _places(
    cells: Cells, places: Sequence[Known], claims: dict[str, Any], errors: list[RowError]
) -> list[str]:
    """Places by name become claims o and d; those nobody lists are said in words."""
    by_name = {folded(one.name): one.place for one in places}
    unlisted = []
    for name, claim, vi in (("origin", "o", "Nơi đi"), ("destination", "d", "Nơi đến")):
        text = cells.get(name, "")
        if not text:
            errors.append(RowError(0, name, "missing"))
        elif len(text) > MAX_PLACE_CHARACTERS:
            errors.append(RowError(0, name, "long", {"limit": MAX_PLACE_CHARACTERS}))
        elif has_control_characters(text):
            errors.append(RowError(0, name, "control"))
        elif folded(text) in by_name:
            claims[claim] = by_name[folded(text)]
        else:
            unlisted.append(f"{vi}: {text}")
    return unlisted
