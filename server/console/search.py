"""Search: purpose and reference first, then criteria. Nothing personal in a URL or a log."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from schemas.shapes import ACTIONS, DIRECTIONS, OUTCOMES
from server.access import the_user
from server.console.reasons import rulebook
from server.console.review import MAX_KEY_CHARACTERS
from server.console.texts import text
from server.console.times import parse_day, parse_moment_ms
from server.console.visit import REVIEWERS, language, signed_in
from server.console.words import Words
from server.context import here
from server.problems import ProblemError
from server.purposes import (
    NEEDED,
    WIDE_DAYS,
    confined,
    criteria_for_audit,
    is_wide,
    reference_text,
)
from server.searches import OpenSearch
from server.store.published import AuditEntry
from server.store.view_protocol import Criteria
from sync.complaint import complaint_number
from sync.encoding import uuid7

PAGE_ROWS = 50
PURPOSES = ("shift_check", "tracing", "investigation", "complaint")
MAX_TEXT_CHARACTERS = 64

_NOT_PLATE = re.compile(r"[\s.\-]")
_PLATE = re.compile(r"[0-9A-ZĐ]{2,16}")
_REFERENCE = re.compile(r"(?=.*[0-9])[\w/.() -]{2,64}")
"""Numbers of documents have a digit; a free text would name people and give no check at all."""


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it: text keys by field."""

    values: MultiDict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        value = self.values.get(name, "").strip()
        if len(value) > MAX_TEXT_CHARACTERS:
            self.wrong[name] = "search.bad.text"
            return ""
        return value

    def choices(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        chosen = tuple(dict.fromkeys(self.values.getlist(name)))
        if not set(chosen) <= set(allowed):
            self.wrong[name] = "search.bad.choice"
            return ()
        return chosen


def add_pages(console: Blueprint) -> None:
    """/console/searches and its result pages."""
    console.add_url_rule("/searches", "search_form", search_form)
    console.add_url_rule("/searches", "open_search", open_search, methods=["POST"])
    console.add_url_rule("/searches/<string:search_id>", "search_page", search_page)


@signed_in(*REVIEWERS)
def search_form() -> str:
    """The empty form."""
    return _form(Form(MultiDict()))


@signed_in(*REVIEWERS)
def open_search() -> Response | tuple[str, int]:
    """Check purpose, reference and criteria; keep them here; go to the first page."""
    context, user = here(), the_user()
    form = Form(request.form)
    purpose, reference = _purpose(form)
    criteria = _criteria(form)
    if not form.wrong:
        criteria = confined(purpose, reference, criteria)
        if user.role != "approver" and is_wide(purpose, criteria):
            form.wrong["criteria"] = "search.wide"
    if form.wrong:
        return _form(form), 422
    now_ms = context.clock()
    reason = reference_text(purpose, reference)
    search_id = uuid7(now_ms, secrets.token_bytes(10))
    context.store.audit(
        AuditEntry(
            now_ms, user.id, "search", search_id, purpose, reason, criteria_for_audit(criteria)
        )
    )
    context.searches.add(search_id, OpenSearch(user.id, purpose, reason, criteria, now_ms))
    return redirect(url_for("console.search_page", search_id=search_id), 303)


@signed_in(*REVIEWERS)
def search_page(search_id: str) -> str:
    """One page of results; each page is a look of its own in the audit."""
    context, user = here(), the_user()
    after = request.args.get("after", "")
    now_ms = context.clock()
    search = context.searches.get(search_id, user.id, now_ms)
    if search is None:
        raise ProblemError("search.unknown", detail=text(language(), "search.lapsed"))
    if len(after) > MAX_KEY_CHARACTERS:
        raise ProblemError("cursor.shape")
    context.store.audit(
        AuditEntry(
            now_ms, user.id, "search.page", search_id, search.purpose, search.reference,
            {"first": not after},
        )
    )  # fmt: skip
    try:
        rows, following = context.store.search(search.criteria, after, PAGE_ROWS)
    except ValueError:
        raise ProblemError("cursor.shape") from None
    if not context.searches.show(search, [row.record for row in rows]):
        raise ProblemError("search.wide")
    return render_template(
        "results.html",
        search=search,
        search_id=search_id,
        rows=rows,
        after=after,
        following=following,
        reference=Words(language()).reference(search.reference),
        rulebook=rulebook(context.store, (row.checkpoint for row in rows)),
        names={one.id: one.name for one in context.store.checkpoints()},
        told=request.args.get("told", ""),
    )


def _form(form: Form) -> str:
    return render_template(
        "search.html",
        form=form,
        purposes=PURPOSES,
        needed=NEEDED,
        checkpoints=sorted(here().store.checkpoints(), key=lambda one: (one.province, one.name)),
        outcomes=OUTCOMES,
        actions=ACTIONS,
        directions=DIRECTIONS,
        wide_days=WIDE_DAYS,
    )


def _purpose(form: Form) -> tuple[str, dict[str, str]]:
    purpose = form.get("purpose")
    if purpose not in PURPOSES:
        form.wrong["purpose"] = "search.need.purpose"
        return "", {}
    reference: dict[str, str] = {}
    for name in NEEDED[purpose]:
        value = form.get(name)
        if not value:
            form.wrong.setdefault(name, f"search.need.{name}")
        elif name.endswith("_date") and not _is_day(value):
            form.wrong[name] = "search.bad.time"
        elif name.endswith("_number") and not _REFERENCE.fullmatch(value):
            form.wrong[name] = "search.bad.reference"
        elif name == "complaint_code" and complaint_number(value) is None:
            form.wrong[name] = "search.bad.complaint_code"
        reference[name] = value
    known = {one.id for one in here().store.checkpoints()}
    if reference.get("checkpoint") and reference["checkpoint"] not in known:
        form.wrong["checkpoint"] = "search.bad.choice"
    return purpose, reference


def _criteria(form: Form) -> Criteria:
    known = tuple(one.id for one in here().store.checkpoints())
    from_ms, to_ms = _moment(form, "from"), _moment(form, "to")
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        form.wrong["to"] = "search.bad.range"
    plate = _NOT_PLATE.sub("", form.get("plate")).upper()
    if plate and not _PLATE.fullmatch(plate):
        form.wrong["plate"] = "search.bad.plate"
    direction = form.get("direction")
    if direction and direction not in DIRECTIONS:
        form.wrong["direction"] = "search.bad.choice"
    return Criteria(
        from_ms=from_ms,
        to_ms=to_ms,
        checkpoints=form.choices("checkpoints", known),
        plate=plate,
        name=form.get("name"),
        id_number=re.sub(r"\s", "", form.get("id_number")),
        phone=re.sub(r"[\s.\-]", "", form.get("phone")),
        outcomes=form.choices("outcomes", OUTCOMES),
        actions=form.choices("actions", ACTIONS),
        direction=direction,
    )


def _moment(form: Form, name: str) -> int | None:
    value = form.get(name)
    if not value:
        return None
    try:
        return parse_moment_ms(value)
    except ValueError:
        form.wrong[name] = "search.bad.time"
        return None


def _is_day(value: str) -> bool:
    try:
        parse_day(value)
    except ValueError:
        return False
    return True
