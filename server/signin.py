"""Signing in: password, then one-time code; limited per login and per address; audited.

The console's form and `POST /auth/login` both come through here.
"""

from __future__ import annotations

import base64

from server.context import here
from server.limits import BY_ADDRESS, BY_LOGIN, SignInLimits
from server.passwords import password_matches, totp_step
from server.problems import ProblemError
from server.rate_headers import limited_by
from server.store.published import AuditEntry
from server.store.registered import User


def sign_in(login: str, password: str, totp: str, address: str) -> User:
    """The user, or ProblemError "auth.invalid" whatever was wrong, "request.rate" when too often.

    An unknown login costs the same time as a wrong password.
    """
    context = here()
    limits, now_ms = context.sign_ins, context.clock()
    login_key = login.casefold()
    limited_by(BY_LOGIN, limits.by_login, login_key)
    limited_by(BY_ADDRESS, limits.by_address, address)
    wait_s = max(
        limits.by_login.wait_s(login_key, now_ms), limits.by_address.wait_s(address, now_ms)
    )
    if wait_s:
        raise ProblemError("request.rate", headers={"Retry-After": str(wait_s)})
    user = context.store.user(login)
    matches = password_matches(password, None if user is None else user.password_hash)
    if user is None or not matches or user.disabled or not _code_fits(user, totp, limits, now_ms):
        limits.by_login.failed(login_key, now_ms)
        limits.by_address.failed(address, now_ms)
        who = "" if user is None else user.id
        context.store.audit(AuditEntry(now_ms, who, "sign_in.refused"))
        raise ProblemError("auth.invalid")
    context.store.audit(AuditEntry(now_ms, user.id, "sign_in"))
    return user


def _code_fits(user: User, totp: str, limits: SignInLimits, now_ms: int) -> bool:
    if user.totp_secret is None:
        return True
    secret = base64.b32decode(user.totp_secret + "=" * (-len(user.totp_secret) % 8))
    step = totp_step(totp, secret, now_ms // 1000)
    return step is not None and limits.use_step(user.id, step)
