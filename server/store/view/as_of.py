"""A crossing as it stood at a number of the log: a report of 06h made again at noon. SPEC V5.

A row whose `since_n` is not above the number stood then as it stands now. Any other is folded again
from the events that counted by then, its links, reviews and gaps too, by the projector's own code.
What was erased since stays erased, and an envelope that was replaced (A3) is seen as it is now.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from server.store.log.persons import DayKeys
from server.store.log.record import (
    LogEvent,
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from server.store.reader import Files, Reader
from server.store.view.crossing_row import REVIEW_MASK, Cutoffs, content, flag_names, flags_of
from server.store.view.derive import Member, counted, link_of
from server.store.view.search import ROW, Conditions, crossing_row, joined, within
from server.store.view.view_schema import flag_bit
from server.store.view.whole import PAGE, Found
from server.store.view_protocol import CrossingRow

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record's events that counted by a number, and the numbers since when they do."""

    events: tuple[OpenEvent, ...]
    first_n: int
    since_n: int


@dataclass(frozen=True, slots=True)
class Past:
    """The view as it stood when the log had `n` numbers; used in the reader thread."""

    log: sqlite3.Connection
    view: sqlite3.Connection
    day_keys: DayKeys
    cutoffs: Cutoffs
    n: int
    _rows: dict[str, CrossingRow | None] = field(default_factory=dict)
    _ties: dict[str, list[tuple[str, str, str, int]]] = field(default_factory=dict)
    _events: dict[int, LogEvent] = field(default_factory=dict)

    def expect(self, names: Sequence[str]) -> None:
        """Read the events of these records and of their reviews at once.

        The log keeps them by the run: one by one, each would cost as much as a whole run.
        """
        numbers: set[int] = set()
        for name in names:
            numbers.update(self._numbers("SELECT id FROM records WHERE record = ?", name))
            numbers.update(self._numbers("SELECT id FROM reviews WHERE subject = ?", name))
        self._read(numbers)

    def found(self, name: str) -> Found | None:
        """The crossing of this record as it stood, or None where it was not there.

        None too where it was compacted and the view does not say so yet: nothing of it is left.
        """
        row = self.row(name)
        if row is None:
            return None
        events = self._numbers("SELECT id FROM records WHERE record = ?", name)
        reviews = self._numbers("SELECT id FROM reviews WHERE subject = ?", name)
        stored = {one.n: one for one in self._read({*events, *reviews})}
        if not stored.keys() >= {*events, *reviews}:
            return None
        return Found(row, tuple(stored[n] for n in events), tuple(stored[n] for n in reviews))

    def row(self, name: str) -> CrossingRow | None:
        """Its row as it stood."""
        now = self.view.execute(
            f"{ROW} WHERE id = (SELECT id FROM records WHERE record = ?)", (name,)
        ).fetchone()
        if now is not None and crossing_row(now).since_n <= self.n:
            return crossing_row(now)
        alone = self._alone(name)
        if alone is None:
            return None
        group = self._component(name)
        members = {name: alone}
        members |= {other: row for other in group if (row := self._alone(other)) is not None}
        counts_as = counted(
            [
                Member(one.record, one.occurred_ms, "voided" in one.flags)
                for one in members.values()
            ],
            group,
        ).get(name, "")
        since_n = max(
            *(row.since_n for row in members.values()),
            *(self._linked_since(other) for other in members),
        )
        return self._with_reviews_and_gaps(alone, counts_as, since_n)

    def _alone(self, name: str) -> CrossingRow | None:
        """By its own events only; remembered, as each one of a component asks for all."""
        if name not in self._rows:
            self._rows[name] = self._folded(name)
        return self._rows[name]

    def _folded(self, name: str) -> CrossingRow | None:
        known = self._known("SELECT id FROM records WHERE record = ?", name)
        if known is None:
            return None
        kind = min(known.events, key=lambda one: (one.log.order, one.ref)).body.kind
        if kind != "crossing":
            return None
        of_kind = [one for one in known.events if one.body.kind == kind]
        return content(of_kind, self.cutoffs, known.first_n, known.since_n).row

    def _with_reviews_and_gaps(
        self, alone: CrossingRow, counts_as: str, since_n: int
    ) -> CrossingRow:
        last: tuple[int, str] = (-1, "")
        decision: Any = ""
        reviews = self.view.execute("SELECT id FROM reviews WHERE subject = ?", (alone.record,))
        for (record_id,) in reviews.fetchall():
            known = self._known("SELECT ?", record_id)
            if known is None:
                continue
            since_n = max(since_n, known.since_n)
            event = max(known.events, key=lambda one: (one.log.order, one.ref))
            if (event.log.order, event.ref) > last:
                last = (event.log.order, event.ref)
                decision = shown_values(merge_events(known.events), "review")[0]["decision"]
        is_open, closed = self.view.execute(
            "SELECT ifnull(sum(closed IS NULL OR closed > :n), 0),"
            " ifnull(max(iif(closed <= :n, closed, 0)), 0) FROM unverified"
            " WHERE record = (SELECT id FROM records WHERE record = :name) AND since <= :n",
            {"n": self.n, "name": alone.record},
        ).fetchone()
        flags = flags_of(alone.flags)
        flags |= (flag_bit("duplicate") if counts_as else 0) | (
            flag_bit("unverified") if is_open else 0
        )
        return replace(
            alone,
            flags=flag_names(flags),
            review=decision or ("open" if flags & REVIEW_MASK else ""),
            counted_as=counts_as,
            since_n=max(since_n, closed),
        )

    def _component(self, name: str) -> dict[str, list[str]]:
        """All that was linked with it, directly or not, and with what each was."""
        found: dict[str, list[str]] = {}
        todo = [name]
        while todo:
            one = todo.pop()
            if one not in found:
                found[one] = [
                    other if first == one else first
                    for first, other, decision, _ in self._links(one)
                    if decision == "linked"
                ]
                todo += found[one]
        return found

    def _links(self, name: str) -> list[tuple[str, str, str, int]]:
        """(one, other, decision, since) of every link that names it."""
        if name not in self._ties:
            self._ties[name] = self._read_links(name)
        return self._ties[name]

    def _read_links(self, name: str) -> list[tuple[str, str, str, int]]:
        rows = self.view.execute(
            "SELECT id FROM links WHERE one = :it OR other = :it", {"it": name}
        )
        found = []
        for (record_id,) in rows.fetchall():
            known = self._known("SELECT ?", record_id)
            link = None if known is None else link_of(known.events)
            if known is not None and link is not None:
                found.append((*link[:3], known.since_n))
        return found

    def _linked_since(self, name: str) -> int:
        return max((since for *_, since in self._links(name)), default=0)

    def _read(self, numbers: Collection[int]) -> list[LogEvent]:
        """These events by number, their day keys opened."""
        missing = sorted(set(numbers) - self._events.keys())
        if missing:
            fresh = read_events(self.log, missing)
            load_day_keys(self.log, fresh, self.day_keys)
            self._events.update((one.n, one) for one in fresh)
        return [self._events[n] for n in sorted(numbers) if n in self._events]

    def _numbers(self, which: str, value: object) -> list[int]:
        rows = self.view.execute(
            f"SELECT n FROM record_events WHERE record IN ({which}) AND since <= ? ORDER BY n",
            (value, self.n),
        )
        return [int(n) for (n,) in rows]

    def _known(self, which: str, value: object) -> Numbered | None:
        rows = self.view.execute(
            f"SELECT n, since FROM record_events WHERE record IN ({which}) AND since <= ?",
            (value, self.n),
        ).fetchall()
        if not rows:
            return None
        stored = self._read({int(n) for n, _ in rows})
        events = tuple(open_event(one, self.day_keys) for one in stored)
        since = [since for _, since in rows]
        return Numbered(events, min(since), max(since))


