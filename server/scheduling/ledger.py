"""What was written and mailed stands in the audit log: it survives a restart and a restore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.scheduling.due import CATCH_UP_MS, Job
from server.store.protocol import Store
from server.store.published import AuditEntry

WHO = "schedule"
BEGUN, WRITTEN, MAILED, FAULT = (
    *("schedule.begin", "schedule.report"),
    *("schedule.mail", "schedule.fault"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A job that is done: `files` by name with their SHA-256, `n` the log they were made of.

    `complete` of `checkpoints` were complete. `to_mail`: whether it was to be mailed.
    """

    job: Job
    made_ms: int
    n: int
    files: Mapping[str, str]
    complete: int
    checkpoints: int
    to_mail: bool


@dataclass(frozen=True, slots=True)
class Mailed:
    """A report that the mail server took, and how many recipients it did not take."""

    job: Job
    at_ms: int
    refused: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong last about a job; None: before any job."""

    job: Job | None
    code: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Since when there is a schedule, and what was done in the days that still matter."""

    begun_ms: int | None
    written: Mapping[Job, Written]
    mailed: Mapping[Job, Mailed]
    fault: Fault | None

    def to_mail(self, now_ms: int) -> list[Written]:
        """What was written to be mailed and is not yet, oldest first; a day later it is stale."""
        return [
            one
            for job, one in sorted(self.written.items())
            if one.to_mail and job not in self.mailed and now_ms - job.at_ms < CATCH_UP_MS
        ]


def read_ledger(store: Store) -> Ledger:
    """From the audit log. Walks it as a whole: asked when something is due, not every minute."""
    begun = store.audited_of(BEGUN)
    written = [_written(one) for one in store.audited_of(WRITTEN)]
    mailed = [
        Mailed(_job(one.details), one.at_ms, int(one.details["refused"]))
        for one in store.audited_of(MAILED)
    ]
    faults = store.audited_of(FAULT)
    last = faults[-1] if faults else None
    return Ledger(
        begun[0].at_ms if begun else None,
        {one.job: one for one in written},
        {one.job: one for one in mailed},
        None
        if last is None
        else Fault(
            _job(last.details) if "cut_ms" in last.details else None,
            str(last.details["code"]),
            last.at_ms,
        ),
    )


def open_fault(ledger: Ledger, now_ms: int) -> Fault | None:
    """The last thing that went wrong, unless it was put right since or is a day old."""
    fault = ledger.fault
    if fault is None or now_ms - fault.at_ms >= CATCH_UP_MS:
        return None
    done = ledger.mailed if fault.code.startswith("mail.") else ledger.written
    return None if fault.job in done else fault


def note_begun(store: Store, now_ms: int) -> None:
    """From now on what is missed is made up for; nothing before is."""
    store.audit(AuditEntry(now_ms, WHO, BEGUN))


def note_written(store: Store, one: Written) -> None:
    """A job is done."""
    details = {
        **_of_job(one.job),
        "n": one.n,
        "files": dict(one.files),
        "complete": one.complete,
        "checkpoints": one.checkpoints,
        "to_mail": one.to_mail,
    }
    store.audit(AuditEntry(one.made_ms, WHO, WRITTEN, details=details))


def note_mailed(store: Store, one: Mailed, recipients: int) -> None:
    """The mail server answers for it now. Addresses stand in the settings, not here."""
    details = {**_of_job(one.job), "recipients": recipients, "refused": one.refused}
    store.audit(AuditEntry(one.at_ms, WHO, MAILED, details=details))


def note_fault(store: Store, fault: Fault, before: Fault | None) -> None:
    """Once for each thing that goes wrong, however often it is tried."""
    if before is not None and (before.job, before.code) == (fault.job, fault.code):
        return
    about = {} if fault.job is None else _of_job(fault.job)
    store.audit(AuditEntry(fault.at_ms, WHO, FAULT, details={**about, "code": fault.code}))


def _of_job(job: Job) -> dict[str, Any]:
    return {"cut_ms": job.at_ms, "kind": job.kind}


def _job(details: Mapping[str, Any]) -> Job:
    return Job(int(details["cut_ms"]), details["kind"])


def _written(entry: AuditEntry) -> Written:
    found = entry.details
    return Written(
        _job(found),
        entry.at_ms,
        int(found["n"]),
        found["files"],
        int(found["complete"]),
        int(found["checkpoints"]),
        bool(found["to_mail"]),
    )
