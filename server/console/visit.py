"""Who looks at a page, and for how long: cookie sessions, roles, CSRF. Deny by default.

A view is marked `@visitor` (anybody, for the sign-in page) or `@signed_in(role, …)`; a view
without a marker is refused by `server.access.guard`. Sessions have a limit as tokens have
(`server/token_limits.py`).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface

from server.access import admits, within_its_limit
from server.console.memory import Memory
from server.console.texts import Language, as_language
from server.console.times import HOUR_MS, MINUTE_MS
from server.context import here
from server.problems import ProblemError
from server.store.registered import User, UserRole
from server.tokens import password_mark

EXTENSION = "chot_console"
LONGEST_MS = 8 * HOUR_MS
IDLE_MS = 30 * MINUTE_MS
MAX_FORM_BYTES = 64 * 1024
MAX_PLACE_CHARACTERS = 500

View = TypeVar("View", bound=Callable[..., object])

REVIEWERS: tuple[UserRole, ...] = ("reviewer", "approver")
ALERTED: tuple[UserRole, ...] = ("reviewer", "approver", "command", "health")
EVERYBODY: tuple[UserRole, ...] = (
    "reviewer",
    "approver",
    "command",
    "community",
    "health",
    "admin",
)


class ConsoleCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, marked Secure whenever the request came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def memory() -> Memory:
    """What the console of the running application remembers."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Memory)
    return found


def signed_in(*roles: UserRole) -> Callable[[View], View]:
    """Guard a page: a live session of a user with one of these roles; CSRF on every POST."""

    def rule() -> None:
        _begin()
        user = _user()
        g.user = user
        if user.role not in roles:
            raise ProblemError("auth.forbidden")
        _check_csrf()

    return admits(rule)


def _anybody() -> None:
    _begin()
    _check_csrf()


visitor = admits(_anybody)


def start_session(user: User) -> None:
    """Begin a session; nothing of what the cookie held before survives but language and place."""
    kept = {name: session[name] for name in ("language", "place") if name in session}
    now_ms = here().clock()
    session.clear()
    session.update(kept)
    session["id"] = secrets.token_urlsafe(16)
    session["user"] = user.login
    session["password"] = password_mark(user.password_hash)
    session["epoch"] = here().store.epoch
    session["since_ms"] = session["seen_ms"] = now_ms
    session["csrf"] = secrets.token_urlsafe(24)


def end_session() -> None:
    """End the session here and for every copy of its cookie."""
    if "id" in session:
        memory().ended.add(session["id"], here().clock() + LONGEST_MS)
    kept = session.get("language")
    session.clear()
    if kept:
        session["language"] = kept


def csrf_token() -> str:
    """The token that forms of this session carry."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def language() -> Language:
    """The language of the running request."""
    return as_language(str(session.get("language", ""))) or "vi"


def current_user() -> User | None:
    """The signed-in user, or None on a page for anybody."""
    user = g.get("user")
    return user if isinstance(user, User) else None


def _begin() -> None:
    request.max_content_length = MAX_FORM_BYTES
    chosen = as_language(request.args.get("lang", ""))
    if chosen:
        session["language"] = chosen


def _user() -> User:
    if "user" not in session:
        _remember_place()
        raise ProblemError("auth.missing")
    context = here()
    now_ms = context.clock()
    fresh = (
        session["since_ms"] <= now_ms + MINUTE_MS
        and now_ms - session["since_ms"] < LONGEST_MS
        and now_ms - session["seen_ms"] < IDLE_MS
        and session["epoch"] == context.store.epoch
        and not memory().ended.holds(session["id"], now_ms)
    )
    user = context.store.user(session["user"]) if fresh else None
    if user is None or user.disabled or _has_another_password(user):
        end_session()
        _remember_place()
        raise ProblemError("auth.expired")
    within_its_limit("console", user.id)
    session["seen_ms"] = now_ms
    return user


def _has_another_password(user: User) -> bool:
    """Since it was begun: a new password shuts out whoever knew the old one."""
    return bool(session.get("password") != password_mark(user.password_hash))


def _remember_place() -> None:
    # Only a page that can be read again; nothing personal is ever in a URL of ours.
    if request.method == "GET" and len(request.full_path) <= MAX_PLACE_CHARACTERS:
        session["place"] = request.full_path.rstrip("?")


def _check_csrf() -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        sent = request.form.get("csrf", "")
        if not hmac.compare_digest(sent.encode(), csrf_token().encode()):
            raise ProblemError("auth.csrf")
