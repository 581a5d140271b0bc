"""What was forgotten, and what is to be: values that people and programs are told. SPEC G."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

OF_ALERTS = "alerts"


class Target(NamedTuple):
    """An event whose person part is to be forgotten: its reference and its checkpoint.

    `destination`: the commune as in "2021-22849" where it is an arrival, OF_ALERTS where it is
    an alert, else empty.
    """

    ref: str
    home: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class DayPurge:
    """One day: person parts that went, those that are kept for a case, and what proves it.

    `sha256` names every person part that the day ever had (`server.store.log.purge.day_parts`).
    `is_change`: not where all that was left is kept.
    """

    day: str
    persons: int
    kept: int
    sha256: str = ""
    is_change: bool = True


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge destroyed, day by day; days of which nothing was left are not in it."""

    each: tuple[DayPurge, ...]

    @property
    def days(self) -> int:
        return sum(one.is_change for one in self.each)

    @property
    def persons(self) -> int:
        return sum(one.persons for one in self.each)

    @property
    def kept(self) -> int:
        """Person parts that stay for a case."""
        return sum(one.kept for one in self.each)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What went, and how many old events have to stay."""

    events: int
    crossings: int
    kept: int
