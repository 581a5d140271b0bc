"""Who may call a view. Deny by default: a view without a rule is refused, and a test finds it.

Every view carries one marker: `@public`, `@device_only`, `@relay_only`, `@for_roles("reviewer"…)`,
or `@admits(rule)` for a rule of its own (the console's cookie sessions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, g, request

from server.context import here
from server.problems import ProblemError
from server.rate_headers import limited_by
from server.store.registered import Device, User, UserRole
from server.tokens import READ, TokenError, password_mark, read_access_token

MAX_BEARER_CHARACTERS = 2048
ATTRIBUTE = "chot_access"
ADMISSION = "chot_admission"

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[], None]
"""Returns when the request may go on and raises ProblemError when not."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the API's description says of a rule: whose token, which roles, which refusals."""

    token: Literal["", "device", "user"]
    who: str
    roles: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def admits(rule: Rule, admission: Admission | None = None) -> Callable[[View], View]:
    """Guard a view with `rule`. Innermost decorators survive: the marker is copied by `wraps`."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        setattr(view, ADMISSION, admission)
        return view

    return mark


def _anybody() -> None:
    return None


def _a_device() -> None:
    g.device = _bearer_device()


def _a_relay() -> None:
    g.device = _bearer_relay()


_TOKEN_CODES = ("auth.missing", "auth.invalid", "auth.expired", "auth.forbidden", "request.rate")

public = admits(_anybody, Admission("", "anybody"))
device_only = admits(
    _a_device, Admission("device", "an enrolled tablet", codes=(*_TOKEN_CODES, "device.unknown"))
)
relay_only = admits(
    _a_relay,
    Admission(
        "device", "an enrolled relay", codes=(*_TOKEN_CODES, "device.unknown", "relay.revoked")
    ),
)


def for_roles(*roles: UserRole) -> Callable[[View], View]:
    """Guard a view of the API: a signed-in user with one of these roles, by bearer token."""

    def rule() -> None:
        user = _bearer_user()
        g.user = user
        if user.role not in roles:
            raise ProblemError("auth.forbidden")

    return admits(
        rule, Admission("user", f"a user who is {' or '.join(roles)}", roles, _TOKEN_CODES)
    )


def admission_of(view: Callable[..., Any]) -> Admission | None:
    """What is written of a view's rule; None where its rule is one of its own."""
    admission: Admission | None = getattr(view, ADMISSION, None)
    return admission


def for_reading(*roles: UserRole) -> Callable[[View], View]:
    """As `for_roles`, for what names nobody: a token that may only read opens it too."""

    def rule() -> None:
        user = _bearer_user(reading=True)
        g.user = user
        if user.role not in roles:
            raise ProblemError("auth.forbidden")

    who = f"a user who is {' or '.join(roles)}, also by a token for reading"
    return admits(rule, Admission("user", who, roles, _TOKEN_CODES))


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule of a view function, also through decorators that use functools.wraps."""
    rule: Rule | None = getattr(view, ATTRIBUTE, None)
    return rule


def guard(app: Flask) -> None:
    """Check every request's rule before its view runs."""

    @app.before_request
    def check_access() -> None:
        if request.routing_exception is not None or request.endpoint is None:
            return
        rule = rule_of(current_app.view_functions[request.endpoint])
        if rule is None:
            raise ProblemError("auth.forbidden")
        rule()

    @app.teardown_request
    def let_go(_: BaseException | None) -> None:
        running = g.pop("running", None)
        if running is not None:
            limit, key = running
            limit.end(key)


def the_device() -> Device:
    """The device that `device_only` or `relay_only` let in."""
    device = g.device
    assert isinstance(device, Device)
    return device


def the_user() -> User:
    """The user that a role rule let in."""
    user = g.user
    assert isinstance(user, User)
    return user


def within_its_limit(kind: str, key: str) -> None:
    """Count this request for whoever sends it (`server/token_limits.py`), or refuse it."""
    context = here()
    limit = context.requests.of(kind)
    limited_by(limit.quota, limit, key)
    wait_s = 1
    if limit.begin(key):
        g.running = limit, key
        wait_s = limit.take(key, context.clock())
    if wait_s:
        raise ProblemError("request.rate", headers={"Retry-After": str(wait_s)})


def _bearer_device() -> Device:
    claims = _claims("device")
    device = here().store.device(str(claims["sub"]))
    if device is None or device.kind != "tablet" or device.checkpoint != claims.get("checkpoint"):
        raise ProblemError("device.unknown")
    return device


def _bearer_relay() -> Device:
    """A relay; a revoked one keeps what it holds until a person decides (SPEC U13)."""
    claims = _claims("device")
    relay = here().store.device(str(claims["sub"]))
    if relay is None:
        raise ProblemError("device.unknown")
    if relay.kind != "relay":
        raise ProblemError("auth.forbidden")
    if relay.revoked_ms is not None:
        raise ProblemError("relay.revoked")
    return relay


def _bearer_user(*, reading: bool = False) -> User:
    """Whose token it is. It ends with the password it was made under."""
    claims = _claims("user")
    user = here().store.user(str(claims.get("login", "")))
    if user is None or user.disabled or user.id != claims["sub"]:
        raise ProblemError("auth.invalid")
    if "scope" in claims and (not reading or claims["scope"] != READ):
        raise ProblemError("auth.forbidden")
    if claims.get("password") != password_mark(user.password_hash):
        raise ProblemError("auth.invalid")
    return user


def _claims(kind: str) -> dict[str, Any]:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if not header:
        raise ProblemError("auth.missing")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_BEARER_CHARACTERS:
        raise ProblemError("auth.invalid")
    context = here()
    try:
        claims = read_access_token(
            token, context.keys.session, context.store.epoch, context.clock()
        )
    except TokenError as error:
        raise ProblemError(error.code) from None
    within_its_limit(claims["kind"], f"{claims['sub']} {claims.get('scope', '')}")
    if claims["kind"] != kind:
        raise ProblemError("auth.forbidden")
    return claims
