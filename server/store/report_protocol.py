"""Issued reports as storage keeps them: a part of `Store`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from server.store.published import AuditEntry


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """One report as it was issued; `text` is the exact JSON that `sha256` and `signature` cover."""

    year: int
    number: str
    at_ms: int
    issued_ms: int
    who: str
    text: str
    sha256: bytes
    signature: bytes


class ReportNumberError(ValueError):
    """Another report of that year has this number."""


class ReportStore(Protocol):
    """What was issued stays as it is: nothing here changes or forgets a report."""

    def issue_report(self, report: IssuedReport, entry: AuditEntry) -> None:
        """Keep it, with the audit entry. Raises ReportNumberError."""

    def issued_reports(self) -> list[IssuedReport]:
        """All of them, oldest first."""
