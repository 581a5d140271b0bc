"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from server.access import the_user
from server.console.texts import text
from server.console.visit import EVERYBODY, end_session, language, signed_in, start_session, visitor
from server.context import here
from server.problems import ProblemError
from server.signin import sign_in
from server.store.published import AuditEntry

MAX_LOGIN_CHARACTERS = 64
MAX_PASSWORD_CHARACTERS = 256
MAX_TOTP_CHARACTERS = 8
TOLD = ("expired", "ended")
NO_HEADERS: Mapping[str, str] = {}

Refused = tuple[str, int, dict[str, str]]


def add_pages(console: Blueprint) -> None:
    """/console/login and /console/logout."""
    console.add_url_rule("/login", "login_form", login_form)
    console.add_url_rule("/login", "login", login, methods=["POST"])
    console.add_url_rule("/logout", "logout", logout, methods=["POST"])


@visitor
def login_form() -> str:
    """The form, with why one has to sign in again."""
    told = request.args.get("told", "")
    message = text(language(), f"login.{told}") if told in TOLD else ""
    return render_template("login.html", message=message, login="")


@visitor
def login() -> Response | Refused:
    """Sign in and go on where the session had ended."""
    name = request.form.get("login", "").strip()[:MAX_LOGIN_CHARACTERS]
    password = request.form.get("password", "")
    totp = request.form.get("totp", "").replace(" ", "")[:MAX_TOTP_CHARACTERS]
    try:
        if not name or len(password) > MAX_PASSWORD_CHARACTERS:
            raise ProblemError("auth.invalid")
        user = sign_in(name, password, totp, request.remote_addr or "")
    except ProblemError as problem:
        if problem.code == "auth.invalid":
            return _again(name, "login.wrong", 401)
        if problem.code == "request.rate":
            return _again(name, "login.rate", 429, problem.headers)
        raise
    start_session(user)
    place = str(session.pop("place", ""))
    return redirect(place if place.startswith("/console/") else url_for("console.queue"), 303)


@signed_in(*EVERYBODY)
def logout() -> Response:
    """End the session."""
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, "sign_out"))
    end_session()
    return redirect(url_for("console.login_form", told="ended"), 303)


def _again(login: str, key: str, status: int, headers: Mapping[str, str] = NO_HEADERS) -> Refused:
    page = render_template("login.html", message=text(language(), key), login=login)
    return page, status, dict(headers)
