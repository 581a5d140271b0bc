"""Everything that is alerted to about some crossings, put together. SPEC W."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.home import agreed, alerts, health, sightings, watch_hits
from server.home.books import Books
from server.home.draft import Draft, Sources
from server.home.redecide import is_whole, question_of
from server.home.sightings import OVERSPENT, TOO_FAST, Document, Ways
from server.store.blind import BlindIndex
from server.store.log.record import OpenEvent, merge_events, shown_values
from server.store.registered import Checkpoint
from server.store.view.search import ROW, crossing_row
from server.store.view_protocol import CrossingRow

COUNTS_NOT = {"voided", "duplicate"}

_TOLD_PAIRS = (
    "SELECT a.record, a.code, o.subject FROM alerts a JOIN alert_subjects s ON s.alert = a.id"
    " JOIN alert_subjects o ON o.alert = a.id AND o.subject <> s.subject"
    " WHERE s.subject = ? AND a.code IN (?, ?)"
)
_SHARED = (
    "SELECT EXISTS (SELECT 1 FROM shown_documents d JOIN shown_documents o ON o.token = d.token"
    " JOIN records r ON r.id = o.crossing WHERE d.crossing = ? AND r.record = ?)"
)


@dataclass(frozen=True, slots=True)
class Judging:
    """What looking at crossings needs besides them."""

    sources: Sources
    places: Mapping[str, Checkpoint]
    books: Books
    blind: BlindIndex
    ways: Ways
    now_ms: int

    def drafts(
        self, rows: Mapping[int, CrossingRow], events: Mapping[int, Sequence[OpenEvent]]
    ) -> Iterator[Draft]:
        """The alerts to write about these crossings, by their numbers in the view."""
        for record_id, row in rows.items():
            if not events[record_id] or not alerts.is_recent(row, self.now_ms):
                continue
            counts = not COUNTS_NOT & set(row.flags)
            decided = self._decided(row, events[record_id]) if counts else ([], set())
            if decided is not None:
                found, kept = decided
                yield from alerts.drafts(self.sources, row, found, alerts.DECIDED, kept)
            if is_whole(events[record_id]):
                # A duplicate too: the other lane may not have asked.
                is_voided = "voided" in row.flags
                signs = [] if is_voided else health.with_signs(row, events[record_id])
                yield from alerts.drafts(self.sources, row, signs, (health.SIGNS,))
            yield from self._too_fast(record_id, row, counts)
            documents = self._documents(events[record_id]) if "own" in row.families else ()
            for document in documents:
                lists = self.books.at(row.checkpoint, row.occurred_ms).permits
                view = self.sources.view
                for one, spent in sightings.overspent(view, lists, document, row):
                    yield from alerts.drafts(self.sources, one, spent, OVERSPENT)
            if not counts or row.action == "turned_back":
                yield from alerts.drafts(self.sources, row, [], OVERSPENT)

    def _decided(
        self, row: CrossingRow, events: Sequence[OpenEvent]
    ) -> tuple[list[Draft], set[str]] | None:
        """(what is to be told, the records of what stays told though nothing names it now)."""
        question = question_of(row, events, self.places.get(row.checkpoint))
        if question is None:
            return None
        then = self.books.at(row.checkpoint, row.occurred_ms)
        now = self.books.at(row.checkpoint, max(self.now_ms, row.occurred_ms))
        had = self.books.had(row.checkpoint, question.had)
        found = [
            *agreed.wanted(self.sources.log, question, had),
            *alerts.wanted(question, then, now, self.books),
            *watch_hits.wanted(self.sources.log, self.blind, question, then),
        ]
        return found, alerts.of_ended(question, self.now_ms)

    def _too_fast(self, record_id: int, row: CrossingRow, counts: bool) -> Iterator[Draft]:
        found = sightings.too_fast(self.sources.view, self.ways, record_id, row) if counts else []
        kept = set(self._still_so(record_id, row)) if counts else set()
        yield from alerts.drafts(self.sources, row, found, TOO_FAST, kept)

    def _still_so(self, record_id: int, row: CrossingRow) -> Iterator[str]:
        """What was told of a pair stays as long as it is so, also where a third is nearer now."""
        view = self.sources.view
        for record, code, other in view.execute(_TOLD_PAIRS, (row.record, *TOO_FAST)).fetchall():
            found = view.execute(f"{ROW} WHERE record = ?", (other,)).fetchone()
            sight = None if found is None else crossing_row(found)
            if sight is None or COUNTS_NOT & set(sight.flags):
                continue
            if code == "vehicle.too_fast":
                is_same = bool(row.plate) and row.plate == sight.plate
            else:
                is_same = bool(view.execute(_SHARED, (record_id, other)).fetchone()[0])
            if is_same and sightings.is_still_too_fast(self.ways, row, sight):
                yield str(record)

    def _documents(self, events: Sequence[OpenEvent]) -> Iterator[Document]:
        """The permits, passes and manifests that were shown, as the crossing keeps them."""
        _, items = shown_values(merge_events(events), "crossing")
        for person in items.get("people", {}).values():
            said: Any = (person.get("facts") or {}).get("permit")
            evidence = person.get("evidence") or {}
            if not isinstance(said, dict) or evidence.get("status") != "verified":
                continue
            type_, id_ = said.get("type"), said.get("id")
            for one in person.get("fingerprints") or ():
                if isinstance(type_, str) and isinstance(id_, str):
                    yield Document(self.blind.fingerprint_token(one), type_, id_)
