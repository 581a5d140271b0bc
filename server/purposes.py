"""Why somebody may look, and what each purpose must name. A look without it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from server.problems import ProblemError
from server.store.view_protocol import Criteria
from sync.complaint import complaint_number

LOCAL = timezone(timedelta(hours=7))
DAY_MS = 86_400_000
SHIFT_HOURS = 36
"""A shift that begins on a date is looked at from its midnight for a day and a half."""

WIDE_DAYS = 7
"""Without a plate, name, number or phone, only an approver's search covers more than this."""

NEEDED: dict[str, tuple[str, ...]] = {
    "shift_check": ("checkpoint", "shift_date"),
    "tracing": ("request_number",),
    "investigation": ("document_number", "document_date"),
    "complaint": ("complaint_code",),
    "review": (),
}
"""đối soát ca trực · truy vết · điều tra · khiếu nại (what the code names, and nothing else) ·
việc cần xem (the queue: flagged crossings only)."""


def reference_text(purpose: str, reference: Mapping[str, str | date]) -> str:
    """The reference as the audit log keeps it; ProblemError "search.purpose" naming what lacks."""
    needed = NEEDED.get(purpose)
    if needed is None:
        raise ProblemError("search.purpose", errors=(("purpose", "invalid"),))
    given = {name: str(reference.get(name, "")).strip() for name in needed}
    lacking = [(f"reference/{name}", "missing") for name, value in given.items() if not value]
    if lacking:
        raise ProblemError("search.purpose", errors=lacking)
    return " ".join(f"{name}={value}" for name, value in given.items())


def confined(purpose: str, reference: Mapping[str, str | date], criteria: Criteria) -> Criteria:
    """The criteria, kept to what the purpose is about: a shift check sees its shift, no more."""
    if purpose == "complaint":
        number = complaint_number(str(reference["complaint_code"]))
        if number is None:
            raise ProblemError("search.purpose", errors=(("reference/complaint_code", "invalid"),))
        return Criteria(complaint=number)
    if purpose == "review":
        return replace(criteria, review=criteria.review or "open")
    if purpose != "shift_check":
        return criteria
    day = reference["shift_date"]
    if isinstance(day, str):
        day = date.fromisoformat(day)
    start = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    start_ms = int(start.timestamp()) * 1000
    end_ms = start_ms + SHIFT_HOURS * 3_600_000
    return replace(
        criteria,
        checkpoints=(str(reference["checkpoint"]),),
        from_ms=max(start_ms, criteria.from_ms or start_ms),
        to_ms=min(end_ms, criteria.to_ms or end_ms),
    )


def is_wide(purpose: str, criteria: Criteria) -> bool:
    """Whether confined criteria take in so much that an approver has to ask for it.

    The queue (purpose "review") and a complaint's code name what they are about by themselves.
    """
    if purpose == "review" or criteria.complaint is not None:
        return False
    if criteria.plate or criteria.name or criteria.id_number or criteria.phone:
        return False
    if criteria.from_ms is None or criteria.to_ms is None:
        return True
    return criteria.to_ms - criteria.from_ms > WIDE_DAYS * DAY_MS


def criteria_for_audit(criteria: Criteria) -> dict[str, object]:
    """What the audit log keeps of criteria: values that concern nobody, and which others were used.

    A plate with a time is personal, so of plate, name, number and phone only the use is kept.
    """
    used = [one for one in ("plate", "name", "id_number", "phone") if getattr(criteria, one)]
    return {
        "from_ms": criteria.from_ms,
        "to_ms": criteria.to_ms,
        "checkpoints": list(criteria.checkpoints),
        "outcomes": list(criteria.outcomes),
        "actions": list(criteria.actions),
        "direction": criteria.direction,
        "review": criteria.review,
        "used": used,
    }
