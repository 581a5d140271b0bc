"""Tokens: a device proves its key by a signed assertion and gets a short access token.

Assertions follow RFC 7523 §3 (private_key_jwt); both kinds of token follow RFC 8725: the algorithm
is pinned by the caller, `typ` is checked, audiences differ. No clock of this module: `now_ms` is a
parameter.

A tablet's clock may be hours wrong, so its `iat` proves freshness only near the server's time; a
tablet that is further off signs the `nonce` that the refusal gave it.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

ASSERTION_AUDIENCE = "chot"
ACCESS_AUDIENCE = "chot-api"
ACCESS_TYP = "at+jwt"
ASSERTION_LIFETIME_S = 300
CLOCK_TOLERANCE_MS = 300_000
NONCE_LIFETIME_MS = 120_000
ACCESS_LIFETIME_S = 900
READ = "read"
"""The scope of a token that opens what `for_reading` guards and nothing else."""
MAX_ASSERTION_CHARACTERS = 2048
MAX_JTI_CHARACTERS = 64
MAX_REMEMBERED = 50_000
"""Assertions remembered at once: 3,300 devices at one a minute for fifteen minutes."""

TokenKind = Literal["device", "user"]
TokenCode = Literal["auth.assertion", "auth.invalid", "auth.expired", "server.busy"]


class TokenError(Exception):
    """The token is not good; `code` is a problem code."""

    def __init__(self, code: TokenCode) -> None:
        super().__init__(code)
        self.code: TokenCode = code


class ReplayCache:
    """Which assertions were used, while they could still be used again. Safe from any thread."""

    def __init__(self, limit: int = MAX_REMEMBERED) -> None:
        self._limit = limit
        self._expiry_ms: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def use(self, device: str, jti: str, until_ms: int, now_ms: int) -> None:
        """Note a use; TokenError("auth.assertion") when it is the second one."""
        with self._lock:
            if self._expiry_ms.get((device, jti), -1) >= now_ms:
                raise TokenError("auth.assertion")
            if len(self._expiry_ms) >= self._limit:
                self._expiry_ms = {
                    key: end for key, end in self._expiry_ms.items() if end >= now_ms
                }
            if len(self._expiry_ms) >= self._limit:
                # Forgetting a live one would allow its replay.
                raise TokenError("server.busy")
            self._expiry_ms[device, jti] = until_ms


def make_nonce(nonce_key: bytes, now_ms: int) -> str:
    """A nonce that its maker recognises without remembering it: `nonce_key` is of one process."""
    stamp = now_ms.to_bytes(8, "big")
    return to_base64url(stamp + _nonce_tag(nonce_key, stamp))


def nonce_issued_ms(nonce: object, nonce_key: bytes) -> int | None:
    """When this nonce was made, or None when it is not ours."""
    try:
        data = from_base64url(nonce, 24)
    except SyncError:
        return None
    if not hmac.compare_digest(data[8:], _nonce_tag(nonce_key, data[:8])):
        return None
    return int.from_bytes(data[:8], "big")


def assertion_device(assertion: str) -> str:
    """The device an assertion claims to come from; nothing of it is proven yet."""
    if len(assertion) > MAX_ASSERTION_CHARACTERS:
        raise TokenError("auth.assertion")
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError:
        raise TokenError("auth.assertion") from None
    kid = header.get("kid")
    if header.get("typ") != "JWT" or header.get("alg") != "ES256" or not isinstance(kid, str):
        raise TokenError("auth.assertion")
    return kid


def check_assertion(
    assertion: str,
    device: str,
    key: EllipticCurvePublicKey,
    nonce_key: bytes,
    started_ms: int,
    now_ms: int,
    used: ReplayCache,
) -> None:
    """Accept an assertion by the key of `device` once; TokenError otherwise.

    What was signed before this process started (`started_ms`) needs a nonce of this process: the
    memory of used assertions does not survive a restart. Whose a nonce is tells its key and not
    its time: a clock that is set back to before the start must lock nobody out.
    """
    try:
        claims = jwt.decode(
            assertion,
            key,
            algorithms=["ES256"],
            audience=ASSERTION_AUDIENCE,
            issuer=device,
            subject=device,
            options={
                "require": ["iss", "sub", "aud", "iat", "exp", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "strict_aud": True,
            },
        )
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise TokenError("auth.assertion") from None
    issued, expires, jti = claims["iat"], claims["exp"], claims["jti"]
    if type(issued) is not int or type(expires) is not int or not isinstance(jti, str):
        raise TokenError("auth.assertion")
    if not 0 < expires - issued <= ASSERTION_LIFETIME_S or not 1 <= len(jti) <= MAX_JTI_CHARACTERS:
        raise TokenError("auth.assertion")
    used.use(device, jti, _good_until_ms(claims, nonce_key, started_ms, now_ms), now_ms)


def make_access_token(
    kind: TokenKind,
    subject: str,
    members: dict[str, Any],
    session_key: bytes,
    epoch: int,
    now_ms: int,
    lifetime_s: int = ACCESS_LIFETIME_S,
) -> str:
    """A bearer token (HS256) for `subject`; `members` are further claims."""
    now_s = now_ms // 1000
    claims = members | {
        "sub": subject,
        "kind": kind,
        "aud": ACCESS_AUDIENCE,
        "epoch": epoch,
        "iat": now_s,
        "exp": now_s + lifetime_s,
    }
    return jwt.encode(claims, session_key, algorithm="HS256", headers={"typ": ACCESS_TYP})


def make_reading_token(
    user: str,
    login: str,
    password_hash: str,
    session_key: bytes,
    epoch: int,
    now_ms: int,
    days: int,
) -> str:
    """A bearer token for a program that reads figures: no names, no writing, for many days.

    It ends when the user is shut out or gets another password, and with the server's epoch.
    """
    members = {"login": login, "scope": READ, "password": password_mark(password_hash)}
    return make_access_token("user", user, members, session_key, epoch, now_ms, days * 86_400)


def password_mark(password_hash: str) -> str:
    """Which password a token was made under; says nothing about the password."""
    digest = hashlib.sha256(b"chot/1 reading\n" + password_hash.encode("utf-8")).digest()
    return to_base64url(digest[:9])


def read_access_token(token: str, session_key: bytes, epoch: int, now_ms: int) -> dict[str, Any]:
    """The claims of a bearer token of ours; TokenError "auth.invalid" or "auth.expired"."""
    try:
        if jwt.get_unverified_header(token).get("typ") != ACCESS_TYP:
            raise TokenError("auth.invalid")
        claims = jwt.decode(
            token,
            session_key,
            algorithms=["HS256"],
            audience=ACCESS_AUDIENCE,
            options={
                "require": ["sub", "kind", "exp", "epoch"],
                "verify_exp": False,
                "verify_iat": False,
                "strict_aud": True,
            },
        )
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise TokenError("auth.invalid") from None
    expires = claims["exp"]
    if type(expires) is not int or not isinstance(claims["sub"], str):
        raise TokenError("auth.invalid")
    # A server restored from a backup may have lost a revocation: its old tokens end.
    if expires * 1000 <= now_ms or claims["epoch"] != epoch:
        raise TokenError("auth.expired")
    return claims


def _good_until_ms(claims: dict[str, Any], nonce_key: bytes, started_ms: int, now_ms: int) -> int:
    issued_ms = int(claims["iat"]) * 1000
    if "nonce" in claims:
        given_ms = nonce_issued_ms(claims["nonce"], nonce_key)
        if given_ms is None or not 0 <= now_ms - given_ms <= NONCE_LIFETIME_MS:
            raise TokenError("auth.assertion")
        return given_ms + NONCE_LIFETIME_MS
    if abs(now_ms - issued_ms) > CLOCK_TOLERANCE_MS or issued_ms < started_ms:
        raise TokenError("auth.assertion")
    return issued_ms + CLOCK_TOLERANCE_MS


def _nonce_tag(nonce_key: bytes, stamp: bytes) -> bytes:
    return hmac.new(nonce_key, b"chot/1 nonce\n" + stamp, hashlib.sha256).digest()[:16]