def each_found(
    reader: Reader,
    past: Callable[[Files], Past],
    window: tuple[int, int],
    checkpoints: Sequence[str],
) -> Iterator[Found]:
    """Crossings that lay in the window as they stood then, by (occurred, record); short reads."""
    changed: list[Key] = []
    last = 0
    while some := reader.run(partial(_changed, past, last)):
        last = some[-1][0]
        for _, row in some:
            if row is not None and lies_in(row, window, checkpoints):
                changed.append((row.occurred_ms, row.record))
    keys = heapq.merge(_unchanged(reader, past, window, checkpoints), sorted(changed))
    while page := list(islice(keys, PAGE)):
        yield from reader.run(partial(_found, past, page))


def _changed(
    past: Callable[[Files], Past], last: int, files: Files
) -> list[tuple[int, CrossingRow | None]]:
    """The next rows that have changed since, each as it stood."""
    then = past(files)
    rows = then.view.execute(
        "SELECT id, record FROM crossings WHERE since_n > ? AND first_n <= ? AND id > ?"
        " ORDER BY id LIMIT ?",
        (then.n, then.n, last, PAGE),
    ).fetchall()
    then.expect([str(name) for _, name in rows])
    return [(int(record_id), then.row(str(name))) for record_id, name in rows]


def _unchanged(
    reader: Reader,
    past: Callable[[Files], Past],
    window: tuple[int, int],
    checkpoints: Sequence[str],
) -> Iterator[Key]:
    after: Key = (window[0], "")
    while keys := reader.run(partial(_page, past, after, window[1], checkpoints)):
        yield from keys
        after = keys[-1]


def _page(
    past: Callable[[Files], Past],
    after: Key,
    to_ms: int,
    checkpoints: Sequence[str],
    files: Files,
) -> list[Key]:
    then = past(files)
    conditions: Conditions = [
        ("(occurred_ms, record) > (?, ?)", after),
        ("since_n <= ?", (then.n,)),
        *within(None, to_ms, checkpoints),
    ]
    where, values = joined(conditions)
    rows = then.view.execute(
        f"SELECT occurred_ms, record FROM crossings{where}"
        f" ORDER BY occurred_ms, record LIMIT {PAGE}",
        values,
    )
    return [(int(occurred_ms), str(name)) for occurred_ms, name in rows]


def _found(past: Callable[[Files], Past], keys: Sequence[Key], files: Files) -> list[Found]:
    then = past(files)
    then.expect([name for _, name in keys])
    found = (then.found(name) for _, name in keys)
    return [one for one in found if one is not None]


def lies_in(row: CrossingRow, window: tuple[int, int], checkpoints: Sequence[str]) -> bool:
    """Whether it happened in from ≤ occurred < to, at one of these checkpoints (none: anywhere)."""
    is_there = not checkpoints or row.checkpoint in checkpoints
    return is_there and window[0] <= row.occurred_ms < window[1]
