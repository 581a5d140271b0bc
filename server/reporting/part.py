"""A report that a unit below handed up, as a part of its superior's: what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.reporting.completeness import Place


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's issued report by number and digest, with its figures by period.

    `checkpoints`: the ids of all that it counted; `complete` of them had said all they had, out of
    `active`. `parts` and `missing` are of the units below that unit.
    """

    unit: Place
    number: str
    sha256: str
    figures: Mapping[str, Mapping[str, int]]
    checkpoints: tuple[str, ...]
    active: int
    complete: int
    parts: tuple[Part, ...] = ()
    missing: tuple[Place, ...] = ()

    @property
    def is_complete(self) -> bool:
        below = all(one.is_complete for one in self.parts)
        return self.complete == self.active and not self.missing and below

    @property
    def counted(self) -> frozenset[str]:
        """Its checkpoints and those of the units below it."""
        return frozenset(self.checkpoints).union(*(one.counted for one in self.parts))
