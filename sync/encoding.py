"""base64url without padding, canonical both ways (RFC 4648 §5), and UUIDv7 (RFC 9562 §5.7)."""

from __future__ import annotations

import base64
import binascii
import re

from sync.errors import SyncError

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_UUID7 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII
)


def to_base64url(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: object, length: int | None = None) -> bytes:
    """The bytes of canonical, unpadded base64url; of exactly `length` bytes where given.

    Raises SyncError("encoding.base64url"). Stray bits in the last character are refused: they
    would let one signature be written in several ways.
    """
    if not isinstance(text, str) or _ALPHABET.fullmatch(text) is None:
        raise SyncError("encoding.base64url", "E3")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SyncError("encoding.base64url", "E3") from None
    if to_base64url(data) != text or (length is not None and len(data) != length):
        raise SyncError("encoding.base64url", "E3")
    return data


def uuid7(unix_ms: int, random: bytes) -> str:
    """A UUIDv7 from a time in Unix milliseconds and ten random bytes."""
    if len(random) != 10 or not 0 <= unix_ms < 1 << 48:
        raise SyncError("encoding.uuid", "E2")
    value = int.from_bytes(random, "big") & ((1 << 74) - 1)
    number = unix_ms << 80 | 0x7 << 76 | (value >> 62) << 64 | 0b10 << 62 | value & ((1 << 62) - 1)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_uuid7(text: object) -> bool:
    """Whether `text` is a UUIDv7 in its canonical lower-case form."""
    return isinstance(text, str) and _UUID7.fullmatch(text) is not None
