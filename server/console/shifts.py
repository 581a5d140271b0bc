"""Shifts: who is on duty now, where nobody is, what was asked and handed over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.shapes import ACTIONS
from server.access import the_user
from server.console.crossing import names_of_people
from server.console.review import CATCH_UP_MS, MAX_KEY_CHARACTERS
from server.console.times import HOUR_MS, MINUTE_MS
from server.console.visit import REVIEWERS, language, memory, signed_in
from server.context import here
from server.packs import EVERYBODY, said_by
from server.problems import ProblemError
from server.store.published import AuditEntry
from server.store.registered import Checkpoint, UserRole
from server.store.shift_protocol import ShiftRow, ShiftWhole
from sync.encoding import is_uuid7
from sync.events import is_item_id

PAGE_ROWS = 40
FORGOTTEN_MS = 48 * HOUR_MS
"""A shift that nobody handed over for so long is not taken for one that still runs."""

LATE_MS = 15 * MINUTE_MS
"""As on the tablet: so long past its time a shift is late."""

MAX_ANSWER_CHARACTERS = 300
COUNTED = (
    "crossings",
    "vehicles",
    "people",
    "passed",
    "referred",
    "turned_back",
    "green_lane",
    "waved",
    "overrides",
    "violations",
    "incidents",
    "unsent",
    "conflicts",
)
LOOKERS: tuple[UserRole, ...] = (*REVIEWERS, "command", "admin")
DECIDERS: tuple[UserRole, ...] = ("command", "approver")
"""Who may answer what a checkpoint asks: the others see it."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One checkpoint now. `trouble`: none, overlap, late, or "" where all is well."""

    place: Checkpoint
    running: tuple[ShiftRow, ...]
    trouble: str

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.running)


def add_pages(console: Blueprint) -> None:
    """/console/shifts, one of them, and answers to what is asked."""
    console.add_url_rule("/shifts", "shifts", shifts)
    console.add_url_rule("/shifts/<string:record>", "shift", shift)
    console.add_url_rule("/shifts/<string:record>/answers", "answer", answer, methods=["POST"])


@signed_in(*LOOKERS)
def shifts() -> str:
    """Every active checkpoint as it is manned now, what needs somebody first; then all shifts."""
    context, now_ms = here(), here().clock()
    after, checkpoint = request.args.get("after", ""), request.args.get("checkpoint", "")
    places = sorted(context.store.checkpoints(), key=lambda one: (one.province, one.name))
    known = {one.id for one in places}
    if len(after) > MAX_KEY_CHARACTERS or (checkpoint and checkpoint not in known):
        raise ProblemError("request.invalid")
    details = {"checkpoint": checkpoint, "first": not after}
    context.store.audit(AuditEntry(now_ms, the_user().id, "shifts", details=details))
    try:
        rows, following = context.store.shifts(
            (checkpoint,) if checkpoint else (), after, PAGE_ROWS
        )
    except ValueError:
        raise ProblemError("cursor.shape") from None
    return render_template(
        "shifts.html",
        duties=[] if after else on_duty(places, now_ms),
        rows=rows,
        after=after,
        following=following,
        checkpoint=checkpoint,
        places=places,
        names={one.id: one.name for one in places},
        who=names_of_people(),
        now_ms=now_ms,
    )


@signed_in(*LOOKERS)
def shift(record: str) -> str:
    """One shift: who stood where, steps, decisions, figures handed over."""
    return _page(_look(record, "shift"), request.args.get("told", ""))


