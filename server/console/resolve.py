"""Closing a conflict: a reviewer chooses one of the values, or types a plate that was misread."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.access import the_user
from server.console.conflicts import chosen_value, close_conflict, seen_of
from server.console.crossing import Visit, look, page_of, visit_of
from server.console.review import CATCH_UP_MS, url_of_next
from server.console.visit import REVIEWERS, memory, signed_in
from server.context import here
from server.problems import ProblemError
from server.store.view.view_schema import REVIEW_FLAGS
from server.store.view_protocol import CrossingWhole

PATH = re.compile(r"[a-z_]{1,32}(/[a-z0-9:-]{1,96}/[a-z_]{1,32})?", re.ASCII)


def add_pages(console: Blueprint) -> None:
    """/console/crossings/<record>/choices."""
    console.add_url_rule("/crossings/<string:record>/choices", "resolve", resolve, methods=["POST"])


@signed_in(*REVIEWERS)
def resolve(record: str) -> Response | tuple[str, int]:
    """One choice; refused with the new state where the page had not shown all there is now.

    What is written between this look and our event is not in its `over`, so it survives and the
    conflict stays open: nothing is lost to the race that is left.
    """
    path = request.form.get("path", "")
    if not PATH.fullmatch(path):
        raise ProblemError("request.invalid")
    visit = visit_of(request.form.to_dict(), record)
    found = look(record, visit, "conflict", {"path": path})
    writes = found.conflicts.get(path, [])
    if not writes or seen_of(writes) != request.form.get("seen", ""):
        return page_of(found, visit, "stale"), 409
    choice, typed = request.form.get("choice", ""), request.form.get("typed", "").strip()
    try:
        value = chosen_value(path, writes, choice, typed)
    except ValueError:
        raise ProblemError("request.invalid") from None
    now_ms = here().clock()
    close_conflict(here().store, found, path, value, the_user().id, now_ms)
    if _can_be_opened_again(found, path, visit):
        return redirect(
            url_for("console.crossing", record=record, search=visit.search_id or None,
                    told="resolved", **visit.place.query()),
            303,
        )  # fmt: skip
    memory().reviewed.add(record, now_ms + CATCH_UP_MS)
    return redirect(url_of_next(visit.place, found.row, "resolved_next"), 303)


def _can_be_opened_again(found: CrossingWhole, path: str, visit: Visit) -> bool:
    """Whether the crossing stays in the queue, or has another reason to be looked at."""
    others = found.conflicts.keys() - {path} or set(found.row.flags) & (
        set(REVIEW_FLAGS) - {"conflict"}
    )
    return visit.search is not None or found.row.review != "open" or bool(others)
