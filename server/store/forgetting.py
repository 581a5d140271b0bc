"""What of the log is to be forgotten: the part of the SQLite store that erases, purges, compacts.

SPEC G. Each is one transaction with its audit entry; the view follows.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Sequence

from server.accept import ContentKeys
from server.config import Config
from server.store.compact import Compaction
from server.store.forgotten import Compacted, Purged, Target
from server.store.hold_protocol import HoldsChangedError
from server.store.holding import Holding
from server.store.log import audit, erasures, holds
from server.store.log.log_file import OwnDevice
from server.store.log.own_chain import OwnChain
from server.store.log.persons import DayKeys
from server.store.log.purge import day_parts, days_before, look, purge
from server.store.log.rows import Memory
from server.store.log.vouching import Signer
from server.store.published import AuditEntry
from server.store.reader import Reader, ViewMissingError, read_only
from server.store.writer import Writer

TRIES = 5
"""How often a purge is worked out anew because somebody placed or released a hold meanwhile."""


class Forgetting(Holding):
    """A base of `SqliteStore`, which sets what is named here."""

    config: Config
    day_keys: DayKeys
    own_device: OwnDevice
    _audit_key: bytes
    _content_keys: ContentKeys
    _memory: Memory
    _reader: Reader
    _signer: Signer
    _writer: Writer

    def erase(
        self,
        targets: Sequence[Target],
        reason: str,
        basis: str,
        user: str | None,
        now_ms: int,
        *,
        again: bool = False,
    ) -> list[str]:
        """Forget the person parts of these events for good, everywhere (SPEC G1)."""
        seen = None if again else self._refuse_on_hold([one.ref for one in targets])
        chain = self.own_chain()
        events = erasures.drafts(targets, reason, basis, user, now_ms, secrets.token_bytes)
        details = {"events": len(targets), "reason": reason, "basis": basis}
        entry = AuditEntry(now_ms, user or "cli", "erase", details=details)

        def job(log: sqlite3.Connection) -> list[str]:
            if seen is not None and holds.revision(log) != seen:
                raise HoldsChangedError
            audit.append_audit(log, entry, self._audit_key)
            return [chain.append(log, one, None) for one in events]

        return self._writer.run(job)

    def targets_of_refs(self, refs: Sequence[str]) -> tuple[list[Target], list[str]]:
        return self._reader.run(lambda files: erasures.targets_of_refs(files.log, refs))

    def targets_of_record(self, record: str) -> list[Target]:
        try:
            return self._reader.run(
                lambda files: erasures.targets_of_record(files.log, files.view, record)
            )
        except ViewMissingError:
            return []

    def removals(self, feeds: Sequence[str], after: int, through: int) -> list[str]:
        """What was erased in these feeds under after < number ≤ through (SPEC F10, G4)."""
        return self._reader.run(lambda files: erasures.removals(files.log, feeds, after, through))

    def not_erased(self, home: str, refs: Sequence[str], destination: str = "") -> list[str]:
        """Those of these references that no erasure of this checkpoint, or commune, named yet."""
        return self._reader.run(
            lambda files: erasures.not_erased(files.log, home, refs, destination)
        )

    def days_before(self, day: str) -> list[str]:
        """The days before `day` whose person parts can still be opened."""
        return self._reader.run(lambda files: days_before(files.log, day))

    def look_at_purge(self, days: Sequence[str]) -> Purged:
        """What `purge` would destroy and keep now."""
        kept = self._kept_of_days(days)
        return self._reader.run(
            lambda files: look(files.log, days, kept.numbers, self.day_keys.apart())
        )

    def purge(self, days: Sequence[str], now_ms: int, who: str = "cli") -> Purged:
        """Destroy the keys of these days, and the person parts under them (SPEC G6, G10)."""
        for left in reversed(range(TRIES)):
            try:
                return self._purge(days, now_ms, who)
            except HoldsChangedError:
                if not left:
                    raise
        raise AssertionError("not reached")

    def _purge(self, days: Sequence[str], now_ms: int, who: str) -> Purged:
        kept = self._kept_of_days(days)

        def job(log: sqlite3.Connection) -> Purged:
            kept.check(log)
            done = purge(log, days, kept.numbers, self.day_keys.apart(), now_ms)
            gone = [one for one in done.each if one.is_change]
            details = {
                "days": list(days),
                "persons": done.persons,
                "kept": done.kept,
                "proof": {one.day: [one.persons, one.kept, one.sha256] for one in gone},
            }
            entry = AuditEntry(now_ms, who, "purge", details=details)
            audit.append_audit(log, entry, self._audit_key)
            return done

        done = self._writer.run(job)
        self.day_keys.forget()
        return done

    def day_parts(self, day: str) -> tuple[int, str]:
        """(person parts that the events of a day had, the SHA-256 that names them)."""
        return self._reader.run(lambda files: day_parts(files.log, day))

    def look_at_compaction(self, before_ms: int) -> Compacted:
        """What `compact` would drop and keep now."""
        with contextlib.closing(Compaction()) as plan:
            return self._reader.run(lambda files: plan.look(files.log, files.view, before_ms))

    def compact(self, before_ms: int, now_ms: int, who: str = "cli") -> Compacted:
        """Drop the bodies of what was received before then and is finished (SPEC G7–G10)."""
        with contextlib.closing(Compaction()) as plan:
            self._reader.run(lambda files: plan.prepare(files.log, files.view, before_ms))

            def job(log: sqlite3.Connection) -> Compacted:
                with contextlib.closing(read_only(self.config.view_path)) as view:
                    done = plan.run(log, view)
                details = {"events": done.events, "before_ms": before_ms}
                entry = AuditEntry(now_ms, who, "compact", details=details)
                audit.append_audit(log, entry, self._audit_key)
                return done

            return self._writer.run(job)

    def own_chain(self) -> OwnChain:
        """The chain of what this server itself writes (SPEC A7)."""
        return OwnChain(
            self.own_device, self.day_keys, self._content_keys, self._memory, self._signer
        )
