"""A level suggested from indicators: incidence, one-dose share, treatment capacity.

The cut points are data and marked unconfirmed. A suggestion is no level: a person fills in the
level and a name, and only then does the file import (`server/levels/rows.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rules.errors import RuleError
from rules.shape import Shape
from rules.values import checked
from server.issuing.columns import Column
from server.issuing.rows import Cells, RowError, cells_of, matched_columns
from server.issuing.tables import Table
from server.issuing.values import folded
from server.levels.rows import PLACE_COLUMNS, place_of
from server.places.units import Unit

DEFAULT_THRESHOLDS = Path(__file__).with_name("thresholds_4800.json")
MOST_LEVEL = 4
PER = 100_000

COLUMNS: tuple[Column, ...] = (
    *PLACE_COLUMNS,
    Column("incidence", "Ca mới/100k/tuần", limit=12),
    Column("cases", "Ca mới trong tuần", limit=12),
    Column("population", "Dân số", limit=12),
    Column("one_dose", "Tiêm 1 mũi (%)", limit=12, required=True),
    Column("treatment", "Đáp ứng điều trị", limit=10, required=True),
    Column("valid_from", "Từ", limit=25),
    Column("announced_at", "Công bố lúc", limit=25),
)
OUT = (
    "Bộ mã", "Mã", "Xã", "Huyện", "Tỉnh", "Gợi ý", "Vì", "Cấp", "Người xác nhận", "Từ",
    "Công bố lúc",
)  # fmt: skip
_YES_NO = {"co": True, "yes": True, "khong": False, "no": False}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Cut points of new cases per 100,000 and week, ascending; one level more than cut points.

    `levels_from` counts from `one_dose_percent` on, `levels_below` below it.
    """

    document: str
    unconfirmed: bool
    holds_from_ms: int
    holds_to_ms: int | None
    replaced_by: str
    incidence: tuple[int, ...]
    one_dose_percent: int
    levels_below: tuple[int, ...]
    levels_from: tuple[int, ...]
    no_treatment_raises: int


