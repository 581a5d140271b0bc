"""Holds: what is kept for a case though its time is over. A part of `Store`. SPEC G10."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.store.published import AuditEntry

HoldKind = Literal["record", "person", "place"]


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing that is kept for a case; times are Unix ms.

    `case`: the number of the case, nobody's name. `subject`, by `kind`: a record id; the blind
    token of an ID or phone number, as hex; or "checkpoint/from_ms/to_ms" (from ≤ occurred < to).
    `shown` is how people recognise it, and names nobody. `released_ms` is None while it holds.
    """

    id: str
    case: str
    kind: HoldKind
    subject: str
    shown: str
    placed_ms: int
    placed_by: str
    released_ms: int | None = None
    released_by: str = ""
    basis: str = ""


class HoldsChangedError(Exception):
    """A hold was placed or released while a purge was being worked out: nothing was done."""


class ViewBehindError(Exception):
    """The view does not show yet what holds keep of these days: nothing was done."""


class OnHoldError(ValueError):
    """What was to be erased is kept for these cases; nothing was erased."""

    def __init__(self, cases: Sequence[str]) -> None:
        super().__init__(", ".join(cases))
        self.cases = tuple(cases)


@dataclass(frozen=True, slots=True)
class OnHold:
    """What one hold keeps, as the view shows it: records, and events with a person part."""

    records: int
    persons: int


class HoldStore(Protocol):
    """Every change carries its audit entry, in one transaction with it."""

    def place_holds(self, holds: Sequence[Hold], entry: AuditEntry | None) -> None:
        """Keep these from now on; an id that is there already stays as it is."""

    def release_holds(
        self, ids: Collection[str], now_ms: int, who: str, basis: str, entry: AuditEntry | None
    ) -> int:
        """End these where they have not ended; how many ended. The next purge takes the parts."""

    def holds(self) -> list[Hold]:
        """All that were ever placed, oldest first."""

    def on_hold(self, hold: Hold) -> OnHold:
        """How much a hold keeps, as far as the view has it."""

    def blind_subject(self, id_number: str, phone: str) -> str:
        """The subject of a hold on a person; "" for a number that nothing can be found by."""
