"""What a report does not hold because it came after it was issued. The report stays as it is.

What is counted of the log is counted twice now, as of the frozen number and as of today, so that a
compaction between cancels out. Of units below it is which reports are others than those that were
added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.reporting.completeness import Place
from server.reporting.document import Report
from server.reporting.figures import count
from server.reporting.goods import sums_of
from server.reporting.handed_up import handed_up
from server.reporting.part import Part
from server.reporting.periods import Name
from server.store.protocol import Store


@dataclass(frozen=True, slots=True)
class LaterReport:
    """A unit's report that came after issuing; `before` is what was added, None where none was."""

    unit: Place
    number: str
    before: Part | None
    figures: Mapping[str, Mapping[str, int]]

    def moved(self, period: Name) -> Mapping[str, int]:
        """How much each figure of a period differs from what was added."""
        was = {} if self.before is None else self.before.figures[period]
        now = self.figures[period]
        return {name: now[name] - was.get(name, 0) for name in now if now[name] != was.get(name, 0)}


def addendum(store: Store, report: Report) -> Mapping[Name, Mapping[str, int]]:
    """By period, each figure that differs now, and by how much; empty where nothing came."""
    ids, now = _counted(store, report)
    found: dict[Name, Mapping[str, int]] = {}
    for one in report.periods:
        before = count(store, one.period, ids, report.n).total
        after = count(store, one.period, ids, now).total
        differs = {
            name: after[name] - before[name] for name in after if after[name] != before[name]
        }
        if differs:
            found[one.period.name] = differs
    return found


@dataclass(frozen=True, slots=True)
class GoodsChange:
    """How much more went through by what came after issuing; `unit` "": lines without quantity."""

    direction: str
    group: str
    unit: str
    quantity: float
    lines: int


def goods_later(store: Store, report: Report) -> tuple[GoodsChange, ...]:
    """What the goods section, which is about the day, would say otherwise now."""
    ids, now = _counted(store, report)
    day = report.periods[1].period
    before, after = sums_of(store, day, ids, report.n), sums_of(store, day, ids, now)
    nothing = (0.0, 0, 0)
    changes = (
        GoodsChange(
            *key,
            round(after.get(key, nothing)[0] - before.get(key, nothing)[0], 3),
            after.get(key, nothing)[1] - before.get(key, nothing)[1],
        )
        for key in sorted({*before, *after})
    )
    return tuple(one for one in changes if one.quantity or one.lines)


def _counted(store: Store, report: Report) -> tuple[tuple[str, ...], int]:
    """The checkpoints that a report counted (none: all), and the log's number now."""
    known = [one.id for one in store.checkpoints()]
    asked = [one.id for one in report.checkpoints]
    ids = () if set(asked) == set(known) else tuple(asked)
    return ids, store.pin("crossings", (0, 0), (), None).n


def later_reports(store: Store, report: Report) -> list[LaterReport]:
    """What units below handed up since, for a report that has units in it."""
    if not report.parts and not report.missing:
        return []
    added = {one.unit.id: one for one in report.parts}
    expected = {*added, *(one.id for one in report.missing)}
    found, _ = handed_up(store, report)
    return [
        LaterReport(one.unit, one.number, added.get(one.unit.id), one.part.figures)
        for one in found
        if one.unit.id in expected
        and (one.unit.id not in added or added[one.unit.id].sha256 != one.sha256)
    ]
