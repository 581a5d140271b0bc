"""The part of the SQLite store that reads what tablets note besides crossings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from server.store.log.persons import DayKeys
from server.store.noted_protocol import NotedCount, NotedQuery, NotedRow, NotedWhole
from server.store.reader import Files, Reader, ViewMissingError
from server.store.view import noted

PORTION = 200


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
        self, from_ms: int, to_ms: int, checkpoints: Sequence[str], through: int | None = None
    ) -> list[NotedCount]:
        """Counts and sums by kind, word and degree; as of log number `through`."""
        changed: list[NotedRow] = []
        try:
            if through is not None:
                changed = list(self._noted_at(through))
            return self._reader.run(
                lambda files: noted.count_noted(
                    files.view, from_ms, to_ms, checkpoints, through, changed
                )
            )
        except ViewMissingError:
            return []

    def _noted_at(self, through: int) -> Iterator[NotedRow]:
        """In portions, so that nobody waits long for the one reader."""
        after = 0
        while True:
            some, after = self._reader.run(partial(_portion, through, after))
            yield from some
            if not after:
                return


def _portion(through: int, after: int, files: Files) -> tuple[list[NotedRow], int]:
    return noted.noted_at(files.log, files.view, through, after, PORTION)
