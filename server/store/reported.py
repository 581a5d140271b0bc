"""Issued reports in `log.db`: the part of the SQLite store that keeps them."""

from __future__ import annotations

import sqlite3

from server.store.log import audit
from server.store.published import AuditEntry
from server.store.reader import Reader
from server.store.report_protocol import IssuedReport, ReportNumberError
from server.store.writer import Writer

_COLUMNS = "year, number, at_ms, issued_ms, who, text, sha256, signature"


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
