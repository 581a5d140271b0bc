"""The part of the SQLite store that reads what tablets note besides crossings."""

from __future__ import annotations

from collections.abc import Sequence

from server.store.log.persons import DayKeys
from server.store.noted_protocol import NotedCount, NotedQuery, NotedRow, NotedWhole
from server.store.reader import Reader, ViewMissingError
from server.store.view import noted


class Noted:
    """A base of `SqliteStore`, which sets what is named here."""

    day_keys: DayKeys
    _reader: Reader

    def noted(self, query: NotedQuery, after: str, limit: int) -> tuple[list[NotedRow], str]:
        """Rows, newest first, and the key to go on after; ValueError for a bad key."""
        try:
            return self._reader.run(lambda files: noted.read_noted(files.view, query, after, limit))
        except ViewMissingError:
            return [], ""

    def noted_whole(self, record: str, persons: bool) -> NotedWhole | None:
        """One record, also what the projector has not seen of it yet."""
        day_keys = self.day_keys if persons else None
        try:
            return self._reader.run(
                lambda files: noted.read_whole(files.log, files.view, record, day_keys)
            )
        except ViewMissingError:
            return None

    def noted_counts(
        self, from_ms: int, to_ms: int, checkpoints: Sequence[str]
    ) -> list[NotedCount]:
        """Counts and sums by kind, word and degree."""
        try:
            return self._reader.run(
                lambda files: noted.count_noted(files.view, from_ms, to_ms, checkpoints)
            )
        except ViewMissingError:
            return []
