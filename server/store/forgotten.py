"""What was forgotten, and what is to be: values that people and programs are told. SPEC G."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Target(NamedTuple):
    """An event whose person part is to be forgotten: its reference and its checkpoint.

    `destination`: the commune as in "2021-22849" where it is an arrival, else empty.
    """

    ref: str
    home: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge destroyed: keys of so many days, and the person parts under them."""

    days: int
    persons: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """What went, and how many old events have to stay."""

    events: int
    crossings: int
    kept: int
