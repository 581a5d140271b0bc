"""Reference data in `log.db`: the part of the SQLite store that files of rows are taken into."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from server.keys import KeyRing
from server.store.log import audit, registry
from server.store.log.rows import Memory
from server.store.published import AuditEntry
from server.store.reader import Reader
from server.store.reference_protocol import Company, Duty, Reference, Road, WorkerPermit
from server.store.writer import Writer


class Referenced:
    """A base of `SqliteStore`, which sets what is named here."""

    keys: KeyRing
    _audit_key: bytes
    _memory: Memory
    _reader: Reader
    _writer: Writer

    def take_in(self, reference: Reference, entries: Sequence[AuditEntry]) -> None:
        """Put and remove all of it with its audit entries, in one transaction."""

        def job(log: sqlite3.Connection) -> None:
            for place in reference.checkpoints:
                registry.put_checkpoint(log, place, self.keys)
            for officer in reference.officers:
                registry.put_officer(log, officer, self.keys)
            _put(log, reference)
            for entry in entries:
                audit.append_audit(log, entry, self._audit_key)
            # Authority ranks are remembered.
            self._memory.forget()

        self._writer.run(job)

    def roads(self) -> list[Road]:
        rows = self._all("SELECT id, name, aliases FROM roads ORDER BY name, id")
        return [Road(id_, name, tuple(json.loads(aliases))) for id_, name, aliases in rows]

    def companies(self) -> list[Company]:
        rows = self._all(
            "SELECT id, name, tax_code, commune, address, contact, phone FROM companies"
            " ORDER BY name, id"
        )
        return [Company(*row) for row in rows]

    def duties(self, since_ms: int, until_ms: int) -> list[Duty]:
        rows = self._all(
            "SELECT checkpoint, from_ms, until_ms, officer, duty FROM duties"
            " WHERE until_ms > ? AND from_ms < ? ORDER BY from_ms, checkpoint, officer",
            since_ms,
            until_ms,
        )
        return [Duty(*row) for row in rows]

    def worker_permits(self) -> list[WorkerPermit]:
        rows = self._all(
            "SELECT company, person, said, permit, kid, expires_ms FROM workers"
            " ORDER BY company, person"
        )
        return [WorkerPermit(*row) for row in rows]

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._reader.run(lambda files: files.log.execute(sql, values).fetchall())


def _put(log: sqlite3.Connection, reference: Reference) -> None:
    log.executemany(
        "INSERT OR REPLACE INTO roads (id, name, aliases) VALUES (?, ?, ?)",
        [(one.id, one.name, json.dumps(one.aliases)) for one in reference.roads],
    )
    log.executemany(
        "INSERT OR REPLACE INTO companies (id, name, tax_code, commune, address, contact, phone)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (one.id, one.name, one.tax_code, one.commune, one.address, one.contact, one.phone)
            for one in reference.companies
        ],
    )
    log.executemany(
        "DELETE FROM duties WHERE checkpoint = ? AND from_ms = ? AND officer = ?",
        [(one.checkpoint, one.from_ms, one.officer) for one in reference.gone_duties],
    )
    log.executemany(
        "INSERT OR REPLACE INTO duties (checkpoint, from_ms, until_ms, officer, duty)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (one.checkpoint, one.from_ms, one.until_ms, one.officer, one.duty)
            for one in reference.duties
        ],
    )
    log.executemany(
        "DELETE FROM workers WHERE company = ? AND person = ?",
        [(one.company, one.person) for one in reference.gone_workers],
    )
    log.executemany(
        "INSERT OR REPLACE INTO workers (company, person, said, permit, kid, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (one.company, one.person, one.said, one.permit, one.kid, one.expires_ms)
            for one in reference.workers
        ],
    )
