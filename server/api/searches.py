"""POST /searches and GET /searches/<id>: who looks states why, and every page is in the audit."""

from __future__ import annotations

import secrets
from typing import Any

from flask import url_for

from schemas.wire import SearchOpened, SearchPage, SearchPageQuery, SearchRequest
from server.access import for_roles, the_user
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.idempotent import idempotent
from server.problems import ProblemError
from server.purposes import confined, criteria_for_audit, reference_text
from server.searches import LIFETIME_MS, MAX_SHOWN, OpenSearch
from server.store.published import AuditEntry
from server.store.view_protocol import Criteria
from sync.encoding import uuid7

PAGE_ROWS = 50

resource = Resource("searches", __name__, url_prefix=PREFIX, description="Audited searches")


@resource.route("/searches", methods=["POST"])
@resource.arguments(SearchRequest)
@resource.response(201, SearchOpened)
@resource.doc(
    **operation("open_search", lifetime_s=LIFETIME_MS // 1000),
    security=USER,
    responses=problems("search.purpose"),
)
@idempotent
@for_roles("reviewer", "approver", "command")
def open_search(wanted: dict[str, Any]) -> dict[str, str]:
    """State purpose, reference and criteria; the id opens the pages for half an hour."""
    context, user = here(), the_user()
    now_ms = context.clock()
    purpose, reference = wanted["purpose"], wanted["reference"]
    reason = reference_text(purpose, reference)
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in wanted["criteria"].items()
    }
    criteria = confined(purpose, reference, Criteria(**given))
    search_id = uuid7(now_ms, secrets.token_bytes(10))
    context.store.audit(
        AuditEntry(
            now_ms, user.id, "search", search_id, purpose, reason, criteria_for_audit(criteria)
        )
    )
    context.searches.add(search_id, OpenSearch(user.id, purpose, reason, criteria, now_ms))
    return {"id": search_id}


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
