"""One-time enrolment codes: 20 Crockford base32 characters, 100 bits, kept only as SHA-256."""

from __future__ import annotations

import hashlib

CODE_CHARACTERS = 20
CODE_RANDOM_BYTES = 13
VALID_MINUTES = 30
DEMO_VALID_HOURS = 24

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# What people type for it (Crockford): o is zero, i and l are one; dashes and spaces are nothing.
_TYPED = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


def new_code(random: bytes) -> str:
    """A code from 13 random bytes."""
    if len(random) != CODE_RANDOM_BYTES:
        raise ValueError(f"{CODE_RANDOM_BYTES} random bytes make a code")
    number = int.from_bytes(random, "big")
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(CODE_CHARACTERS))


def code_hash(code: str) -> bytes:
    """What the store keeps of a code, however it was typed."""
    return hashlib.sha256(code.lower().translate(_TYPED).encode("utf-8")).digest()


def valid_ms(demo: bool) -> int:
    """How long a code is good, in milliseconds."""
    return DEMO_VALID_HOURS * 3_600_000 if demo else VALID_MINUTES * 60_000


def enrolment_link(base_url: str, code: str) -> str:
    """The link of a code. The code is in the fragment: no server or proxy sees it."""
    return f"{base_url.rstrip('/')}/tablet/#enrol={code}"