@signed_in(*DECIDERS)
def answer(record: str) -> Response | tuple[str, int]:
    """Decide what the checkpoint asked; refused where somebody decided meanwhile."""
    item, decision = request.form.get("item", ""), request.form.get("decision", "")
    words = request.form.get("words", "").strip()
    is_known = decision in ACTIONS and is_item_id(item) and len(words) <= MAX_ANSWER_CHARACTERS
    if not is_known or re.search(r"[\x00-\x1f]", words):
        raise ProblemError("request.invalid")
    found = _look(record, "shift.answer", {"decision": decision})
    question = found.consults.get(item)
    if question is None:
        raise ProblemError("record.unknown")
    if question.get("decision") is not None:
        return _page(found, "decided"), 409
    context, now_ms = here(), here().clock()
    user = the_user()
    said = {"answered_by": user.name[:100]} | ({"answer": words} if words else {})
    context.store.write(
        kind="shift",
        record=record,
        home=found.row.checkpoint,
        user=user.id,
        fields={},
        person=None,
        now_ms=now_ms,
        items={
            "consults": {item: {"decision": decision, "decided": now_ms, "decided_by": user.id}}
        },
        person_items={"consults": {item: said}},
    )
    memory().acted.add(f"shift {record}", now_ms + CATCH_UP_MS)
    return redirect(url_for("console.shift", record=record, told="answered"), 303)


def on_duty(places: list[Checkpoint], now_ms: int) -> list[Duty]:
    """Active checkpoints and how they are manned, those that need somebody first."""
    running: dict[str, list[ShiftRow]] = {}
    for row in here().store.running_shifts(now_ms - FORGOTTEN_MS):
        running.setdefault(row.checkpoint, []).append(row)
    duties = [
        Duty(one, tuple(running.get(one.id, ())), _trouble(running.get(one.id, []), now_ms))
        for one in places
        if one.state == "active" or one.id in running
    ]
    order = ("none", "overlap", "late", "")
    return sorted(duties, key=lambda one: (not one.waiting, order.index(one.trouble)))


def _trouble(running: list[ShiftRow], now_ms: int) -> str:
    if not running:
        return "none"
    if len(running) > 1:
        return "overlap"
    due_ms = running[0].due_ms
    return "late" if due_ms is not None and now_ms > due_ms + LATE_MS else ""


def _look(record: str, what: str, details: dict[str, str] | None = None) -> ShiftWhole:
    """Audit first, then read."""
    if not is_uuid7(record):
        raise ProblemError("record.unknown")
    context = here()
    context.store.audit(
        AuditEntry(context.clock(), the_user().id, what, record, details=details or {})
    )
    found = context.store.shift(record)
    if found is None:
        raise ProblemError("record.unknown")
    return found


def _page(found: ShiftWhole, told: str) -> str:
    store = here().store
    places = {one.id: one for one in store.checkpoints()}
    counts = found.fields.get("counts") or {}
    place = places.get(found.row.checkpoint)
    return render_template(
        "shift.html",
        found=found,
        row=found.row,
        place=found.row.checkpoint if place is None else place.name,
        told=told,
        who=names_of_people(),
        duties=_by_duty(found),
        steps=_step_words(),
        counted=[(name, counts[name]) for name in COUNTED if name in counts],
        questions=sorted(found.consults.items(), key=lambda one: int(one[1].get("asked", 0))),
        may_decide=the_user().role in DECIDERS,
        actions=ACTIONS,
        max_answer=MAX_ANSWER_CHARACTERS,
    )


def _by_duty(found: ShiftWhole) -> dict[str, list[str]]:
    """Duty → names, in the order of the vocabulary."""
    who = names_of_people()
    named: dict[str, list[str]] = {}
    for one in found.roster.values():
        officer = one.get("officer")
        name = who.get(officer, officer) if officer else one.get("name") or "–"
        named.setdefault(str(one.get("duty", "")), []).append(str(name))
    return named


def _step_words() -> dict[str, str]:
    """What a step says now, by its id; one that is no longer published shows its id."""
    pack = here().store.pack("procedures", EVERYBODY)
    steps = [] if pack is None else said_by(pack)["steps"]
    spoken = language()
    return {one["id"]: str(one.get(spoken) or one["vi"]) for one in steps}
