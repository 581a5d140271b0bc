"""Shifts: the part of the Store that reads them from the view (`server.store.shift_protocol`)."""

from __future__ import annotations

from collections.abc import Sequence

from server.store.log.persons import DayKeys
from server.store.reader import Reader, ViewMissingError
from server.store.shift_protocol import ShiftRow, ShiftWhole
from server.store.view import shifts


class ShiftReads:
    """What it reads with is set by whoever inherits it."""

    day_keys: DayKeys
    _reader: Reader

    def running_shifts(self, since_ms: int) -> list[ShiftRow]:
        """Shifts opened since then that nobody has handed over, by checkpoint, newest first."""
        try:
            return self._reader.run(lambda files: shifts.running_shifts(files.view, since_ms))
        except ViewMissingError:
            return []

    def shifts(
        self, checkpoints: Sequence[str], after: str, limit: int
    ) -> tuple[list[ShiftRow], str]:
        """All shifts, newest first, and the key to continue after ("" at the end)."""
        try:
            return self._reader.run(
                lambda files: shifts.read_shifts(files.view, checkpoints, after, limit)
            )
        except ViewMissingError:
            return [], ""

    def shift(self, record: str) -> ShiftWhole | None:
        """One shift, also what the projector has not seen yet."""
        try:
            return self._reader.run(
                lambda files: shifts.read_shift(files.log, files.view, record, self.day_keys)
            )
        except ViewMissingError:
            return None
