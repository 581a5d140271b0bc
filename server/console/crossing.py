"""One crossing: what is known, what disagrees, who looked, its whole history; and the review."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.shapes import REVIEW_DECISIONS
from server.access import the_user
from server.console.conflicts import MAX_TYPED_CHARACTERS, contests, seen_of
from server.console.reasons import place_names, rulebook
from server.console.review import CATCH_UP_MS, Place, place_from, url_of_next
from server.console.texts import text
from server.console.visit import REVIEWERS, language, memory, signed_in
from server.console.words import Words
from server.context import here
from server.problems import ProblemError
from server.searches import OpenSearch
from server.store.published import AuditEntry
from server.store.view.waves import WaveThrough
from server.store.view_protocol import CrossingWhole
from sync.encoding import is_uuid7, uuid7

MAX_NOTE_CHARACTERS = 1000
REVIEWABLE = ("open", "seen", "needs_check")


@dataclass(frozen=True, slots=True)
class Visit:
    """How somebody came to a crossing: from a place in the queue, or from a search."""

    place: Place
    search_id: str
    search: OpenSearch | None


def add_pages(console: Blueprint) -> None:
    """/console/crossings/<record> and its reviews."""
    console.add_url_rule("/crossings/<string:record>", "crossing", crossing)
    console.add_url_rule(
        "/crossings/<string:record>/reviews", "write_review", write_review, methods=["POST"]
    )


def _wave_of(found: CrossingWhole) -> WaveThrough | None:
    wave = found.fields.get("wave")
    return here().store.wave(wave) if isinstance(wave, str) else None


@signed_in(*REVIEWERS)
def crossing(record: str) -> str:
    """The page, opened from the queue (purpose "review") or from a search that has shown it."""
    visit = visit_of(request.args.to_dict(), record)
    return page_of(look(record, visit, "crossing"), visit, request.args.get("told", ""))


def page_of(found: CrossingWhole, visit: Visit, told: str) -> str:
    """The page of a crossing that was looked up; `told`: what became of the last act on it."""
    context, record, place = here(), found.row.record, visit.place
    search, search_id = visit.search, visit.search_id
    alert = request.args.get("alert", "")
    if is_uuid7(alert):
        back = url_for("console.alert", record=alert)
    elif search is None:
        back = url_for("console.queue", _anchor=record, **place.query())
    else:
        back = url_for(
            "console.search_page", search_id=search_id, after=place.after or None, _anchor=record
        )
    book = rulebook(context.store, [found.row.checkpoint])

    def said(code: str) -> str:
        return book.text(language(), code, found.row.checkpoint)

    return render_template(
        "crossing.html",
        found=found,
        row=found.row,
        row_rules=(found.fields.get("verdict") or {}).get("rules") or [],
        place=place,
        search_id=search_id,
        search=search,
        back=back,
        from_alert=is_uuid7(alert),
        told=told,
        asked=contests(found, found.conflicts),
        settled=contests(found, found.settled),
        max_typed=MAX_TYPED_CHARACTERS,
        rulebook=book,
        names={one.id: one.name for one in context.store.checkpoints()},
        who=names_of_people(),
        devices={one.id: one.name for one in context.store.devices()},
        words=Words(language(), place_names(context.store), said),
        alerts=context.store.alerts_about(record),
        wave=_wave_of(found),
        max_note=MAX_NOTE_CHARACTERS,
        seen_of=seen_of,
    )


@signed_in(*REVIEWERS)
def write_review(record: str) -> Response:
    """One event of this server (SPEC A7), then on to the next crossing of the queue."""
    decision, note = request.form.get("decision", ""), request.form.get("note", "").strip()
    if decision not in REVIEW_DECISIONS or len(note) > MAX_NOTE_CHARACTERS:
        raise ProblemError("request.invalid")
    visit = visit_of(request.form.to_dict(), record)
    found = look(record, visit, "review")
    context = here()
    now_ms = context.clock()
    context.store.write(
        kind="review",
        record=uuid7(now_ms, secrets.token_bytes(10)),
        home=found.row.checkpoint,
        user=the_user().id,
        fields={"subject": record, "decision": decision},
        person={"note": note} if note else None,
        now_ms=now_ms,
    )
    memory().reviewed.add(record, now_ms + CATCH_UP_MS)
    if visit.search is not None:
        return redirect(
            url_for("console.search_page", search_id=visit.search_id,
                    after=visit.place.after or None, told=decision, _anchor=record),
            303,
        )  # fmt: skip
    return redirect(url_of_next(visit.place, found.row, decision), 303)


def visit_of(arguments: dict[str, str], record: str) -> Visit:
    """How a URL or form says one came here; ProblemError where it says nothing of the kind.

    `twin_of` names the crossing on whose page this one was named as its duplicate.
    """
    search_id = arguments.get("search", "")
    twin_of = arguments.get("twin_of", "")
    search = _search(search_id, record, twin_of) if search_id else None
    return Visit(place_from(arguments), search_id, search)


def names_of_people() -> dict[str, str]:
    """Officers and users by id: every record names who wrote it."""
    store = here().store
    officers = {one.id: one.name for one in store.officers()}
    return officers | {one.id: one.name for one in store.users()}


def _search(search_id: str, record: str, twin_of: str) -> OpenSearch:
    context = here()
    search = context.searches.get(search_id, the_user().id, context.clock())
    if search is None:
        raise ProblemError("search.unknown", detail=text(language(), "search.lapsed"))
    if record not in search.shown and not (
        twin_of in search.shown
        and _is_twin(twin_of, record)
        and context.searches.show(search, [record])
    ):
        raise ProblemError("record.unknown")
    return search


def _is_twin(record: str, other: str) -> bool:
    """Whether the page of `record` names `other`: only what may be the same passage."""
    found = here().store.crossing(record)
    return found is not None and any(one.row.record == other for one in found.twins)


def look(
    record: str, visit: Visit, what: str, details: dict[str, str] | None = None
) -> CrossingWhole:
    """Audit first, then read; without a search only what is or was in the queue, or alerted to."""
    if not is_uuid7(record):
        raise ProblemError("record.unknown")
    context, search = here(), visit.search
    purpose = "review" if search is None else search.purpose
    reference = "" if search is None else search.reference
    noted = {"search": visit.search_id} if visit.search_id else {}
    noted |= details or {}
    context.store.audit(
        AuditEntry(
            context.clock(), the_user().id, what, record, purpose, reference, noted
        )
    )  # fmt: skip
    found = context.store.crossing(record)
    if found is None:
        raise ProblemError("record.unknown")
    # Of one passage the crossing that counts may be in order and its duplicate in the queue.
    rows = [found.row, *(one.row for one in found.twins if one.tie != "near")]
    is_queued = any(row.review in REVIEWABLE for row in rows)
    if search is None and not is_queued and not context.store.alerts_about(record):
        raise ProblemError("search.purpose", detail=text(language(), "refusal.review_only"))
    return found
