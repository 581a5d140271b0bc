"""GET /crossings/<id> and its reviews: one crossing whole, person parts opened, audited first."""

from __future__ import annotations

import secrets

from schemas.wire import CrossingQuery, ReviewRequest, ReviewWritten, WholeCrossing
from server.access import for_roles, the_user
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.idempotent import idempotent, the_asked
from server.problems import ProblemError
from server.store.once import Done
from server.store.published import AuditEntry
from server.store.view_protocol import CrossingWhole
from sync.encoding import is_uuid7, uuid7

resource = Resource("crossings", __name__, url_prefix=PREFIX, description="Single crossings")


@resource.route("/crossings/<string:record>")
@resource.arguments(CrossingQuery, location="query")
@resource.response(200, WholeCrossing)
@resource.doc(
    **operation("crossing"),
    security=USER,
    responses=problems("record.unknown", "search.purpose", "search.unknown"),
)
@for_roles("reviewer", "approver")
def crossing(query: dict[str, str], record: str) -> CrossingWhole:
    """One crossing that the search has shown; without a search, one of the review queue."""
    context, user = here(), the_user()
    now_ms = context.clock()
    purpose, reference = "review", ""
    if query["search"]:
        search = context.searches.get(query["search"], user.id, now_ms)
        if search is None:
            raise ProblemError("search.unknown")
        if record not in search.shown:
            raise ProblemError("record.unknown")
        purpose, reference = search.purpose, search.reference
    found = _look(record, purpose, reference, query["search"])
    if not query["search"] and not found.row.review:
        raise ProblemError("search.purpose", errors=(("search", "missing"),))
    return found


def _review_again(done: Done, wanted: dict[str, str], record: str) -> dict[str, str]:
    return {"event": done.made}


@resource.route("/crossings/<string:record>/reviews", methods=["POST"])
@resource.arguments(ReviewRequest)
@resource.response(201, ReviewWritten)
@resource.doc(**operation("review"), security=USER, responses=problems("record.unknown"))
@idempotent(_review_again)
@for_roles("reviewer", "approver")
def review(wanted: dict[str, str], record: str) -> dict[str, str]:
    """Write the reviewer's decision as an event of this server (SPEC A7)."""
    context, user = here(), the_user()
    now_ms = context.clock()
    found = _look(record, "review", "", "")
    event = context.store.write(
        kind="review",
        record=uuid7(now_ms, secrets.token_bytes(10)),
        home=found.row.checkpoint,
        user=user.id,
        fields={"subject": record, "decision": wanted["decision"]},
        person={"note": wanted["note"]} if wanted["note"] else None,
        now_ms=now_ms,
        once=the_asked(),
    )
    return {"event": event}


def _look(record: str, purpose: str, reference: str, search: str) -> CrossingWhole:
    context = here()
    if not is_uuid7(record):
        raise ProblemError("record.unknown")
    context.store.audit(
        AuditEntry(
            context.clock(), the_user().id, "crossing", record, purpose, reference,
            {"search": search} if search else {},
        )
    )  # fmt: skip
    found = context.store.crossing(record)
    if found is None:
        raise ProblemError("record.unknown")
    return found
