"""One portion of the log into the view, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.store.blind import BlindIndex
from server.store.log.arrived import arrived, places
from server.store.log.erasures import records_of
from server.store.log.kept import take_over
from server.store.log.persons import DayKeys
from server.store.log.record import LogEvent, OpenEvent, load_day_keys, open_event, read_events
from server.store.noted_protocol import NOTED
from server.store.view.alerts import put_alert
from server.store.view.crossing_row import Cutoffs
from server.store.view.derive import refresh
from server.store.view.gaps import Chains
from server.store.view.noted import put_noted
from server.store.view.project import put_crossing, put_link, put_notice, put_review
from server.store.view.shifts import put_shift
from server.store.view.view_file import transaction

Arrived = list[tuple[int, OpenEvent]]


@dataclass(frozen=True, slots=True)
class Portions:
    """Takes portions of one log into a view; in the thread that opened the log."""

    log: sqlite3.Connection
    blind: BlindIndex
    day_keys: DayKeys
    cutoffs: Cutoffs
    is_home: bool
    """Whether what changed waits to be looked at (`server/home`); a relay never looks."""

    def project(self, view: sqlite3.Connection, after: int, through: int) -> None:
        """Everything that counts from after < number ≤ through, and how far that is."""
        fresh = arrived(self.log, after, through)
        load_day_keys(self.log, [event for _, event in fresh], self.day_keys)
        records: dict[str, Arrived] = {}
        for since, event in fresh:
            opened = open_event(event, self.day_keys)
            records.setdefault(opened.body.record, []).append((since, opened))
        with transaction(view):
            if after == 0:
                take_over(self.log, view)
            ids = self._note(view, records)
            chains = Chains(view)
            self._follow_chains(view, chains, after, through, fresh, records, ids)
            crossings: set[str] = set()
            for name, some in records.items():
                crossings |= self._put(view, name, ids[name], some)
            for name, record_id in self._erased(view, records):
                crossings |= self._put(view, name, record_id, [])
            crossings |= _names(view, chains.closed)
            changed = refresh(view, crossings)
            if self.is_home:
                view.executemany(
                    "INSERT OR IGNORE INTO to_look (id) SELECT c.id FROM crossings c"
                    " JOIN records r ON r.id = c.id WHERE r.record = ?",
                    [(name,) for name in changed],
                )
            view.execute("UPDATE meta SET value = ? WHERE key = 'watermark'", (str(through),))

    def _note(self, view: sqlite3.Connection, records: dict[str, Arrived]) -> dict[str, int]:
        """Which events each record consists of; the records' numbers in this view."""
        ids: dict[str, int] = {}
        for name, some in records.items():
            row = view.execute("SELECT id FROM records WHERE record = ?", (name,)).fetchone()
            if row is None:
                cursor = view.execute("INSERT INTO records (record) VALUES (?)", (name,))
                ids[name] = int(cursor.lastrowid or 0)
            else:
                ids[name] = int(row[0])
            view.executemany(
                "INSERT OR IGNORE INTO record_events (record, n, since) VALUES (?, ?, ?)",
                [(ids[name], event.log.n, since) for since, event in some],
            )
        return ids

    def _follow_chains(
        self,
        view: sqlite3.Connection,
        chains: Chains,
        after: int,
        through: int,
        fresh: Sequence[tuple[int, LogEvent]],
        records: dict[str, Arrived],
        ids: dict[str, int],
    ) -> None:
        """In the order of the log: an event may close a gap of one, and open another's."""
        record_of = {event.log.n: ids[name] for name, some in records.items() for _, event in some}
        seen = iter(fresh)
        waiting = next(seen, None)
        for place in places(self.log, after, through):
            while waiting is not None and waiting[0] < place.n:
                self._see(chains, waiting, record_of)
                waiting = next(seen, None)
            chains.add(place)
        while waiting is not None:
            self._see(chains, waiting, record_of)
            waiting = next(seen, None)
        chains.save()

    def _see(
        self, chains: Chains, waiting: tuple[int, LogEvent], record_of: dict[int, int]
    ) -> None:
        since, event = waiting
        chains.see(since, event.device, event.branch, event.seq, record_of[event.n])

    def _put(self, view: sqlite3.Connection, name: str, record_id: int, some: Arrived) -> set[str]:
        """Write one record from all its events; the crossings whose rows it may change."""
        known = dict(
            view.execute("SELECT n, since FROM record_events WHERE record = ?", (record_id,))
        )
        events = [one for _, one in some]
        is_new = len(known) == len({one.log.n for one in events})
        everything = self._earlier(known, events) + events
        if not everything:  # compacted: the view is about to be made anew
            return set()
        kind = min(everything, key=lambda one: (one.log.order, one.ref)).body.kind
        of_kind = [one for one in everything if one.body.kind == kind]
        since = max(known[one.log.n] for one in of_kind)
        if kind == "crossing":
            numbers = list(known.values())
            put_crossing(view, record_id, of_kind, numbers, is_new, self.blind, self.cutoffs)
            return {name}
        if kind == "review":
            return put_review(view, record_id, of_kind, since)
        if kind == "link":
            return put_link(view, record_id, of_kind, since)
        if kind in ("turn_back", "arrival"):
            put_notice(view, record_id, of_kind, since)
        if kind == "shift":
            put_shift(view, record_id, of_kind, since)
        if kind == "alert":
            put_alert(view, record_id, of_kind, since)
        if kind in NOTED:
            put_noted(view, record_id, of_kind, since)
        if kind == "quick_test" and self.is_home:
            view.execute("INSERT OR IGNORE INTO to_look (id) VALUES (?)", (record_id,))
        return set()

    def _erased(
        self, view: sqlite3.Connection, records: dict[str, Arrived]
    ) -> list[tuple[str, int]]:
        """The records here of which a person part was erased: they are written again (SPEC G3)."""
        names: set[str] = set()
        for some in records.values():
            for _, event in some:
                names |= records_of(self.log, event.log.body)
        rows = (
            view.execute("SELECT record, id FROM records WHERE record = ?", (one,))
            for one in sorted(names)
        )
        return [(str(name), int(no)) for row in rows for name, no in row]

    def _earlier(self, known: Iterable[int], events: Sequence[OpenEvent]) -> list[OpenEvent]:
        fresh = {one.log.n for one in events}
        stored = read_events(self.log, [n for n in known if n not in fresh])
        load_day_keys(self.log, stored, self.day_keys)
        return [open_event(one, self.day_keys) for one in stored]


def _names(view: sqlite3.Connection, ids: Iterable[int]) -> set[str]:
    rows = (view.execute("SELECT record FROM records WHERE id = ?", (one,)) for one in ids)
    return {str(name) for row in rows for (name,) in row}
