"""Shifts as people see them: a part of `Store`. Kind `shift`, schemas/shift_record.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift as a list shows it; times are Unix ms, `closed_ms` None while it runs.

    `lead` and `opened_by` are officer ids. `asked` and `waiting`: decisions asked for, and those
    nobody has given. `crossings` as it was handed over, None before.
    """

    record: str
    checkpoint: str
    opened_ms: int
    due_ms: int | None
    closed_ms: int | None
    lead: str
    opened_by: str
    members: int
    asked: int
    waiting: int
    crossings: int | None


@dataclass(frozen=True, slots=True)
class ShiftWhole:
    """One shift from all that is stored, person parts opened.

    `roster` and `consults` are items by name, merged; `over` is, by register path, what a new
    write stands above (SPEC R2).
    """

    row: ShiftRow
    fields: dict[str, Any]
    roster: dict[str, dict[str, Any]]
    consults: dict[str, dict[str, Any]]
    over: dict[str, tuple[str, ...]]


class ShiftStore(Protocol):
    """Every caller writes the audit entry first."""

    def running_shifts(self, since_ms: int) -> list[ShiftRow]:
        """Shifts opened since then that nobody has handed over, by checkpoint, newest first."""

    def shifts(
        self, checkpoints: Sequence[str], after: str, limit: int
    ) -> tuple[list[ShiftRow], str]:
        """All shifts, newest first, and the key to continue after ("" at the end).

        No checkpoints: of all. ValueError for a key that is none.
        """

    def shift(self, record: str) -> ShiftWhole | None:
        """One shift, also what the projector has not seen yet."""
