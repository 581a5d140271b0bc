"""What tablets note besides crossings: violations, incidents, quick tests, queues.

A part of `Store`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.store.view_protocol import CrossingRow, Write

NOTED = ("violation", "incident", "quick_test", "queue")
"""The kinds that stand in the book of a checkpoint («sổ việc»)."""


@dataclass(frozen=True, slots=True)
class NotedQuery:
    """Which: of a kind ("" any), from_ms ≤ occurred < to_ms, at these checkpoints (none: all)."""

    kind: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    checkpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotedRow:
    """One record as a list shows it: nobody is named.

    `what` and `degree` are words of the kind: a violation's and what was done about it, an
    incident's and how bad it is, a test's type and its result. `number` is a fine in đồng or a
    queue's vehicles, `wait_s` the wait of who joins it. `voided` is why it does not count, or "".
    """

    record: str
    kind: str
    checkpoint: str
    lane: str
    occurred_ms: int
    officer: str
    what: str
    degree: str
    number: int | None
    wait_s: int | None
    crossing: str
    voided: str


@dataclass(frozen=True, slots=True)
class NotedWhole:
    """One record with its person part, its writes, and the crossing that it is about."""

    row: NotedRow
    fields: dict[str, Any]
    person: dict[str, Any]
    history: tuple[Write, ...]
    crossing: CrossingRow | None


@dataclass(frozen=True, slots=True)
class NotedCount:
    """How many of a kind, by word and degree, and the sum of their numbers; none are voided."""

    kind: str
    what: str
    degree: str
    records: int
    total: int


class NotedStore(Protocol):
    """Reads of the view; every caller writes the audit entry first."""

    def noted(self, query: NotedQuery, after: str, limit: int) -> tuple[list[NotedRow], str]:
        """Rows, newest first, and the key to go on after ("" at the end).

        ValueError for a key that is none.
        """

    def noted_whole(self, record: str, persons: bool) -> NotedWhole | None:
        """One record, also what the projector has not seen of it yet."""

    def noted_counts(
        self, from_ms: int, to_ms: int, checkpoints: Sequence[str], through: int | None = None
    ) -> list[NotedCount]:
        """Counts of violations, incidents and quick tests, by kind and word."""
