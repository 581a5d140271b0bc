"""Reports in `log.db`: the part of the SQLite store that keeps them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from server.store.log import audit, kept
from server.store.published import AuditEntry
from server.store.reader import Reader
from server.store.report_protocol import (
    IssuedReport,
    ReceivedReport,
    ReportNumberError,
    ReportUnit,
)
from server.store.writer import Writer

_COLUMNS = "year, number, at_ms, issued_ms, who, text, sha256, signature"

_UNIT = "id, name, hotline, jwk, added_ms"
_RECEIVED = "unit, at_ms, number, made_ms, received_ms, text, sha256, signature"


class Reported:
    """A base of `SqliteStore`, which sets what is named here."""

    _audit_key: bytes
    _reader: Reader
    _writer: Writer

    def issue_report(self, report: IssuedReport, entry: AuditEntry) -> None:
        """Keep it, with the audit entry. Raises ReportNumberError."""
        row = tuple(getattr(report, name) for name in _COLUMNS.split(", "))

        def job(log: sqlite3.Connection) -> None:
            try:
                marks = ", ".join("?" * len(row))
                log.execute(f"INSERT INTO reports ({_COLUMNS}) VALUES ({marks})", row)
            except sqlite3.IntegrityError:
                raise ReportNumberError(report.number) from None
            audit.append_audit(log, entry, self._audit_key)

        self._writer.run(job)

    def issued_reports(self) -> list[IssuedReport]:
        """All of them, oldest first."""
        rows = self._reader.run(
            lambda files: files.log.execute(f"SELECT {_COLUMNS} FROM reports ORDER BY n").fetchall()
        )
        return [IssuedReport(*row) for row in rows]

    def put_report_unit(self, unit: ReportUnit, entry: AuditEntry) -> None:
        """Add a unit, or change one of the same id, with the audit entry."""
        row = (unit.id, unit.name, unit.hotline, json.dumps(dict(unit.jwk)), unit.added_ms)

        def job(log: sqlite3.Connection) -> None:
            log.execute(
                f"INSERT OR REPLACE INTO report_units ({_UNIT}) VALUES (?, ?, ?, ?, ?)", row
            )
            audit.append_audit(log, entry, self._audit_key)

        self._writer.run(job)

    def drop_report_unit(self, unit: str, entry: AuditEntry) -> bool:
        """No longer expect its reports; what it handed up stays. False where there is none."""

        def job(log: sqlite3.Connection) -> bool:
            dropped = log.execute("DELETE FROM report_units WHERE id = ?", (unit,)).rowcount == 1
            if dropped:
                audit.append_audit(log, entry, self._audit_key)
            return dropped

        return self._writer.run(job)

    def report_units(self) -> list[ReportUnit]:
        """The units that owe reports, by id."""
        rows = self._reader.run(
            lambda files: files.log.execute(
                f"SELECT {_UNIT} FROM report_units ORDER BY id"
            ).fetchall()
        )
        return [
            ReportUnit(unit, name, hotline, json.loads(jwk), added_ms)
            for unit, name, hotline, jwk, added_ms in rows
        ]

    def keep_received(self, report: ReceivedReport, entry: AuditEntry) -> bool:
        """Keep it, with the audit entry; False, and nothing written, where it is known already."""
        row = tuple(getattr(report, name) for name in _RECEIVED.split(", "))

        def job(log: sqlite3.Connection) -> bool:
            marks = ", ".join("?" * len(row))
            is_new = (
                log.execute(
                    f"INSERT OR IGNORE INTO received_reports ({_RECEIVED}) VALUES ({marks})", row
                ).rowcount
                == 1
            )
            if is_new:
                audit.append_audit(log, entry, self._audit_key)
            return is_new

        return self._writer.run(job)

    def received_reports(self, at_ms: int) -> list[ReceivedReport]:
        """What was handed up for one cut-off: by unit, the one made last at the end."""
        rows = self._reader.run(
            lambda files: files.log.execute(
                f"SELECT {_RECEIVED} FROM received_reports WHERE at_ms = ?"
                " ORDER BY unit, made_ms, n",
                (at_ms,),
            ).fetchall()
        )
        return [ReceivedReport(*row) for row in rows]

    def kept_counts(self, from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> dict[str, int]:
        """Sums of crossings that were compacted, over the local days wholly within (SPEC G7)."""
        return self._reader.run(
            lambda files: kept.kept_counts(files.view, from_ms, to_ms, checkpoints)
        )

    def first_kept_ms(self, checkpoints: Sequence[str]) -> int | None:
        """When the first day begins of which compacted crossings are counted; None: of none."""
        return self._reader.run(lambda files: kept.first_kept_ms(files.view, checkpoints))
