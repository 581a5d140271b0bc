"""The watchlist as a tablet holds it: numbered crowds of people, of which some hold a listed one.

A hash of every citizen's number falls into one of 2^bucket_bits buckets, and the pack names the
buckets in which somebody is listed. So each listed person stands in a crowd of about
population / 2^bucket_bits others, which nobody who holds the tablet can tell apart. The function
has no salt: one would lie beside the list, and a fresh one for each publication would let
somebody intersect the crowds of two. A smaller `bucket_bits` only joins crowds
(docs/adr/0010-watchlist.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.errors import RuleError
from rules.shape import Shape
from rules.values import Json, checked

MIN_BUCKET_BITS = 8
MAX_BUCKET_BITS = 30
MAX_BUCKETS = 1_000_000
MAX_CODED_CHARS = 8_000_000

_DOMAIN = b"chot/1 watchlist\n"
_SEPARATORS = re.compile(r"[ .\-]")
_NUMBER = re.compile(r"[0-9]{9}(?:[0-9]{3})?")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class WatchFilter:
    """The buckets that hold somebody listed, of 2^bucket_bits."""

    bucket_bits: int
    buckets: frozenset[int]

    def holds(self, number: str) -> bool:
        """Whether the bucket of this number (as `watch_number` gives it) is named."""
        return bucket_of(number, self.bucket_bits) in self.buckets

    def false_rate(self) -> float:
        """The share of people not listed whose bucket is named all the same."""
        return float(len(self.buckets) / 2**self.bucket_bits)


def watch_number(text: str) -> str | None:
    """An ID number as it is hashed: 12 digits (CCCD) or 9 (CMND); None for masked or other ones."""
    bare = _SEPARATORS.sub("", text)
    return bare if _NUMBER.fullmatch(bare) else None


def watch_numbers(evidence: Mapping[str, object] | None) -> tuple[str, ...]:
    """The numbers by which the person of an Evidence may be listed; a chip card tells the old one.

    What a signature proves does not matter: a hit only asks for a closer look.
    """
    identity = (evidence or {}).get("identity")
    subject = (evidence or {}).get("subject")
    found = (
        identity.get("id_number") if isinstance(identity, Mapping) else None,
        subject.get("old_id_number") if isinstance(subject, Mapping) else None,
    )
    numbers = (watch_number(one) for one in found if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in numbers if one is not None))


def watch_hit(watchlist: WatchFilter | None, evidence: Mapping[str, object] | None) -> bool:
    """`external.watch_hit` of decide(): false without a list, a person or a whole number."""
    if watchlist is None:
        return False
    return any(watchlist.holds(number) for number in watch_numbers(evidence))


def bucket_of(number: str, bucket_bits: int) -> int:
    """The first bits of SHA-256: fewer bits name the union of the buckets of more."""
    digest = hashlib.sha256(_DOMAIN + number.encode("ascii")).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - bucket_bits)


def build_watchlist(numbers: Iterable[str], bucket_bits: int) -> dict[str, Json]:
    """The content of a watchlist pack: {bucket_bits, buckets, rice_bits, coded}.

    `coded` is base64url of the gaps between the sorted buckets, Golomb–Rice coded with `rice_bits`:
    for each gap its upper part as that many ones and a zero, then its lower bits, most significant
    first; zeros fill the last byte. Raises RuleError("pack.field") outside the bounds above.
    """
    if not MIN_BUCKET_BITS <= bucket_bits <= MAX_BUCKET_BITS:
        raise RuleError("pack.field", "/bucket_bits")
    buckets = sorted({bucket_of(number, bucket_bits) for number in numbers})
    if len(buckets) > MAX_BUCKETS:
        raise RuleError("pack.field", "/buckets")
    rice_bits = _best_rice_bits(len(buckets), bucket_bits)
    return {
        "bucket_bits": bucket_bits,
        "buckets": len(buckets),
        "rice_bits": rice_bits,
        "coded": base64.urlsafe_b64encode(_coded(buckets, rice_bits)).decode("ascii").rstrip("="),
    }


def parse_watchlist(content: object) -> WatchFilter:
    """The filter in a pack's content. Raises RuleError("pack.field" | "pack.type") with the place.

    Whatever is not exactly what `build_watchlist` could have written is refused: a damaged list
    that is read in part would let people pass in silence.
    """
    shape = Shape(checked(content, "pack"), "")
    bucket_bits = shape.integer("bucket_bits", MIN_BUCKET_BITS, MAX_BUCKET_BITS)
    count = shape.integer("buckets", 0, MAX_BUCKETS)
    rice_bits = shape.integer("rice_bits", 0, bucket_bits)
    coded = shape.value("coded")
    if not isinstance(coded, str) or len(coded) > MAX_CODED_CHARS:
        raise shape.refused("coded")
    data = _bytes_of(coded)
    buckets = None if data is None else _decoded(data, count, rice_bits, 2**bucket_bits)
    if buckets is None:
        raise shape.refused("coded")
    return WatchFilter(bucket_bits, frozenset(buckets))


def _best_rice_bits(count: int, bucket_bits: int) -> int:
    """log2 of the mean gap times ln 2, rounded down: the best, or nearly, for chance gaps."""
    gap = (1 << bucket_bits) * 69 // (100 * max(count, 1))
    return max(0, gap.bit_length() - 1)


def _coded(buckets: list[int], rice_bits: int) -> bytes:
    parts: list[str] = []
    before = -1
    for bucket in buckets:
        gap = bucket - before - 1
        before = bucket
        parts.append("1" * (gap >> rice_bits) + "0")
        if rice_bits:
            parts.append(format(gap & (2**rice_bits - 1), f"0{rice_bits}b"))
    bits = "".join(parts)
    size = (len(bits) + 7) // 8
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big") if bits else b""


def _decoded(data: bytes, count: int, rice_bits: int, end: int) -> list[int] | None:
    """The `count` buckets, each below `end`; None where the bytes are not just those."""
    bits = "".join(format(byte, "08b") for byte in data)
    buckets: list[int] = []
    at, bucket = 0, -1
    for _ in range(count):
        zero = bits.find("0", at)
        stop = zero + 1 + rice_bits
        if zero < 0 or stop > len(bits):
            return None
        low = int(bits[zero + 1 : stop], 2) if rice_bits else 0
        bucket += 1 + ((zero - at) << rice_bits) + low
        if bucket >= end:
            return None
        buckets.append(bucket)
        at = stop
    return buckets if len(bits) - at < 8 and "1" not in bits[at:] else None


def _bytes_of(text: str) -> bytes | None:
    """Canonical base64url without padding."""
    if _BASE64URL.fullmatch(text) is None:
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=") == text.encode("ascii") else None
