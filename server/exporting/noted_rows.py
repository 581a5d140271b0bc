"""The book of a checkpoint as a table: violations, incidents, quick tests and queues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.exporting.rows import Row, Wanted
from server.exporting.styled import styled
from server.store.export_protocol import PAGE, Column
from server.store.noted_protocol import NotedQuery, NotedRow
from server.store.protocol import Store

NOTED = (
    *(Column("record"), Column("occurred", "moment"), Column("checkpoint")),
    *(Column("lane", free=True), Column("kind", vocabulary="noted_kind")),
    *(Column("what", vocabulary="noted_what"), Column("result", vocabulary="noted_result")),
    *(Column("amount_vnd", "whole"), Column("vehicles", "whole"), Column("wait_s", "whole")),
    *(Column("crossing"), Column("voided", "flag"), Column("officer")),
)
UNMASKED = (
    *(Column("name", free=True), Column("id_number", free=True)),
    Column("birth_date", free=True),
    *(Column("phone", free=True), Column("address", free=True), Column("note", free=True)),
)


class NotedRows:
    """Records as they stand now, oldest first; `voided` ones are there and marked."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        self.n = store.projected()[0]
        # A day of a province has some hundreds of them: they fit.
        self._found = sorted(self._all(), key=lambda one: (one.occurred_ms, one.record))
        self.total = self.counted = len(self._found)

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        one = self._wanted
        while position < self.total:
            some = self._found[position : position + PAGE]
            rows: list[Row] = []
            for row in some:
                values = self._values(row)
                rows.append(tuple(styled(column, values, one.style) for column in one.columns))
            position += len(some)
            yield position, rows

    def _values(self, row: NotedRow) -> dict[str, Any]:
        values: dict[str, Any] = {
            "record": row.record,
            "occurred": row.occurred_ms,
            "checkpoint": row.checkpoint,
            "lane": row.lane,
            "kind": row.kind,
            "what": row.what,
            "result": row.degree,
            "amount_vnd": row.number if row.kind == "violation" else None,
            "vehicles": row.number if row.kind == "queue" else None,
            "wait_s": row.wait_s,
            "crossing": row.crossing,
            "voided": bool(row.voided),
            "officer": row.officer,
        }
        if self._wanted.unmasked:
            whole = self._store.noted_whole(row.record, persons=True)
            person = {} if whole is None else whole.person
            values |= person.get("who") or person.get("person") or {}
            values["note"] = person.get("note", "")
        return values

    def _all(self) -> Iterator[NotedRow]:
        one, after = self._wanted, ""
        query = NotedQuery("", *one.window, one.checkpoints)
        while True:
            rows, after = self._store.noted(query, after, PAGE)
            yield from rows
            if not after:
                return
