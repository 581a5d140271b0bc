"""Tables of what stands in the log by itself: events, the audit, alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from server.exporting.rows import Row, Wanted
from server.exporting.styled import styled
from server.store.alert_protocol import AlertState
from server.store.export_protocol import PAGE
from server.store.feed_pages import PulledEvent
from server.store.protocol import Store
from server.store.published import AuditEntry

_STATES: tuple[AlertState, ...] = ("new", "taken", "closed")
_AUDIT_TEXTS = ("who", "what", "subject", "purpose", "reference")


class EventRows:
    """Accepted events by their number in the log; the window is that of their receipt.

    Without checkpoints also what the home server says of others' events: alerts, notices.
    """

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        _, newest = store.projected()
        self.n = newest if wanted.n is None else wanted.n
        self._first = max(store.number_at(wanted.window[0] - 1), wanted.came_after)
        self._last = min(self.n, store.number_at(wanted.window[1] - 1))
        self.total = self.counted = max(0, self._last - self._first)

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        one = self._wanted
        after = self._first + position
        while after < self._last:
            page = self._store.pull(one.checkpoints or None, after, PAGE, one.unmasked)
            rows = [
                tuple(styled(column, values, one.style) for column in one.columns)
                for event in page.events
                if event.n <= self._last
                for values in [_event(event)]
            ]
            after = min(page.sequence, self._last)
            yield after - self._first, rows
            if not page.more:
                return


def _event(event: PulledEvent) -> dict[str, Any]:
    body = json.loads(event.body)
    return {
        "n": event.n,
        "device": event.device,
        "seq": event.seq,
        "branch": event.branch,
        "kind": body.get("kind"),
        "record": body.get("record"),
        "checkpoint": body.get("home"),
        "officer": body.get("officer") or "",
        "received": event.received_ms,
        "previous": event.previous.hex(),
        "commitment": event.commitment.hex(),
        "body": event.body,
        "person": event.person or "",
    }


class AuditRows:
    """Who looked at what, or did what; the log's entries in their order."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        self.n = self.total = 0
        for number, entry in self._entries():
            self.n = number
            self.total += self._lies_in(entry.at_ms)
        self.counted = self.total

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        one, rows, done = self._wanted, list[Row](), 0
        for number, entry in self._entries():
            if number > self.n:
                break
            if not self._lies_in(entry.at_ms):
                continue
            done += 1
            if done <= position:
                continue
            details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
            values = {"n": number, "at": entry.at_ms, "details": details}
            values |= {name: getattr(entry, name) for name in _AUDIT_TEXTS}
            rows.append(tuple(styled(column, values, one.style) for column in one.columns))
            if len(rows) == PAGE:
                yield done, rows
                rows = []
        if rows:
            yield done, rows

    def _lies_in(self, at_ms: int) -> bool:
        return self._wanted.window[0] <= at_ms < self._wanted.window[1]

    def _entries(self) -> Iterator[tuple[int, AuditEntry]]:
        after = 0
        while some := self._store.audited(after, PAGE):
            yield from some
            after = some[-1][0]


class AlertRows:
    """Alerts as they stand now, oldest first, with the last act on each."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted
        self.n = store.projected()[0]
        self._names = sorted(self._found())
        self.total = self.counted = len(self._names)

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        one = self._wanted
        while position < self.total:
            some = self._names[position : position + PAGE]
            rows = []
            for _, record in some:
                values = self._values(record, one.unmasked)
                rows.append(tuple(styled(column, values, one.style) for column in one.columns))
            position += len(some)
            yield position, rows

    def _values(self, record: str, unmasked: bool) -> dict[str, Any]:
        whole = self._store.alert(record)
        assert whole is not None  # alerts are never taken back out of a view
        row, last = whole.row, whole.acts[-1] if whole.acts else None
        return {
            "record": row.record,
            "alert": row.code,
            "checkpoint": row.checkpoint,
            "occurred": row.occurred_ms,
            "state": row.state,
            "withdrawn": row.withdrawn,
            "crossings": [one.record for one in row.crossings],
            "plates": [one.plate for one in row.crossings if one.plate],
            "by": "" if last is None else last.officer,
            "at": None if last is None else last.at_ms,
            "note": (last.note or "") if last is not None and unmasked else "",
        }

    def _found(self) -> Iterator[tuple[int, str]]:
        one = self._wanted
        for state in _STATES:
            after = ""
            while True:
                some, after = self._store.alerts(state, (), after, PAGE)
                for row in some:
                    is_there = not one.checkpoints or row.checkpoint in one.checkpoints
                    if is_there and one.window[0] <= row.occurred_ms < one.window[1]:
                        yield row.occurred_ms, row.record
                if not after:
                    break
