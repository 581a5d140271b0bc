"""The home server looks at every crossing that changed and writes what follows from it. SPEC L.

It runs in the projector's thread, after each portion, and so sees all that it wrote before. What
it still has to look at stands in the view (`to_look`); a crash makes it look again, and as ids and
contents follow from the crossing, it then writes nothing twice.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

from server.config import Config
from server.failures import log_failure
from server.home import arrivals, duplicates, erased, health, turn_backs
from server.home.books import Books
from server.home.concerned import note_changes, note_done
from server.home.draft import Draft, Sources
from server.home.judging import Judging
from server.home.sightings import Ways
from server.home.watch_hits import watch_state
from server.keys import KeyRing
from server.store.blind import BlindIndex
from server.store.log.own_chain import person_text
from server.store.log.own_event import OwnEvent
from server.store.log.persons import DayKeys
from server.store.log.registry import read_checkpoints
from server.store.sqlite import SqliteStore, open_store
from server.store.view.search import ROW, crossing_row
from server.store.view.view_file import transaction, watermark
from server.store.view_protocol import CrossingRow
from sync.errors import SyncError

LOOK_ROWS = 200
"""Crossings looked at before the projector gets its turn again."""

NOTICES = (turn_backs.wanted, arrivals.wanted)


def clock_ms() -> int:
    """The wall clock, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class HomeLook:
    """A `Looker` (`server/projector.py`); all calls from one thread. Close it."""

    def __init__(self, config: Config, keys: KeyRing, now_ms: Callable[[], int] = clock_ms) -> None:
        self._config = config
        self._keys = keys
        self._day_keys = DayKeys(keys)
        self._blind = BlindIndex(keys)
        self._books = Books()
        self._now_ms = now_ms
        self._store: SqliteStore | None = None

    def __call__(self, log: sqlite3.Connection, view: sqlite3.Connection) -> bool:
        """Look at the next crossings and write what they ask for; whether there are more.

        What changed comes first, and then what changed lists concern.
        """
        now_ms = self._now_ms()
        newest = self._books.refresh(log) | watch_state(log)
        note_changes(log, view, self._books, newest, self._blind, now_ms)
        ids = _next(view, "to_look", LOOK_ROWS)
        again = [] if len(ids) == LOOK_ROWS else _next(view, "to_decide", LOOK_ROWS - len(ids))
        if not ids and not again:
            note_done(view)
            return False
        places = {one.id: one for one in read_checkpoints(log)}
        districts = {name: one.district for name, one in places.items()}
        sources = Sources(log, view, self._day_keys, districts)
        ways = Ways(places, self._config.travel_minutes)
        judging = Judging(sources, places, self._books, self._blind, ways, now_ms)
        self._write(drafts(sources, ids, again, judging))
        with transaction(view):
            view.executemany("DELETE FROM to_look WHERE id = ?", [(one,) for one in ids])
            view.executemany("DELETE FROM to_decide WHERE id = ?", [(one,) for one in again])
            unseen, undecided = (
                view.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]
                for table in ("to_look", "to_decide")
            )
            if not undecided:
                note_done(view)
            if ids and not unseen:
                view.execute(
                    "INSERT OR REPLACE INTO meta (key, value) VALUES ('looked', ?)",
                    (str(watermark(view)),),
                )
        return bool(unseen or undecided)

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, found: Iterable[Draft]) -> None:
        """All of it in one commit; a crossing that none can be made of keeps no other waiting."""
        wanted = list(found)
        if not wanted:
            return
        if self._store is None:
            self._store = open_store(self._config, self._keys)
        begun = [(one, self._store.begin(self._event(one))) for one in wanted]
        for one, answer in begun:
            try:
                answer.result()
            except SyncError as error:
                log_failure(f"home.{one.kind}", error)

    def _event(self, draft: Draft) -> OwnEvent:
        items = {"people": draft.people} if draft.people else None
        return OwnEvent(
            draft.kind,
            draft.record,
            draft.home,
            None,
            draft.fields,
            {},
            draft.over,
            person_text(None, items, secrets.token_bytes(16)),
            self._now_ms(),
        )


def drafts(
    sources: Sources, ids: Sequence[int], again: Sequence[int], judging: Judging
) -> Iterator[Draft]:
    """What these crossings ask for and is not written yet, each record once.

    Those in `again` changed in nothing but the lists: they are decided, and linked with nobody.
    """
    made: set[str] = set()
    passages = duplicates.Passages(sources.view)
    decided: dict[int, CrossingRow] = {}
    events = sources.crossings([*ids, *again])
    for record_id in ids:
        linked = list(duplicates.drafts(sources, passages, record_id))
        yield from (one for one in linked if one.record not in made)
        made |= {one.record for one in linked}
        row = _row(sources.view, record_id)
        if row is None:
            yield from health.of_test(sources, _record(sources.view, record_id))
        # A crossing that is being linked is looked at again when the link is in the view.
        if row is not None and not linked:
            yield from _notices(sources, row)
            yield from erased.drafts(sources, row, events[record_id])
            decided[record_id] = row
    for record_id in again:
        row = _row(sources.view, record_id)
        if row is not None:
            decided[record_id] = row
    for one in judging.drafts(decided, events):
        if one.record not in made:
            made.add(one.record)
            yield one


def _next(view: sqlite3.Connection, table: str, limit: int) -> list[int]:
    rows = view.execute(f"SELECT id FROM {table} ORDER BY id LIMIT ?", (limit,))
    return [int(one) for (one,) in rows]


def _row(view: sqlite3.Connection, record_id: int) -> CrossingRow | None:
    row = view.execute(f"{ROW} WHERE id = ?", (record_id,)).fetchone()
    return None if row is None else crossing_row(row)


def _record(view: sqlite3.Connection, record_id: int) -> str:
    (record,) = view.execute("SELECT record FROM records WHERE id = ?", (record_id,)).fetchone()
    return str(record)


def _notices(sources: Sources, row: CrossingRow) -> Iterator[Draft]:
    told = dict(
        sources.view.execute(
            "SELECT record, kind FROM notices JOIN records USING (id)"
            " WHERE subject = ? AND NOT withdrawn",
            (row.record,),
        )
    )
    for wanted in NOTICES:
        one = wanted(sources, row)
        if one is not None:
            told.pop(one.record, None)
            yield from _changed(sources, one)
    for record, kind in told.items():
        yield from _withdrawal(sources, kind, record, row.checkpoint)


def _changed(sources: Sources, wanted: Draft) -> Iterator[Draft]:
    """`wanted`, above whatever was written of it before; nothing where that says the same."""
    written = sources.written(wanted.kind, wanted.record)
    if written is None:
        yield wanted
        return
    people = {
        item: dict.fromkeys(one) | wanted.people.get(item, {})
        for item, one in written.people.items()
    }
    people = wanted.people | people
    if written.fields != wanted.fields or written.people != people:
        yield Draft(wanted.kind, wanted.record, wanted.home, wanted.fields, people, written.over)


def _withdrawal(sources: Sources, kind: str, record: str, home: str) -> Iterator[Draft]:
    written = sources.written(kind, record)
    if written is not None:
        fields = written.fields | {"withdrawn": True}
        over = {path: written.over[path] for path in fields if path in written.over}
        yield Draft(kind, record, home, fields, {}, over)
