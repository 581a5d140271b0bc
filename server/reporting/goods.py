"""The goods section: in and out by group, summed only within one unit, unknowns counted beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.reporting.figures import rows_of
from server.reporting.periods import DAY_MS, Period
from server.store.protocol import Store

MEAN_DAYS = 7
Key = tuple[str, str, str]
"""Direction, group, unit; "" as unit where no quantity was said."""
_COLUMNS = ("direction", "action", "group", "quantity", "unit", "perishable", "flags")


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One group in one direction and unit; "" as unit: how many lines said no quantity.

    `mean` is that of the same hours on the seven days before, None where there was none.
    """

    direction: str
    group: str
    unit: str
    quantity: float
    lines: int
    perishable_lines: int
    mean: float | None


def goods_of(
    store: Store, period: Period, checkpoints: Sequence[str], n: int
) -> tuple[GoodsLine, ...]:
    """What went through in the period, or did in the same hours of the days before.

    What was turned back did not go through.
    """
    now = sums_of(store, period, checkpoints, n)
    before: dict[Key, float] = {}
    days = 0
    for day in range(1, MEAN_DAYS + 1):
        shifted = Period(period.name, period.from_ms - day * DAY_MS, period.to_ms - day * DAY_MS)
        some = sums_of(store, shifted, checkpoints, n)
        days += bool(some)
        for key, (quantity, _, _) in some.items():
            before[key] = before.get(key, 0.0) + quantity
    # What went through on the days before and does not now is news as well.
    nothing = {key: (0.0, 0, 0) for key, quantity in before.items() if quantity}
    return tuple(
        GoodsLine(*key, round(quantity, 3), lines, perishable, _mean(before.get(key, 0.0), days))
        for key, (quantity, lines, perishable) in sorted((nothing | now).items())
    )


def _mean(total: float, days: int) -> float | None:
    return None if days == 0 else round(total / days, 3)


def sums_of(
    store: Store, period: Period, checkpoints: Sequence[str], n: int
) -> dict[Key, tuple[float, int, int]]:
    """(quantity, lines, perishable lines) of what went through, by direction, group and unit."""
    sums: dict[Key, tuple[float, int, int]] = {}
    for row in rows_of(store, "goods", period, checkpoints, n, _COLUMNS):
        if row["action"] == "turned_back":
            continue
        known = row["quantity"] is not None and row["unit"] != ""
        key = (str(row["direction"]), str(row["group"]), str(row["unit"]) if known else "")
        quantity, lines, perishable = sums.get(key, (0.0, 0, 0))
        more = float(row["quantity"]) if known else 0.0
        sums[key] = (quantity + more, lines + 1, perishable + int(bool(row["perishable"])))
    return sums
