"""Every goods line of a period as it counts: what was turned back did not go through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.permit_lists import PermitLists
from rules.permits import goods_first
from server.exporting.opened import ChosenCrossings, CrossingLine
from server.places.units import folded, unit
from server.reporting.periods import Period
from server.store.protocol import Store

PLACE_DIGITS = {"province": 2, "district": 3, "commune": 5}
"""How many digits the code of a unit has, by its level."""

Products = Mapping[str, Sequence[str]]
"""Product → the words that a description of it has; marks and case do not matter."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One goods line; `quantity` is None where it or its unit was not written.

    `origin` and `destination` are "<dataset>-<code>" at the asked level, "" where nobody said.
    `product` is one of those asked for, "" where the description names none or is gone.
    """

    direction: str
    group: str
    product: str
    unit: str
    quantity: float | None
    is_perishable: bool
    is_priority: bool
    origin: str
    destination: str
    is_turned_back: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How lines are read: the level of places, the products to look for, what goes first where."""

    level: str
    products: Products
    lists: PermitLists
    provinces: Mapping[str, str]
    """Checkpoint → its province."""


def moved(
    store: Store, period: Period, checkpoints: Sequence[str], n: int, how: Reading
) -> Iterator[Moved]:
    """The goods lines of all crossings of the period that count, as of log number `n`."""
    window = (period.from_ms, period.to_ms)
    words = {
        name: [_pattern(one) for one in some if folded(one)] for name, some in how.products.items()
    }
    for whole in ChosenCrossings(store, window, checkpoints, n, _has_goods).each():
        province = how.provinces.get(whole.row.checkpoint, "")
        for line in whole.goods.values():
            if line.get("removed"):
                continue
            goods = [{"group": line.get("group"), "perishable": line.get("perishable")}]
            quantity, measured = line.get("quantity"), line.get("unit")
            yield Moved(
                direction=whole.row.direction,
                group=str(line.get("group") or ""),
                product=_product(str(line.get("description") or ""), words),
                unit=str(measured) if measured and quantity is not None else "",
                quantity=float(quantity) if measured and quantity is not None else None,
                is_perishable=line.get("perishable") is True,
                is_priority=bool(goods_first(goods, province, how.lists)),
                origin=_place(line.get("origin") or whole.fields.get("origin"), how.level),
                destination=_place(
                    line.get("destination") or whole.fields.get("destination"), how.level
                ),
                is_turned_back=whole.row.action == "turned_back",
            )


def product_of(text: str) -> tuple[str, tuple[str, ...]]:
    """A product and its words as people write them: "Tôm", or "Hạt điều=điều,nhân điều".

    Raises ValueError where a name or its words are missing.
    """
    name, _, listed = text.partition("=")
    words = tuple(one.strip() for one in (listed or name).split(",") if one.strip())
    if not name.strip() or not words:
        raise ValueError(text)
    return name.strip(), words


def _has_goods(line: CrossingLine) -> bool:
    return bool(line["goods"])


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(folded(word))}\b")


def _product(description: str, words: Mapping[str, Sequence[re.Pattern[str]]]) -> str:
    """The first product that the description names, so that no line counts for two."""
    text = folded(description)
    return next((name for name, some in words.items() if any(one.search(text) for one in some)), "")


def _place(place: Any, level: str) -> str:
    """The unit of this level that holds the place; a coarser place stays as it was said."""
    if not isinstance(place, Mapping) or not place.get("code"):
        return ""
    dataset, code = str(place.get("dataset")), str(place["code"])
    found = unit(dataset, code)
    if found is None:
        return f"{dataset}-{code}"
    digits = PLACE_DIGITS[level]
    around = next((one for one in (found, *found.parents) if len(one.code) <= digits), found)
    return f"{dataset}-{around.code}"
