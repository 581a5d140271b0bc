"""POST /searches and GET /searches/<id>: who looks states why, and every page is in the audit."""

from __future__ import annotations

import secrets
from typing import Any

from flask import url_for

from schemas.wire import SearchOpened, SearchPage, SearchPageQuery, SearchRequest
from server.access import for_roles, the_user
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.idempotent import idempotent, the_asked
from server.problems import ProblemError
from server.purposes import WIDE_DAYS, confined, criteria_for_audit, is_wide, reference_text
from server.searches import LIFETIME_MS, MAX_SHOWN, OpenSearch
from server.store.once import Done
from server.store.published import AuditEntry
from server.store.view_protocol import Criteria
from sync.encoding import uuid7

PAGE_ROWS = 50

resource = Resource("searches", __name__, url_prefix=PREFIX, description="Audited searches")


def _open_again(done: Done, wanted: dict[str, Any]) -> dict[str, str]:
    """A restart forgot the search, and nobody else: it is stated again by this very request."""
    context, user = here(), the_user()
    now_ms = context.clock()
    is_young = now_ms - done.at_ms <= LIFETIME_MS
    if is_young and context.searches.get(done.made, user.id, now_ms) is None:
        context.searches.add(done.made, _stated(wanted, user.id, done.at_ms))
    return {"id": done.made}


@resource.route("/searches", methods=["POST"])
@resource.arguments(SearchRequest)
@resource.response(201, SearchOpened)
@resource.doc(
    **operation("open_search", lifetime_s=LIFETIME_MS // 1000, wide_days=WIDE_DAYS),
    security=USER,
    responses=problems("search.purpose", "search.wide"),
)
@idempotent(_open_again)
@for_roles("reviewer", "approver", "command")
def open_search(wanted: dict[str, Any]) -> dict[str, str]:
    """State purpose, reference and criteria; the id opens the pages for half an hour.

    Without a plate, name, number or phone, more than seven days are an approver's to ask for.
    """
    context, user = here(), the_user()
    now_ms = context.clock()
    search = _stated(wanted, user.id, now_ms)
    if user.role != "approver" and is_wide(search.purpose, search.criteria):
        raise ProblemError("search.wide")
    search_id = uuid7(now_ms, secrets.token_bytes(10))
    context.store.audit(
        AuditEntry(
            now_ms, user.id, "search", search_id, search.purpose, search.reference,
            criteria_for_audit(search.criteria),
        ),
        once=the_asked(),
    )  # fmt: skip
    context.searches.add(search_id, search)
    return {"id": search_id}


def _stated(wanted: dict[str, Any], user: str, opened_ms: int) -> OpenSearch:
    """ProblemError where purpose and reference do not open it."""
    purpose, reference = wanted["purpose"], wanted["reference"]
    reason = reference_text(purpose, reference)
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in wanted["criteria"].items()
    }
    criteria = confined(purpose, reference, Criteria(**given))
    return OpenSearch(user, purpose, reason, criteria, opened_ms)


@resource.route("/searches/<string:search_id>")
@resource.arguments(SearchPageQuery, location="query")
@resource.response(200, SearchPage)
@resource.doc(
    **operation("search_page", page_rows=PAGE_ROWS, rows=MAX_SHOWN),
    security=USER,
    responses=problems("search.unknown", "search.wide"),
)
@for_roles("reviewer", "approver", "command")
def search_page(query: dict[str, str], search_id: str) -> Any:
    """Fifty rows, newest first; `Link: …; rel="next"` (RFC 8288) where there are more."""
    context, user = here(), the_user()
    now_ms = context.clock()
    search = context.searches.get(search_id, user.id, now_ms)
    if search is None:
        raise ProblemError("search.unknown")
    context.store.audit(
        AuditEntry(
            now_ms, user.id, "search.page", search_id, search.purpose, search.reference,
            {"first": not query["after"]},
        )
    )  # fmt: skip
    try:
        rows, after = context.store.search(search.criteria, query["after"], PAGE_ROWS)
    except ValueError:
        raise ProblemError("request.invalid", errors=(("after", "invalid"),)) from None
    if not context.searches.show(search, [row.record for row in rows]):
        raise ProblemError("search.wide")
    more = url_for("searches.search_page", search_id=search_id, after=after)
    return {"rows": rows, "next": after}, {"Link": f'<{more}>; rel="next"'} if after else {}
