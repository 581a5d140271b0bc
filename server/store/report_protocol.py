"""Reports as storage keeps them, issued here and handed up by units below: a part of `Store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class ReportUnit:
    """A unit that owes this one its reports; `jwk` is the key that its server signs with."""

    id: str
    name: str
    hotline: str
    jwk: Mapping[str, str]
    added_ms: int


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A unit's issued report as it came; `text` is what `sha256` and the unit's signature cover."""

    unit: str
    at_ms: int
    number: str
    made_ms: int
    received_ms: int
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

    def put_report_unit(self, unit: ReportUnit, entry: AuditEntry) -> None:
        """Add a unit, or change one of the same id, with the audit entry."""

    def drop_report_unit(self, unit: str, entry: AuditEntry) -> bool:
        """No longer expect its reports; what it handed up stays. False where there is none."""

    def report_units(self) -> list[ReportUnit]:
        """The units that owe reports, by id."""

    def keep_received(self, report: ReceivedReport, entry: AuditEntry) -> bool:
        """Keep it, with the audit entry; False, and nothing written, where it is known already."""

    def kept_counts(self, from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> dict[str, int]:
        """Sums of crossings that were compacted, over the local days wholly within (SPEC G7)."""

    def first_kept_ms(self, checkpoints: Sequence[str]) -> int | None:
        """When the first day begins of which compacted crossings are counted; None: of none."""

    def received_reports(self, at_ms: int) -> list[ReceivedReport]:
        """What was handed up for one cut-off: by unit, the one made last at the end."""
