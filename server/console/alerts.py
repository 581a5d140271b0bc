"""Alerts: what turned out afterwards. A person takes one and closes it with a note. SPEC W."""

from __future__ import annotations

import hashlib
from typing import get_args

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.home_records import ALERT_CODES
from server.access import the_user
from server.console.crossing import names_of_people
from server.console.patients import codes_for, may_treat, patients_of
from server.console.reasons import rulebook
from server.console.review import CATCH_UP_MS, MAX_KEY_CHARACTERS
from server.console.visit import ALERTED, REVIEWERS, language, memory, signed_in
from server.console.words import Words
from server.context import here
from server.problems import ProblemError
from server.store.alert_protocol import AlertState, AlertWhole
from server.store.published import AuditEntry
from sync.encoding import is_uuid7

PAGE_ROWS = 40
MAX_NOTE_CHARACTERS = 1000
STATES: tuple[AlertState, ...] = get_args(AlertState)


def add_pages(console: Blueprint) -> None:
    """/console/alerts, one of them, and what somebody does about it."""
    console.add_url_rule("/alerts", "alerts", alerts)
    console.add_url_rule("/alerts/<string:record>", "alert", alert)
    console.add_url_rule("/alerts/<string:record>/acts", "act", act, methods=["POST"])


@signed_in(*ALERTED)
def alerts() -> str:
    """One page of the alerts in a state, newest first."""
    state, code = request.args.get("state", "new"), request.args.get("code", "")
    after = request.args.get("after", "")
    codes = codes_for(the_user().role)
    is_known = state in STATES and (not code or code in (codes or ALERT_CODES))
    if not is_known or len(after) > MAX_KEY_CHARACTERS:
        raise ProblemError("request.invalid")
    context, now_ms = here(), here().clock()
    details = {"state": state, "code": code, "first": not after}
    context.store.audit(AuditEntry(now_ms, the_user().id, "alerts", details=details))
    try:
        rows, following = context.store.alerts(
            _state(state), (code,) if code else codes, after, PAGE_ROWS
        )
    except ValueError:
        raise ProblemError("cursor.shape") from None
    acted = memory().acted
    return render_template(
        "alerts.html",
        state=state,
        states=STATES,
        code=code,
        codes=codes or ALERT_CODES,
        after=after,
        following=following,
        counts=context.store.alert_counts(codes),
        rows=[one for one in rows if not acted.holds(f"{state} {one.record}", now_ms)],
        names={one.id: one.name for one in context.store.checkpoints()},
        may_look=the_user().role in REVIEWERS,
        told=request.args.get("told", ""),
    )


@signed_in(*ALERTED)
def alert(record: str) -> str:
    """One alert with the crossings it names and who did what about it."""
    return _page(_look(record, "alert"), request.args.get("told", ""))


@signed_in(*ALERTED)
def act(record: str) -> Response | tuple[str, int]:
    """Take it, or close it with a note; refused with the new state where somebody was faster."""
    state, note = request.form.get("state", ""), request.form.get("note", "").strip()
    if state not in ("taken", "closed") or len(note) > MAX_NOTE_CHARACTERS:
        raise ProblemError("request.invalid")
    found = _look(record, "alert.act", {"state": state})
    if _seen(found) != request.form.get("seen", ""):
        return _page(found, "stale"), 409
    if state == "closed" and not note:
        return _page(found, "note"), 422
    context, now_ms = here(), here().clock()
    context.store.write(
        kind="alert",
        record=record,
        home=found.row.checkpoint,
        user=the_user().id,
        fields={"state": state},
        person={"note": note} if note else None,
        now_ms=now_ms,
        over={path: list(refs) for path, refs in found.over.items()},
    )
    # The view may not know of it yet.
    memory().acted.add(f"{found.row.state} {record}", now_ms + CATCH_UP_MS)
    if state == "taken":
        return redirect(url_for("console.alert", record=record, told="taken"), 303)
    return redirect(url_for("console.alerts", told="closed"), 303)


def _look(record: str, what: str, details: dict[str, str] | None = None) -> AlertWhole:
    """Audit first, then read."""
    if not is_uuid7(record):
        raise ProblemError("record.unknown")
    context = here()
    context.store.audit(
        AuditEntry(context.clock(), the_user().id, what, record, "review", details=details or {})
    )
    found = context.store.alert(record)
    if found is None:
        raise ProblemError("record.unknown")
    codes = codes_for(the_user().role)
    if codes and found.row.code not in codes:
        raise ProblemError("auth.forbidden")
    return found


def _page(found: AlertWhole, told: str) -> str:
    store = here().store
    return render_template(
        "alert.html",
        found=found,
        row=found.row,
        told=told,
        seen=_seen(found),
        note=request.form.get("note", ""),
        max_note=MAX_NOTE_CHARACTERS,
        names={one.id: one.name for one in store.checkpoints()},
        who=names_of_people(),
        devices={one.id: one.name for one in store.devices()},
        rulebook=rulebook(store, [found.row.checkpoint]),
        may_look=the_user().role in REVIEWERS,
        patients=patients_of(found) if may_treat(found, the_user().role) else None,
        words=Words(language()),
    )


def _seen(found: AlertWhole) -> str:
    """What of an alert a page has shown: who decides otherwise meanwhile makes it another one."""
    refs = [ref for path in sorted(found.over) for ref in found.over[path]]
    return hashlib.sha256("\n".join(refs).encode("ascii")).hexdigest()


def _state(text: str) -> AlertState:
    return next(one for one in STATES if one == text)
