"""Passwords (argon2id, RFC 9106) and one-time codes (TOTP, RFC 6238).

Parameters travel inside the PHC text, so that raising them later leaves old hashes readable.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

MEMORY_KIB = 19 * 1024
ITERATIONS = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32
MAX_PASSWORD_CHARACTERS = 256

TOTP_STEP_S = 30
TOTP_DIGITS = 6

# Each hash takes MEMORY_KIB: a burst of log-ins must not take the machine's memory.
_two_at_a_time = threading.Semaphore(2)


def hash_password(password: str) -> str:
    """A new PHC text of `password`: "$argon2id$v=19$m=…,t=…,p=…$salt$hash"."""
    kdf = Argon2id(
        salt=secrets.token_bytes(SALT_BYTES),
        length=HASH_BYTES,
        iterations=ITERATIONS,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    )
    with _two_at_a_time:
        return kdf.derive_phc_encoded(_bytes(password))


def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether `password` made `password_hash`; without one it takes as long and says no."""
    with _two_at_a_time:
        try:
            Argon2id.verify_phc_encoded(_bytes(password), password_hash or _NOBODY)
        except InvalidKey:
            return False
    return password_hash is not None


def totp_step(code: str, secret: bytes, now_s: int) -> int | None:
    """The 30-second step whose code this is, one step either way; None when it is no such code.

    The caller refuses a step that is not above the last one used (RFC 6238 §5.2).
    """
    if len(code) != TOTP_DIGITS or not (code.isascii() and code.isdigit()):
        return None
    totp = TOTP(secret, TOTP_DIGITS, SHA1(), TOTP_STEP_S, enforce_key_length=False)
    found: int | None = None
    for step in range(now_s // TOTP_STEP_S - 1, now_s // TOTP_STEP_S + 2):
        try:
            totp.verify(code.encode("ascii"), step * TOTP_STEP_S)
        except InvalidToken:
            continue
        found = step
    return found


def _bytes(password: str) -> bytes:
    # The same password typed on two keyboards may differ in its Unicode form (RFC 8265 §4).
    return unicodedata.normalize("NFC", password).encode("utf-8")


_NOBODY = (
    f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}"
    "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
