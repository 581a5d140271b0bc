"""Errors as the client sees them: problem+json under /api and for whoever asks for it elsewhere
(RFC 9457), a plain page for all others.

Raise `ProblemError` with a code of `schemas.problems.PROBLEMS`; everything else that goes wrong
is mapped here. What a client gets never holds a stack trace, and what the log gets never holds
the text of an exception: it may name people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, json, make_response, render_template_string, request
from werkzeug.exceptions import HTTPException

from schemas.problems import PROBLEMS
from server.failures import log_failure
from server.store.writer import StoreClosedError
from sync.errors import SyncError

MEDIA_TYPE = "application/problem+json"
_HTML = "text/html"
API_PREFIX = "/api/"
DOCS = f"{API_PREFIX}v1/docs"
"""A problem's `type` is its row on this page; relative, for a server has many names."""

RETRY_S = "5"

_BY_STATUS = {
    404: "request.not_found",
    405: "request.method",
    413: "request.too_large",
    415: "request.encoding",
    422: "request.invalid",
    429: "request.rate",
}
_PAGE = """<!doctype html>
<html lang="{{ lang }}"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>{{ title }}</h1><p lang="en">{{ other }}</p>
{% if detail %}<p><code>{{ detail }}</code></p>{% endif %}
<p><code>{{ code }}</code></p><p><a href="/">chot</a></p></body></html>
"""


class ProblemError(Exception):
    """Ends a request with a row of the problem table.

    `errors` are (field, code) pairs, `members` extension members of the JSON (RFC 9457 §3.2).
    """

    def __init__(
        self,
        code: str,
        *,
        detail: str = "",
        errors: Sequence[tuple[str, str]] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if code not in PROBLEMS:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


def register_errors(app: Flask) -> None:
    """Answer every error of every route in the one shape."""
    app.register_error_handler(ProblemError, problem_response)
    app.register_error_handler(SyncError, _sync_problem)
    app.register_error_handler(StoreClosedError, _busy)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _failure)


def json_wanted() -> bool:
    """Whether an error is told as problem+json: under /api, or where Accept puts it before pages.

    A browser names text/html, and who names nothing takes that too.
    """
    wanted = request.accept_mimetypes.best_match((_HTML, MEDIA_TYPE, "application/json"), _HTML)
    return request.path.startswith(API_PREFIX) or wanted != _HTML


def problem_response(problem: ProblemError) -> Response:
    """The answer that `problem` stands for: JSON where it is wanted, else a page."""
    row = PROBLEMS[problem.code]
    english = request.accept_languages.best_match(("vi", "en"), "vi") == "en"
    title, other = (row.en, row.vi) if english else (row.vi, row.en)
    if json_wanted():
        body: dict[str, Any] = {
            "type": f"{DOCS}#{problem.code}",
            "title": title,
            "status": row.status,
            "code": problem.code,
            "detail": problem.detail or other,
        }
        if problem.errors:
            body["errors"] = [{"field": field, "code": code} for field, code in problem.errors]
        response = make_response(json.dumps(body | problem.members), row.status)
        response.content_type = MEDIA_TYPE
    else:
        page = render_template_string(
            _PAGE,
            lang="en" if english else "vi",
            title=title,
            other=other,
            detail=problem.detail,
            code=problem.code,
        )
        response = make_response(page, row.status)
    response.headers.extend(problem.headers)
    if row.status in (429, 503):
        response.headers.setdefault("Retry-After", RETRY_S)
    if row.status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="chot"')
    return response


def _sync_problem(error: SyncError) -> Response:
    if error.code not in PROBLEMS:
        return _failure(error)
    at = () if error.at is None else ((str(error.at), error.code),)
    return problem_response(ProblemError(error.code, errors=at))


def _busy(error: StoreClosedError) -> Response:
    """The store is closing, or its disk failed: what was sent is not stored and may come again."""
    incident = log_failure("store", error)
    return problem_response(ProblemError("server.busy", detail=f"incident {incident}"))


def _http_problem(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if error.code >= 500:
        return _failure(error)
    allow = dict(error.get_headers()).get("Allow")
    code = _BY_STATUS.get(error.code, "request.malformed")
    return problem_response(ProblemError(code, headers={"Allow": allow} if allow else None))


def _failure(error: Exception) -> Response:
    incident = log_failure("request", error)
    return problem_response(
        ProblemError("server.failed", detail=f"incident {incident}", members={"incident": incident})
    )
