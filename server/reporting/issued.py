"""Issuing a report: figures, place in the log, digest and signature are frozen for good.

What arrives afterwards changes nothing of it; it is told as an addendum (`addendum.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.reporting.document import Report
from server.reporting.frozen import as_json, from_json
from server.reporting.letterhead import Letterhead
from server.reporting.periods import VIETNAM
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.report_protocol import IssuedReport
from sync.batch import sign_es256, verify_es256

PREFIX = b"chot/1 report\n"


class DraftError(ValueError):
    """The cut-off has not come: a draft is not issued."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An issued report, read again; `is_whole`: text, digest and signature still fit."""

    stored: IssuedReport
    report: Report
    letterhead: Letterhead
    is_whole: bool


def issue(
    store: Store,
    key: ec.EllipticCurvePrivateKey,
    report: Report,
    letterhead: Letterhead,
    number: str,
    now_ms: int,
    who: str,
) -> IssuedReport:
    """Freeze and keep it. Raises DraftError, ReportNumberError."""
    if report.is_draft:
        raise DraftError
    year = datetime.fromtimestamp(report.at_ms / 1000, VIETNAM).year
    frozen = {"number": number, "letterhead": asdict(letterhead), "report": as_json(report)}
    text = json.dumps(frozen, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    issued = IssuedReport(
        year, number, report.at_ms, now_ms, who, text, digest, sign_es256(key, PREFIX + digest)
    )
    details = {"at_ms": report.at_ms, "number": number, "sha256": digest.hex(), "n": report.n}
    store.issue_report(issued, AuditEntry(now_ms, who, "report.issue", number, details=details))
    return issued


def opened(stored: IssuedReport, key: ec.EllipticCurvePublicKey) -> Opened:
    """What was frozen, and whether it is still what was signed."""
    digest = hashlib.sha256(stored.text.encode()).digest()
    is_whole = digest == stored.sha256 and verify_es256(key, stored.signature, PREFIX + digest)
    found: dict[str, Any] = json.loads(stored.text)
    head = found["letterhead"]
    for name in ("addressees", "recipients"):
        head[name] = tuple(head[name])
    return Opened(stored, from_json(found["report"]), Letterhead(**head), is_whole)
