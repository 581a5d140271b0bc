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
from server.store.log import audit, erasures
from server.store.log.log_file import OwnDevice
from server.store.log.own_chain import OwnChain
from server.store.log.persons import DayKeys
from server.store.log.purge import days_before, purge
from server.store.log.rows import Memory
from server.store.log.vouching import Signer
from server.store.published import AuditEntry
from server.store.reader import Reader, ViewMissingError, read_only
from server.store.writer import Writer


class Forgetting:
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
        self, targets: Sequence[Target], reason: str, basis: str, user: str | None, now_ms: int
    ) -> list[str]:
        """Forget the person parts of these events for good, everywhere (SPEC G1)."""
        chain = self.own_chain()
        events = erasures.drafts(targets, reason, basis, user, now_ms, secrets.token_bytes)
        details = {"events": len(targets), "reason": reason, "basis": basis}
        entry = AuditEntry(now_ms, user or "cli", "erase", details=details)

        def job(log: sqlite3.Connection) -> list[str]:
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

    def purge(self, days: Sequence[str], now_ms: int) -> Purged:
        """Destroy the keys of these days, and the person parts under them (SPEC G6)."""

        def job(log: sqlite3.Connection) -> Purged:
            done = purge(log, days)
            details = {"days": list(days), "persons": done.persons}
            audit.append_audit(
                log, AuditEntry(now_ms, "cli", "purge", details=details), self._audit_key
            )
            return done

        done = self._writer.run(job)
        self.day_keys.forget()
        return done

    def compact(self, before_ms: int, now_ms: int) -> Compacted:
        """Drop the bodies of what was received before then and is finished (SPEC G7–G9)."""
        with contextlib.closing(Compaction()) as plan:
            self._reader.run(lambda files: plan.prepare(files.log, files.view, before_ms))

            def job(log: sqlite3.Connection) -> Compacted:
                with contextlib.closing(read_only(self.config.view_path)) as view:
                    done = plan.run(log, view)
                details = {"events": done.events, "before_ms": before_ms}
                entry = AuditEntry(now_ms, "cli", "compact", details=details)
                audit.append_audit(log, entry, self._audit_key)
                return done

            return self._writer.run(job)

    def own_chain(self) -> OwnChain:
        """The chain of what this server itself writes (SPEC A7)."""
        return OwnChain(
            self.own_device, self.day_keys, self._content_keys, self._memory, self._signer
        )
