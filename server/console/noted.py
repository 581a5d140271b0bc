"""«Sổ việc»: violations, incidents, quick tests, queues of a day, and a violation's draft report.

Lists and figures name nobody. Who broke a rule is shown to reviewers only, one record at a time,
and each look is audited; what a violation was punished with is published in counts and sums alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Blueprint, render_template, request

from server.access import the_user
from server.console.crossing import names_of_people
from server.console.review import MAX_KEY_CHARACTERS
from server.console.texts import text
from server.console.times import DAY_MS, day_start_ms, local, parse_day
from server.console.visit import REVIEWERS, signed_in
from server.context import here
from server.problems import ProblemError
from server.store.noted_protocol import NOTED, NotedCount, NotedQuery, NotedWhole
from server.store.published import AuditEntry
from server.store.registered import Checkpoint
from sync.encoding import is_uuid7

PAGE_ROWS = 50


def add_pages(console: Blueprint) -> None:
    """/console/notes, one of them, and its report on paper."""
    console.add_url_rule("/notes", "noted", noted)
    console.add_url_rule("/notes/<string:record>", "note", note)
    console.add_url_rule("/notes/<string:record>/report", "violation_report", violation_report)


@signed_in("reviewer", "approver", "command")
def noted() -> str:
    """One day of one kind, newest first, with its counts."""
    kind, checkpoint = request.args.get("kind", NOTED[0]), request.args.get("checkpoint", "")
    after = request.args.get("after", "")
    context, now_ms = here(), here().clock()
    names = {one.id: one.name for one in context.store.checkpoints()}
    day = _day(request.args.get("day", ""), now_ms)
    if kind not in NOTED or (checkpoint and checkpoint not in names):
        raise ProblemError("request.invalid")
    if len(after) > MAX_KEY_CHARACTERS:
        raise ProblemError("cursor.shape")
    from_ms = day_start_ms(day)
    details = {"kind": kind, "day": day.isoformat(), "checkpoint": checkpoint, "first": not after}
    context.store.audit(AuditEntry(now_ms, the_user().id, "noted", details=details))
    places = (checkpoint,) if checkpoint else ()
    query = NotedQuery(kind, from_ms, from_ms + DAY_MS, places)
    try:
        rows, following = context.store.noted(query, after, PAGE_ROWS)
    except ValueError:
        raise ProblemError("cursor.shape") from None
    counts = context.store.noted_counts(from_ms, from_ms + DAY_MS, places)
    return render_template(
        "noted.html",
        kind=kind,
        kinds=NOTED,
        day=day.isoformat(),
        checkpoint=checkpoint,
        rows=rows,
        after=after,
        following=following,
        counts=[one for one in counts if one.kind == kind],
        totals={one: totals(counts, one) for one in NOTED},
        names=names,
        who=names_of_people(),
        may_look=the_user().role in REVIEWERS,
    )


@signed_in(*REVIEWERS)
def note(record: str) -> str:
    """One record, with who it was."""
    found = _look(record, "note")
    store = here().store
    return render_template(
        "note.html",
        found=found,
        row=found.row,
        names={one.id: one.name for one in store.checkpoints()},
        who=names_of_people(),
        devices={one.id: one.name for one in store.devices()},
    )


@signed_in(*REVIEWERS)
def violation_report(record: str) -> str:
    """The draft report of a violation, to print and to fill in by hand."""
    found = _look(record, "note.report")
    if found.row.kind != "violation":
        raise ProblemError("record.unknown")
    return render_template(
        "violation_report.html",
        found=found,
        row=found.row,
        place=_place(found.row.checkpoint),
        unit=here().config.unit,
        at=local(found.row.occurred_ms),
        # A paper of the state is in Vietnamese, whoever prints it.
        vi=lambda key: text("vi", key),
        who=names_of_people(),
    )


def totals(counts: Iterable[NotedCount], kind: str) -> tuple[int, int]:
    """(records, sum of numbers) of a kind."""
    of_kind = [one for one in counts if one.kind == kind]
    return sum(one.records for one in of_kind), sum(one.total for one in of_kind)


def _place(checkpoint: str) -> Checkpoint | None:
    return next((one for one in here().store.checkpoints() if one.id == checkpoint), None)


def _look(record: str, what: str) -> NotedWhole:
    """Audit first, then read."""
    if not is_uuid7(record):
        raise ProblemError("record.unknown")
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, what, record, "review"))
    found = context.store.noted_whole(record, persons=True)
    if found is None:
        raise ProblemError("record.unknown")
    return found


def _day(typed: str, now_ms: int) -> date:
    if not typed:
        return local(now_ms).date()
    try:
        return parse_day(typed)
    except ValueError:
        raise ProblemError("request.invalid") from None
