"""Tables made of crossings, pinned at one number of the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from server.exporting.rows import Row, Wanted
from server.exporting.styled import styled
from server.exporting.unmasked import unmask
from server.store.export_protocol import PAGE, Column, Pinned, Value, ViewChangedError
from server.store.protocol import Store
from server.store.view_protocol import CrossingWhole, Write


class CrossingRows:
    """Tables made of crossings: rows that SQL gives as they go into the file."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        self._pinned = self._pin(wanted.n)
        self.n = self._pinned.n
        self.total = len(self._pinned.ids)
        self.counted = self._pinned.counted

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        while position < self.total:
            try:
                some = self._page(self._pinned, position)
            except ViewChangedError:
                self._pinned = self._pin(self.n)
                continue
            if self._wanted.reasons is not None and self._wanted.reasons.learn():
                continue
            position = min(position + PAGE, self.total)
            yield position, some

    def _pin(self, n: int | None) -> Pinned:
        one = self._wanted
        return self._store.pin(one.table, one.window, one.checkpoints, n, one.came_after)

    def _page(self, pinned: Pinned, position: int) -> list[Row]:
        one = self._wanted
        if one.unmasked:
            return unmask(self._store, one.table, pinned, position, one.columns, one.style)
        return self._store.export_page(one.table, pinned, position, one.columns, one.style)


class ConflictRows(CrossingRows):
    """One row a value that competes for a field; values of person parts only where unmasked."""

    def _page(self, pinned: Pinned, position: int) -> list[Row]:
        one = self._wanted
        stored = self._store.export_columns(one.table)
        shown = self._store.export_page(one.table, pinned, position, stored, one.style)
        by_record = {str(row[0]): dict(zip(stored, row, strict=True)) for row in shown}
        return [
            row
            for whole in self._store.export_persons(pinned, position)
            for row in self._of(whole, by_record[whole.row.record])
        ]

    def _of(self, whole: CrossingWhole, stored: dict[Column, Value]) -> Iterator[Row]:
        for path, writes in sorted(whole.conflicts.items()):
            for write in writes:
                values = {**_side(path, write, self._wanted.unmasked)}
                yield tuple(
                    stored[one] if one in stored else styled(one, values, self._wanted.style)
                    for one in self._wanted.columns
                )


def _side(path: str, write: Write, unmasked: bool) -> dict[str, Any]:
    of_person = write.person is not None and path in write.person
    value = (write.person or {}).get(path) if of_person else write.fields.get(path)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {
        "path": path,
        "value": text if unmasked or not of_person else "***",
        "ref": write.ref,
        "by": write.officer or "",
        "written": write.occurred_ms,
        "received": write.received_ms,
    }
