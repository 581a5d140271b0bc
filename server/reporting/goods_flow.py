"""Goods in and out: by group, what goes first, and from where to where, against the week before.

Quantities are summed within one unit only; lines without a quantity are counted beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from server.config import Config
from server.permits import permit_lists
from server.reporting.completeness import Place, place_of
from server.reporting.goods_moved import Moved, Products, Reading, moved
from server.reporting.periods import DAY_MS, Period
from server.store.protocol import Store

MEAN_DAYS = 7
Section = Literal["group", "priority", "route"]
SECTIONS: tuple[Section, ...] = ("group", "priority", "route")
Level = Literal["province", "district", "commune"]


@dataclass(frozen=True, slots=True)
class Key:
    """What is summed together; a section leaves empty what it does not tell apart.

    `unit` is "" for the lines that say no quantity; `product` where none of those asked for is
    named; `origin` and `destination` ("<dataset>-<code>") where nobody said.
    """

    section: Section
    direction: str
    group: str
    product: str
    origin: str
    destination: str
    unit: str


@dataclass(frozen=True, slots=True)
class FlowLine:
    """`mean`: of the same hours on the days before; None without such days or without a unit."""

    key: Key
    quantity: float
    lines: int
    perishable_lines: int
    mean: float | None

    @property
    def change(self) -> float | None:
        """How much more than the mean, as a share of it; None where there is nothing to compare."""
        return None if not self.mean else (self.quantity - self.mean) / self.mean


@dataclass(frozen=True, slots=True)
class GoodsFlow:
    """The goods of one period; `mean_days` of the seven before had any goods, `n` pins the log.

    Of `compacted` crossings, in the period and the days compared with, no goods are left (SPEC G7).
    `references` are the documents that say what goes first.
    """

    unit: str
    period: Period
    made_ms: int
    n: int
    epoch: int
    checkpoints: tuple[Place, ...]
    level: Level
    mean_days: int
    lines: tuple[FlowLine, ...]
    all_lines: int
    without_quantity: int
    without_route: int
    turned_back: int
    compacted: int
    references: tuple[str, ...]


@dataclass(slots=True)
class _Sum:
    quantity: float = 0.0
    lines: int = 0
    perishable: int = 0

    def add(self, one: Moved) -> None:
        self.quantity += one.quantity or 0.0
        self.lines += 1
        self.perishable += one.is_perishable


def goods_flow(
    store: Store,
    config: Config,
    period: Period,
    checkpoints: Sequence[str],
    now_ms: int,
    *,
    level: Level = "province",
    products: Products | None = None,
    n: int | None = None,
) -> GoodsFlow:
    """What went through in the period, as of log number `n` (None: as far as the view is).

    A period of more than a day is compared with nothing: its days would be their own mean.
    `products` None: those of the configuration. Raises RuleError where the published permit lists
    are damaged.
    """
    places = store.checkpoints()
    known = tuple(place_of(one) for one in places if not checkpoints or one.id in checkpoints)
    ids = tuple(one.id for one in known) if checkpoints else ()
    n = store.pin("crossings", (0, 0), (), n).n
    lists = permit_lists(store)
    how = Reading(
        level,
        config.priority_products if products is None else products,
        lists,
        {one.id: one.province for one in places},
    )
    lines = list(moved(store, period, ids, n, how))
    went = [one for one in lines if not one.is_turned_back]
    now = _sums(went)
    before, mean_days = _before(store, period, ids, n, how)
    return GoodsFlow(
        unit=config.unit,
        period=period,
        made_ms=now_ms,
        n=n,
        epoch=store.epoch,
        checkpoints=known,
        level=level,
        mean_days=mean_days,
        lines=tuple(_lines(now, before, mean_days)),
        all_lines=len(went),
        without_quantity=sum(one.quantity is None for one in went),
        without_route=sum(not one.origin or not one.destination for one in went),
        turned_back=len(lines) - len(went),
        compacted=_compacted(store, period, ids),
        references=tuple(one.reference for one in lists.priorities),
    )


def _compacted(store: Store, period: Period, ids: Sequence[str]) -> int:
    is_compared = period.to_ms - period.from_ms <= DAY_MS
    from_ms = period.from_ms - (MEAN_DAYS * DAY_MS if is_compared else 0)
    return store.kept_counts(from_ms, period.to_ms, ids)["crossings"]


def _before(
    store: Store, period: Period, ids: Sequence[str], n: int, how: Reading
) -> tuple[dict[Key, float], int]:
    """The sums of the same hours on the seven days before, and on how many anything went."""
    before: dict[Key, float] = {}
    if period.to_ms - period.from_ms > DAY_MS:
        return before, 0
    days = 0
    for day in range(1, MEAN_DAYS + 1):
        ago_ms = day * DAY_MS
        shifted = Period(period.name, period.from_ms - ago_ms, period.to_ms - ago_ms)
        some = _sums(one for one in moved(store, shifted, ids, n, how) if not one.is_turned_back)
        days += bool(some)
        for key, one in some.items():
            if key.unit:
                before[key] = before.get(key, 0.0) + one.quantity
    return before, days


def _lines(now: dict[Key, _Sum], before: dict[Key, float], days: int) -> Iterator[FlowLine]:
    """What moved now, and what moved in the days before and does not: that is news as well."""
    nothing = _Sum()
    for key in sorted({*now, *before}, key=_order):
        one = now.get(key, nothing)
        mean = round(before.get(key, 0.0) / days, 3) if days and key.unit else None
        yield FlowLine(key, round(one.quantity, 3), one.lines, one.perishable, mean)


def _sums(lines: Iterator[Moved] | Sequence[Moved]) -> dict[Key, _Sum]:
    sums: dict[Key, _Sum] = {}
    for one in lines:
        for key in _keys(one):
            sums.setdefault(key, _Sum()).add(one)
    return sums


def _keys(one: Moved) -> Iterator[Key]:
    yield Key("group", one.direction, one.group, "", "", "", one.unit)
    if one.is_priority or one.product:
        yield Key("priority", one.direction, one.group, one.product, "", "", one.unit)
    yield Key("route", one.direction, one.group, "", one.origin, one.destination, one.unit)


def _order(key: Key) -> tuple[int | str, ...]:
    return (
        SECTIONS.index(key.section),
        key.direction,
        key.origin,
        key.destination,
        key.group,
        key.product,
        key.unit,
    )
