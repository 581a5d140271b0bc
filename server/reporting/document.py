"""One report: what was counted, for when, from how much of the log, and what may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.reporting.completeness import Completeness, Place
from server.reporting.figures import Counted
from server.reporting.goods import GoodsLine
from server.reporting.part import Part


@dataclass(frozen=True, slots=True)
class Report:
    """A report for the cut-off `at_ms`.

    A draft before the cut: its data end at `until_ms`. `n` and `epoch` name the log it was counted
    from. `before`: the same figures for the cut before this one and for this cut a day earlier.
    `area` names the place it is about ("" = all). `parts` are the reports of units below, which are
    in all sums but not in `by_checkpoint`; `missing` the units that have handed up none.
    """

    unit: str
    at_ms: int
    until_ms: int
    made_ms: int
    n: int
    epoch: int
    checkpoints: tuple[Place, ...]
    periods: tuple[Counted, ...]
    goods: tuple[GoodsLine, ...]
    before: Mapping[str, Counted]
    completeness: Completeness
    area: str = ""
    parts: tuple[Part, ...] = ()
    missing: tuple[Place, ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.until_ms < self.at_ms

    @property
    def is_complete(self) -> bool:
        """Whether every checkpoint and every unit below has said all it has."""
        return (
            self.completeness.is_complete
            and not self.missing
            and all(one.is_complete for one in self.parts)
        )
