"""Holds: the part of the SQLite store that keeps things for a case. SPEC G10."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import NamedTuple

from server.store.blind import BlindIndex
from server.store.hold_protocol import Hold, HoldsChangedError, OnHold, OnHoldError, ViewBehindError
from server.store.log import audit, holds
from server.store.log.erasures import numbers_of
from server.store.log.purge import newest_of
from server.store.log.record import read_events
from server.store.published import AuditEntry
from server.store.reader import Files, Reader, ViewMissingError
from server.store.view.on_hold import numbers_on_hold, records_on_hold
from server.store.view.search import watermark
from server.store.writer import Writer
from sync.chain import NO_PERSON


class Kept(NamedTuple):
    """The numbers of events that holds keep, and the state of the holds they were worked out by."""

    numbers: frozenset[int]
    revision: int

    def check(self, log: sqlite3.Connection) -> None:
        """Inside the writer: HoldsChangedError where a hold came or went since."""
        if holds.revision(log) != self.revision:
            raise HoldsChangedError


class Holding:
    """A base of `SqliteStore`, which sets what is named here."""

    blind: BlindIndex
    _audit_key: bytes
    _reader: Reader
    _writer: Writer

    def place_holds(self, placed: Sequence[Hold], entry: AuditEntry | None) -> None:
        """Keep these from now on; an id that is there already stays as it is."""

        def job(log: sqlite3.Connection) -> None:
            holds.place(log, placed)
            if entry is not None:
                audit.append_audit(log, entry, self._audit_key)

        self._writer.run(job)

    def release_holds(
        self, ids: Collection[str], now_ms: int, who: str, basis: str, entry: AuditEntry | None
    ) -> int:
        """End these where they have not ended; how many ended."""

        def job(log: sqlite3.Connection) -> int:
            if entry is not None:
                audit.append_audit(log, entry, self._audit_key)
            return holds.release(log, ids, now_ms, who, basis)

        return self._writer.run(job)

    def holds(self) -> list[Hold]:
        """All that were ever placed, oldest first."""
        return self._reader.run(lambda files: holds.read_holds(files.log))

    def on_hold(self, hold: Hold) -> OnHold:
        """How much a hold keeps, as far as the view has it."""

        def read(files: Files) -> OnHold:
            numbers = sorted(numbers_on_hold(files.view, [hold]))
            events = read_events(files.log, numbers)
            return OnHold(
                len(records_on_hold(files.view, [hold])),
                sum(one.commitment != NO_PERSON for one in events),
            )

        try:
            return self._reader.run(read)
        except ViewMissingError:
            return OnHold(0, 0)

    def blind_subject(self, id_number: str, phone: str) -> str:
        """The subject of a hold on a person; "" for a number that nothing can be found by."""
        if id_number:
            return self.blind.whole_id(id_number).hex()
        return "".join(one.hex() for one in self.blind.phone_tokens(phone))

    def _kept_of_days(self, days: Sequence[str]) -> Kept:
        """What holds keep of these days. Raises ViewBehindError where that cannot be said yet."""

        def read(files: Files) -> Kept:
            found, revision = holds.active_holds(files.log), holds.revision(files.log)
            if not found:
                return Kept(frozenset(), revision)
            if watermark(files.view) < newest_of(files.log, days):
                raise ViewBehindError
            return Kept(frozenset(numbers_on_hold(files.view, found)), revision)

        try:
            return self._reader.run(read)
        except ViewMissingError:
            raise ViewBehindError from None

    def _refuse_on_hold(self, refs: Sequence[str]) -> int:
        """The revision that was looked at. Raises OnHoldError where a hold keeps one of these."""

        def read(files: Files) -> tuple[int, list[str]]:
            revision, found = holds.revision(files.log), holds.active_holds(files.log)
            if not found:
                return revision, []
            asked = numbers_of(files.log, refs)
            return revision, [
                one.case for one in found if asked & numbers_on_hold(files.view, [one])
            ]

        try:
            revision, cases = self._reader.run(read)
        except ViewMissingError:
            raise ViewBehindError from None
        if cases:
            raise OnHoldError(sorted(set(cases)))
        return revision
