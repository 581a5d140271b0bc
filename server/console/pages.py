"""The frame of every page: blueprint, template words, headers, and refusals as readable pages."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from schemas.problems import PROBLEMS
from server.access import public
from server.console import times
from server.console.patients import codes_for
from server.console.texts import text, word
from server.console.visit import ALERTED, EVERYBODY, csrf_token, current_user, language, signed_in
from server.context import here
from server.problems import ProblemError, json_wanted, problem_response
from server.store.registered import UserRole

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
STATIC = Path(__file__).parent / "static"
STATIC_AGE_S = 3600

BEHIND_EVENTS = 200
"""What a view at most a second behind may lack; more is said on every page."""

NAVIGATION: tuple[tuple[str, str, tuple[UserRole, ...]], ...] = (
    ("review", "console.queue", ("reviewer", "approver")),
    ("alerts", "console.alerts", ALERTED),
    ("noted", "console.noted", ("reviewer", "approver", "command")),
    ("search", "console.search_form", ("reviewer", "approver")),
    ("watchlist", "console.watchlist", ("reviewer", "approver", "command")),
    ("figures", "console.figures", ("command", "approver")),
    ("shifts", "console.shifts", ("reviewer", "approver", "command", "admin")),
    ("documents", "console.documents", ("approver",)),
    ("devices", "console.devices", ("admin",)),
    ("users", "console.users", ("admin",)),
    ("audit", "console.audit_log", ("admin", "approver")),
)


def make_blueprint(*families: ModuleType) -> Blueprint:
    """The console's blueprint with the pages of each family."""
    console = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    console.add_url_rule("/static/<path:name>", "static_file", static_file)
    console.add_url_rule("/nothing", "nothing", nothing)
    console.add_url_rule("/<path:rest>", "unknown", unknown)
    for family in families:
        family.add_pages(console)
    console.context_processor(template_words)
    console.after_request(add_headers)
    console.register_error_handler(ProblemError, refusal)
    console.register_error_handler(HTTPException, http_refusal)
    return console


def template_words() -> dict[str, Any]:
    """What every template may call."""
    spoken = language()

    def t(key: str, **values: object) -> str:
        return text(spoken, key, **values)

    def w(vocabulary: str, value: object) -> str:
        return word(spoken, vocabulary, value)

    def csrf_field() -> Markup:
        return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf_token())

    user = current_user()
    role = None if user is None else user.role
    return {
        "t": t,
        "w": w,
        "times": times,
        "language": spoken,
        "other_language": "en" if spoken == "vi" else "vi",
        "other_language_url": _url_in("en" if spoken == "vi" else "vi"),
        "csrf_field": csrf_field,
        "visitor": user,
        "behind": 0 if user is None else _behind(),
        "badges": _badges(role),
        "navigation": [entry for entry in NAVIGATION if role in entry[2]],
    }


@public
def static_file(name: str) -> Response:
    """The style sheet and the icon."""
    return send_from_directory(STATIC, name, max_age=STATIC_AGE_S)


@signed_in("community")
def nothing() -> str:
    """A role whose pages are not built yet reads so, in words."""
    return render_template("message.html", message=text(language(), "refusal.community"))


@signed_in(*EVERYBODY)
def unknown(rest: str) -> str:
    """Every other address under /console: nothing here, said as a page."""
    raise ProblemError("request.not_found")


def add_headers(response: Response) -> Response:
    """Strict CSP; pages with data are kept by no cache."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "console.static_file":
        response.headers["Cache-Control"] = "no-store"
    return response


def refusal(problem: ProblemError) -> AnyResponse:
    """A refusal as a page, or as JSON for a program; without a session, the way to sign in."""
    if problem.code in ("auth.missing", "auth.expired"):
        told = "expired" if problem.code == "auth.expired" else None
        return redirect(url_for("console.login_form", told=told), 303)
    if json_wanted():
        return problem_response(problem)
    row = PROBLEMS[problem.code]
    title = row.vi if language() == "vi" else row.en
    page = render_template(
        "refusal.html", title=title, code=problem.code, detail=_detail(problem.code, problem.detail)
    )
    response = make_response(page, row.status)
    response.headers.extend(problem.headers)
    return response


def http_refusal(error: HTTPException) -> AnyResponse | HTTPException:
    """Flask's own refusals under /console, in the same words."""
    code = {404: "request.not_found", 405: "request.method", 413: "request.too_large"}
    if error.code in code:
        return refusal(ProblemError(code[error.code]))
    if error.code is not None and 400 <= error.code < 500:
        return refusal(ProblemError("request.malformed"))
    return error


def _badges(role: UserRole | None) -> dict[str, int]:
    """What waits behind an entry of the navigation, where anything does."""
    if role is None or role not in ALERTED:
        return {}
    waiting = here().store.alert_counts(codes_for(role))["new"]
    return {"alerts": waiting} if waiting else {}


def _behind() -> int:
    """Events that no page shows yet, where they are many: after a restart or a rebuild."""
    watermark, newest = here().store.projected()
    return newest - watermark if newest - watermark > BEHIND_EVENTS else 0


def _url_in(other: str) -> str:
    """This page in the other language; an answer to a form cannot be fetched again."""
    if request.method != "GET":
        return url_for("console.queue", lang=other)
    return "?" + urlencode({**request.args.to_dict(), "lang": other})


def _detail(code: str, detail: str) -> str:
    user = current_user()
    if code == "auth.forbidden" and user is not None and not detail:
        return text(language(), "refusal.role", role=word(language(), "role", user.role))
    return detail
