"""The digest of a set of events: the sum of their hashes, so that one more is one addition. F9."""

from __future__ import annotations

from collections.abc import Iterable

from sync.chain import HASH_BYTES

NOTHING = bytes(HASH_BYTES)
_MODULUS = 1 << 8 * HASH_BYTES


def plus(digest: bytes, hashes: Iterable[bytes]) -> bytes:
    """The digest after these events came in: the sum mod 2^256, big-endian, in any order."""
    total = int.from_bytes(digest, "big")
    for one in hashes:
        total += int.from_bytes(one, "big")
    return (total % _MODULUS).to_bytes(HASH_BYTES, "big")


def minus(digest: bytes, other: bytes) -> bytes:
    """What is left when the events of `other` are taken out again."""
    left = int.from_bytes(digest, "big") - int.from_bytes(other, "big")
    return (left % _MODULUS).to_bytes(HASH_BYTES, "big")
