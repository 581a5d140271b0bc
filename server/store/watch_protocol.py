"""The watchlist as values, and what storage offers for it: a part of `Store`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, get_args

from server.store.published import AuditEntry

WatchCategory: TypeAlias = Literal["f0_after", "f1", "f1_child", "f2", "f3"]
WATCH_CATEGORIES: tuple[WatchCategory, ...] = get_args(WatchCategory)
"""F0 after treatment, F1, F1 under five with family, F2, F3."""


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """One person watched in one category from `from_ms` until before `until_ms`.

    `place` is a commune as "2021/268"; `sample_dates` are ISO days.
    """

    id: str
    category: WatchCategory
    id_number: str
    name: str
    place: str
    from_ms: int
    until_ms: int
    added_ms: int
    old_id_number: str = ""
    address: str = ""
    note: str = ""
    sample_dates: tuple[str, ...] = ()

    def covers(self, at_ms: int) -> bool:
        """Whether the person is watched at that moment."""
        return self.from_ms <= at_ms < self.until_ms


class WatchStore(Protocol):
    """Every caller that shows people writes the audit entry first."""

    def change_watch(
        self, put: Sequence[WatchEntry], removed: Sequence[str], entry: AuditEntry
    ) -> None:
        """Add or replace entries by id and forget others, with the audit entry: all or nothing."""

    def watch_entries(self) -> list[WatchEntry]:
        """All entries, in the order of their last change."""

    def watch_covering(self, id_number: str, at_ms: int) -> list[WatchEntry]:
        """The entries of the person with this ID number, new or old, that cover a moment."""
