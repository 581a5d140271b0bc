"""Alerts as people see them: a part of `Store`. SPEC W."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from server.store.view_protocol import CrossingRow

AlertState = Literal["new", "taken", "closed"]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a list shows it; times are Unix ms.

    `crossings` are those it names, in the order of time, as far as the view has them.
    """

    record: str
    code: str
    checkpoint: str
    occurred_ms: int
    state: AlertState
    withdrawn: bool
    crossings: tuple[CrossingRow, ...]


@dataclass(frozen=True, slots=True)
class AlertAct:
    """What somebody did with an alert: who, when, which state, why (None: no note, or erased)."""

    officer: str
    at_ms: int
    state: AlertState
    note: str | None


@dataclass(frozen=True, slots=True)
class AlertWhole:
    """One alert from all that is stored; `over` is what an act on it stands above (SPEC R2)."""

    row: AlertRow
    fields: dict[str, Any]
    acts: tuple[AlertAct, ...]
    over: dict[str, tuple[str, ...]]


class AlertStore(Protocol):
    """Every caller writes the audit entry first."""

    def alerts(
        self, state: AlertState, codes: Collection[str], after: str, limit: int
    ) -> tuple[list[AlertRow], str]:
        """Alerts in one state, newest first, and the key to continue after ("" at the end).

        No `codes`: of any. Withdrawn ones stand among the closed. ValueError for a bad key.
        """

    def alerts_by_place(self, code: str, from_ms: int, to_ms: int, through: int) -> dict[str, int]:
        """How many of a code stood as of log number `through`, by checkpoint."""

    def alert(self, record: str) -> AlertWhole | None:
        """One alert with who did what about it, also what the projector has not seen yet."""

    def alert_counts(self, codes: Collection[str] = ()) -> dict[str, int]:
        """How many of these codes (of any, without) stand in each list: new, taken, closed."""

    def alerts_about(self, record: str) -> list[AlertRow]:
        """The alerts that name a crossing, newest first."""