@dataclass(frozen=True, slots=True)
class Indicators:
    """New cases per 100,000 and week; percent of adults with a dose; whether treatment copes."""

    incidence: float
    one_dose_percent: float
    treatment: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place, the level its indicators give, and which threshold decided, in words."""

    row: int
    place: Unit
    level: int
    because: str
    cells: Cells


def read_thresholds(path: Path) -> Thresholds:
    """Thresholds from a JSON file. Raises RuleError with the place in it, OSError, ValueError."""
    try:
        read = json.loads(path.read_text("utf-8-sig"))
    except RecursionError:
        raise RuleError("pack.limit", "/") from None
    value = checked(read, "pack")
    shape = Shape(value, "")
    cuts = _integers(shape, "incidence_per_100k_week", 1, PER)
    below = _integers(shape, "levels_below", 1, MOST_LEVEL)
    above = _integers(shape, "levels_from", 1, MOST_LEVEL)
    if not len(below) == len(above) == len(cuts) + 1 or sorted(set(cuts)) != list(cuts):
        raise RuleError("pack.field", "/incidence_per_100k_week")
    return Thresholds(
        document=shape.text("document"),
        unconfirmed=shape.flag("unconfirmed"),
        holds_from_ms=shape.instant("holds_from"),
        holds_to_ms=shape.instant_or_none("holds_to"),
        replaced_by=shape.text("replaced_by") if shape.has("replaced_by") else "",
        incidence=cuts,
        one_dose_percent=shape.integer("one_dose_percent", 0, 100),
        levels_below=below,
        levels_from=above,
        no_treatment_raises=shape.integer("no_treatment_raises", 0, 3, default=0),
    )


def suggested(of: Indicators, by: Thresholds) -> tuple[int, str]:
    """The level, and which thresholds gave it. More cases or fewer doses never give a lower one."""
    band = sum(of.incidence >= cut for cut in by.incidence)
    dosed = of.one_dose_percent >= by.one_dose_percent
    level = (by.levels_from if dosed else by.levels_below)[band]
    edges = [f"từ {cut}" for cut in by.incidence[band - 1 : band]] if band else []
    edges += [f"dưới {cut}" for cut in by.incidence[band : band + 1]]
    because = [
        f"{_number(of.incidence)} ca/100k/tuần ({' đến '.join(edges)})",
        f"tiêm 1 mũi {_number(of.one_dose_percent)}% "
        f"({'từ' if dosed else 'dưới'} {by.one_dose_percent}%)",
    ]
    if not of.treatment:
        level = min(MOST_LEVEL, level + by.no_treatment_raises)
        because.append(f"điều trị chưa đáp ứng (+{by.no_treatment_raises})")
    return level, "; ".join(because)


def suggestions(
    table: Table, by: Thresholds, dataset: str | None
) -> tuple[list[Suggestion], list[RowError]]:
    """A suggestion for each row, or none and every error. Raises TableError for the headings."""
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    found: list[Suggestion] = []
    for row in table.rows:
        cells = cells_of(row, columns, errors)
        place = place_of(row, cells, dataset, columns, errors)
        indicators = _indicators(row.number, cells, errors)
        if place is not None and indicators is not None:
            found.append(Suggestion(row.number, place, *suggested(indicators, by), cells))
    return ([] if errors else found), errors


def lines_to_confirm(found: Sequence[Suggestion]) -> list[list[str]]:
    """Rows for `OUT`, with no level and no name: both are for the person who confirms."""
    lines = []
    for one in found:
        units = {len(unit.code): unit.name for unit in (one.place, *one.place.parents)}
        names = [units.get(digits, "") for digits in (5, 3, 2)]
        times = [one.cells.get(name, "") for name in ("valid_from", "announced_at")]
        place = [one.place.dataset, one.place.code, *names]
        lines.append([*place, str(one.level), one.because, "", "", *times])
    return lines


def holds(by: Thresholds, at_ms: int) -> bool:
    """Whether the thresholds were in force then."""
    return by.holds_from_ms <= at_ms and (by.holds_to_ms is None or at_ms < by.holds_to_ms)


def _indicators(row: int, cells: Cells, errors: list[RowError]) -> Indicators | None:
    before = len(errors)
    incidence = _measure(row, "incidence", cells, PER, errors)
    if "incidence" not in cells:
        cases = _measure(row, "cases", cells, 1e9, errors)
        population = _measure(row, "population", cells, 1e9, errors)
        if cases is None or not population:
            errors.append(RowError(row, "incidence", "missing"))
        else:
            incidence = cases / population * PER
    one_dose = _measure(row, "one_dose", cells, 100, errors)
    if "one_dose" not in cells:
        errors.append(RowError(row, "one_dose", "missing"))
    treatment = _YES_NO.get(folded(cells.get("treatment", "")))
    if treatment is None:
        errors.append(RowError(row, "treatment", "choice", {"known": "có, không"}))
    if len(errors) > before or incidence is None or one_dose is None or treatment is None:
        return None
    return Indicators(incidence, one_dose, treatment)


def _measure(
    row: int, name: str, cells: Cells, most: float, errors: list[RowError]
) -> float | None:
    text = cells.get(name)
    if text is None:
        return None
    try:
        value = float(text.rstrip("% ").replace(",", "."))
    except ValueError:
        value = -1.0
    if 0 <= value <= most:
        return value
    errors.append(RowError(row, name, "measure", {"limit": f"{most:.0f}"}))
    return None


def _integers(shape: Shape, name: str, least: int, most: int) -> tuple[int, ...]:
    found: list[int] = []
    for item in shape.items(name, 16):
        if not isinstance(item, int) or isinstance(item, bool) or not least <= item <= most:
            raise shape.refused(name)
        found.append(item)
    return tuple(found)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ",")
