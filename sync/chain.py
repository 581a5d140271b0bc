"""The hash chain of one device, over exact texts and commitments. SPEC H1–H5."""

from __future__ import annotations

import hashlib

from sync.errors import SyncError

HASH_BYTES = 32
NO_PERSON = bytes(HASH_BYTES)
"""Stands where an event has no person part. No text is known to hash to it (SPEC H2)."""


def text_bytes(text: str) -> bytes:
    """UTF-8 of an event text. A lone surrogate has none: SyncError("event.text") (SPEC E1)."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise SyncError("event.text", "E1") from None


def genesis(device: str) -> bytes:
    """The hash before event 1: it binds the chain to its device (SPEC H1)."""
    return hashlib.sha256(b"chot/1 genesis\n" + text_bytes(device)).digest()


def commitment(person: str | None) -> bytes:
    """What the chain knows of a person part: its SHA-256, or 32 zero bytes (SPEC H2).

    The part holds a 128-bit salt, so that nobody can find it again by guessing names.
    """
    return NO_PERSON if person is None else hashlib.sha256(text_bytes(person)).digest()


def event_hash(previous: bytes, body: str, person_commitment: bytes) -> bytes:
    """SHA-256(previous ‖ body ‖ commitment); both ends have 32 bytes, so it parses one way (H3)."""
    return hashlib.sha256(previous + text_bytes(body) + person_commitment).digest()
