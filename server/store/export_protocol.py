"""Exports as the store gives them: columns, how values look, and crossings pinned at one number."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.store.view_protocol import CrossingWhole

PAGE = 2_000
"""Crossings in one portion: a read of some milliseconds."""

Value = str | int | float | None
Kind = Literal["text", "moment", "whole", "number", "flag"]
"""`moment`: Unix milliseconds, shown as the style says; `flag`: yes or no."""


class ViewChangedError(Exception):
    """The view was made anew while it was read: pin again at the same number and go on."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its wire name, what kind of value it holds, and its vocabulary if it has one."""

    name: str
    kind: Kind = "text"
    vocabulary: str = ""
    """Key into the style's words; "place" names administrative units."""
    many: bool = False
    """A JSON list in the view, one text with "; " in a file."""
    free: bool = False
    """Written by people or read off their documents, so it may be meant to harm."""


@dataclass(frozen=True, slots=True)
class Style:
    """How values look in a file.

    `moments`: "ms" as stored (typed formats make dates of them), "local" Vietnamese wall time,
    "iso" with its offset. `words`: vocabulary → wire word → what is shown; a word that is missing
    is shown as it stands. `place` names "<dataset>-<code>". `defused`: no free text begins with
    what a spreadsheet would run. `reasons` gives the words of a checkpoint's JSON list of reason
    codes, asked for as one text, the checkpoint before the list, and defused; None: the codes.
    """

    moments: Literal["ms", "local", "iso"]
    words: Mapping[str, Mapping[str, str]]
    place: Callable[[str], str]
    defused: bool
    reasons: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """The crossings that lay in the window when the log had `n` numbers, in order of time.

    Eight bytes a crossing, so that no read has to last as long as the export. `view`: the file
    whose row numbers these are.
    """

    n: int
    ids: array[int]
    counted: int
    """How many of them count: neither voided nor a duplicate."""
    view: int


class ExportStore(Protocol):
    """Tables for files, a part of `Store`; every caller writes the audit entry first."""

    def export_columns(self, table: str) -> Sequence[Column]:
        """The columns of "crossings", "turn-backs", "goods" or "passengers"."""

    def pin(
        self,
        table: str,
        window: tuple[int, int],
        checkpoints: Sequence[str],
        n: int | None,
        came_after: int = 0,
    ) -> Pinned:
        """The crossings of from ≤ occurred < to as of log number `n`, None: as far as projected.

        `came_after`: only those that came after that number.
        Raises ViewMissingError where nothing was projected: an empty export would be believed.
        """

    def export_page(
        self, table: str, pinned: Pinned, position: int, columns: Sequence[Column], style: Style
    ) -> list[tuple[Value, ...]]:
        """The rows of the next PAGE crossings from `position` on. Raises ViewChangedError."""

    def export_persons(self, pinned: Pinned, position: int) -> list[CrossingWhole]:
        """The same crossings with their person parts opened. Raises ViewChangedError."""

    def export_done(self) -> None:
        """What was read to make rows may be given back before they become a file."""
