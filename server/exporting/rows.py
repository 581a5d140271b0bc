"""What every table of an export is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.exporting.reasons import ReasonWords
from server.store.export_protocol import Column, Style, Value

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows, and how they look. `n`: as of this log number, None: as far as the view is."""

    table: str
    window: tuple[int, int]
    checkpoints: tuple[str, ...]
    columns: Sequence[Column]
    style: Style
    unmasked: bool
    n: int | None
    came_after: int
    reasons: ReasonWords | None = None
    """The words of reason codes, where the file is for people."""
    destinations: tuple[str, ...] = ()
    """For arrivals: the communes ("<dataset>-<code>") that were named."""


class Rows(Protocol):
    """Rows in portions. `total` and `counted` are crossings, or whatever a position counts."""

    n: int
    total: int
    counted: int

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        """(position after it, its rows) of each portion from `position` on."""
