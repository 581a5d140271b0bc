"""The queue: what needs a second look, newest first; the page the console opens on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import the_user
from server.console.reasons import rulebook
from server.console.visit import EVERYBODY, REVIEWERS, memory, signed_in
from server.context import here
from server.problems import ProblemError
from server.store.published import AuditEntry
from server.store.registered import UserRole
from server.store.view_protocol import Criteria, CrossingRow

PAGE_ROWS = 40
FLAGS = ("refused", "override", "unknown_code", "forged", "conflict")
MAX_KEY_CHARACTERS = 128
FIRST_PAGES: dict[UserRole, str] = {
    "command": "console.figures",
    "admin": "console.devices",
    "community": "console.nothing",
    "health": "console.alerts",
}
CATCH_UP_MS = 15_000
"""A crossing reviewed this recently is left out: the view may not know of the review yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue somebody is: the tab, and the key of the page."""

    flag: str
    after: str

    def query(self) -> dict[str, Any]:
        """As URL arguments; nothing personal."""
        return {
            name: value for name, value in (("flag", self.flag), ("after", self.after)) if value
        }


def add_pages(console: Blueprint) -> None:
    """/console/: the queue."""
    console.add_url_rule("/", "queue", queue)


def place_from(arguments: dict[str, str]) -> Place:
    """The place that a URL or form names; ProblemError when it is none."""
    flag, after = arguments.get("flag", ""), arguments.get("after", "")
    if (flag and flag not in FLAGS) or len(after) > MAX_KEY_CHARACTERS:
        raise ProblemError("request.invalid")
    return Place(flag, after)


@signed_in(*EVERYBODY)
def queue() -> str | Response:
    """One page of what is open, by tab; other roles are led to their own first page."""
    context, user = here(), the_user()
    if user.role not in REVIEWERS:
        return redirect(url_for(FIRST_PAGES[user.role]), 303)
    place = place_from(request.args.to_dict())
    now_ms = context.clock()
    details = {"flag": place.flag, "first": not place.after}
    context.store.audit(AuditEntry(now_ms, user.id, "queue", purpose="review", details=details))
    rows, following = open_rows(place)
    return render_template(
        "queue.html",
        place=place,
        flags=FLAGS,
        counts=context.store.open_reviews(),
        rows=rows,
        following=following,
        rulebook=rulebook(context.store, (row.checkpoint for row in rows)),
        names={one.id: one.name for one in context.store.checkpoints()},
        told=request.args.get("told", ""),
    )


def open_rows(place: Place) -> tuple[list[CrossingRow], str]:
    """A page of the queue without what was reviewed a moment ago, and the key of the next page."""
    context = here()
    now_ms = context.clock()
    flags = (place.flag,) if place.flag else ()
    try:
        rows, following = context.store.search(
            Criteria(review="open", flags=flags), place.after, PAGE_ROWS
        )
    except ValueError:
        raise ProblemError("cursor.shape") from None
    reviewed = memory().reviewed
    return [row for row in rows if not reviewed.holds(row.record, now_ms)], following


def url_of_next(place: Place, row: CrossingRow, told: str) -> str:
    """Where to go after `row` was reviewed: the next older open crossing, else the queue."""
    for _ in range(2):
        rows, following = open_rows(place)
        for one in rows:
            if (one.occurred_ms, one.record) < (row.occurred_ms, row.record):
                return url_for("console.crossing", record=one.record, **place.query(), told=told)
        if not following:
            break
        place = Place(place.flag, following)
    return url_for("console.queue", **Place(place.flag, "").query(), told=told)
