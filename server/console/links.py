"""Splitting and joining crossings: whether two of them are one passage, a person has the last word.

The decision is one more event on the record that links the two (SPEC L4), over the writes that the
page showed; the home server leaves it alone from then on.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from schemas.home_records import LINK_DECISIONS
from server.access import the_user
from server.console.conflicts import seen_of
from server.console.crossing import look, page_of, visit_of
from server.console.visit import REVIEWERS, signed_in
from server.context import here
from server.home.duplicates import link_record
from server.problems import ProblemError
from sync.encoding import is_uuid7


def add_pages(console: Blueprint) -> None:
    """/console/crossings/<record>/links."""
    console.add_url_rule("/crossings/<string:record>/links", "link", link, methods=["POST"])


@signed_in(*REVIEWERS)
def link(record: str) -> Response | tuple[str, int]:
    """One decision; refused with the new state where somebody decided meanwhile."""
    decision, other = request.form.get("decision", ""), request.form.get("other", "")
    if decision not in LINK_DECISIONS or not is_uuid7(other):
        raise ProblemError("request.invalid")
    visit = visit_of(request.form.to_dict(), record)
    found = look(record, visit, "link", {"other": other, "decision": decision})
    twin = next((one for one in found.twins if one.row.record == other), None)
    if twin is None or twin.tie == "through":
        raise ProblemError("request.invalid")
    if seen_of(twin.writes) != request.form.get("seen", ""):
        return page_of(found, visit, "link_stale"), 409
    if twin.tie != decision:
        one, second = sorted((record, other))
        here().store.write(
            kind="link",
            record=link_record(one, second),
            home=found.row.checkpoint,
            user=the_user().id,
            fields={"one": one, "other": second, "decision": decision},
            person=None,
            now_ms=here().clock(),
            over={"decision": [write.ref for write in twin.writes]} if twin.writes else None,
        )
    return redirect(
        url_for("console.crossing", record=record, search=visit.search_id or None,
                twin_of=request.form.get("twin_of") or None, told=decision,
                **visit.place.query()),
        303,
    )  # fmt: skip
