"""Commune, district, province: what units below handed up is added to what was counted here.

Only what can be added is: the same cut-off, the same periods, no checkpoint twice. A unit that has
handed up nothing is named in the report and never estimated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.reporting.completeness import Completeness, Place
from server.reporting.document import Report
from server.reporting.figures import Counted
from server.reporting.goods import GoodsLine
from server.reporting.part import Part
from server.reporting.periods import DAY_MS, day_start_ms, previous_cut_ms


@dataclass(frozen=True, slots=True)
class HandedUp:
    """One unit's report, opened and found to be what the unit signed."""

    unit: Place
    number: str
    sha256: str
    report: Report

    @property
    def part(self) -> Part:
        report = self.report
        return Part(
            self.unit,
            self.number,
            self.sha256,
            {one.period.name: one.total for one in report.periods},
            tuple(one.id for one in report.checkpoints),
            report.completeness.checkpoints,
            report.completeness.complete,
            report.parts,
            report.missing,
        )


class CountedTwiceError(ValueError):
    """A checkpoint is in two of the reports to be added; the arguments are its id and both."""


def rolled_up(own: Report, handed_up: Sequence[HandedUp], missing: Sequence[Place]) -> Report:
    """`own` with all that was handed up for the same cut. Raises CountedTwiceError."""
    parts = tuple(one.part for one in handed_up)
    _refuse_twice(own, parts)
    reports = [own, *(one.report for one in handed_up)]
    return replace(
        own,
        periods=tuple(_sum([one.periods[at] for one in reports]) for at in range(len(own.periods))),
        before={name: _sum([one.before[name] for one in reports]) for name in own.before},
        goods=_goods(line for one in reports for line in one.goods),
        completeness=_complete(own.completeness, [one.completeness for one in reports]),
        parts=parts,
        missing=tuple(missing),
    )


def _refuse_twice(own: Report, parts: Sequence[Part]) -> None:
    seen = {one.id: own.unit for one in own.checkpoints}
    for part in parts:
        for checkpoint in sorted(part.counted):
            if checkpoint in seen:
                raise CountedTwiceError(checkpoint, seen[checkpoint], part.unit.name)
            seen[checkpoint] = part.unit.name


def _sum(counted: Sequence[Counted]) -> Counted:
    """In the period of the first; whoever was activated earlier begins the period earlier."""
    first = counted[0]
    from_ms = min(one.period.from_ms for one in counted)
    total: Counter[str] = Counter()
    violations: Counter[str] = Counter()
    hours: dict[str, Counter[str]] = {}
    for one in counted:
        total.update(one.total)
        violations.update(one.violations)
        for hour, some in one.by_hour.items():
            hours.setdefault(hour, Counter()).update(some)
    return Counted(
        replace(first.period, from_ms=from_ms),
        {name: total[name] for name in first.total},
        first.by_checkpoint,
        dict(sorted(violations.items())),
        {hour: dict(sorted(some.items())) for hour, some in sorted(hours.items())},
        sum(one.compacted for one in counted),
    )


def _goods(lines: Iterable[GoodsLine]) -> tuple[GoodsLine, ...]:
    """Added within direction, group and unit; a mean only where every unit has one."""
    found: dict[tuple[str, str, str], GoodsLine] = {}
    for line in lines:
        key = (line.direction, line.group, line.unit)
        known = found.get(key)
        found[key] = line if known is None else _both(known, line)
    return tuple(found[key] for key in sorted(found))


def _both(one: GoodsLine, other: GoodsLine) -> GoodsLine:
    means = (one.mean, other.mean)
    mean = None if None in means else round(sum(value or 0.0 for value in means), 3)
    return replace(
        one,
        quantity=round(one.quantity + other.quantity, 3),
        lines=one.lines + other.lines,
        perishable_lines=one.perishable_lines + other.perishable_lines,
        mean=mean,
    )


def _complete(own: Completeness, every: Sequence[Completeness]) -> Completeness:
    """Counts of all; gaps are this server's own, those of a unit are the unit's to close."""
    return replace(
        own,
        checkpoints=sum(one.checkpoints for one in every),
        complete=sum(one.complete for one in every),
    )


def fits(report: Report, own: Report) -> bool:
    """Whether a unit's report is about the same cut and periods (that since activation aside)."""
    same_cut = report.at_ms == own.at_ms and not report.is_draft
    return same_cut and starts_of(report) == starts_of(own)


def starts_of(report: Report) -> dict[str, int]:
    """When each period of a report begins that is the same for every unit."""
    periods = {one.period.name: one.period.from_ms for one in report.periods}
    before = {name: one.period.from_ms for name, one in report.before.items()}
    return {"cut": periods["cut"], "day": periods["day"], **before}


def starts_at(at_ms: int, hours: Sequence[int]) -> dict[str, int]:
    """The same for a cut-off here."""
    cut_ms = previous_cut_ms(at_ms, hours)
    return {
        "cut": cut_ms,
        "day": day_start_ms(at_ms),
        "previous_cut": previous_cut_ms(cut_ms, hours),
        "previous_day": cut_ms - DAY_MS,
    }
