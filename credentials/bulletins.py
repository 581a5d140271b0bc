"""Validity bulletins: "passes that expired after … count until …", as issuers announced in 2021.

A bulletin is {type, issuer|null, expired_after_ms, counts_until_ms, reference}. Our own documents
of that type (and issuer, where one is named) that expire at `expired_after_ms` or later count until
`counts_until_ms`, if that is later than their own end. Badges are never extended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_BULLETINS = 200
MAX_SAFE_INTEGER = 2**53 - 1
BULLETIN_TYPES = ("decl", "permit", "pass", "manifest", "card")


@dataclass(frozen=True, slots=True)
class Bulletin:
    type: str
    issuer: str | None
    expired_after_ms: int
    counts_until_ms: int
    reference: str

    def extends(self, typ: str, issuer: str, expires_ms: int) -> bool:
        """Whether it is about a document of this type that ends then."""
        return (
            self.type == typ
            and self.issuer in (None, issuer)
            and self.expired_after_ms <= expires_ms < self.counts_until_ms
        )


def read_bulletin(entry: object) -> Bulletin | str:
    """A bulletin of a trust pack, or the name of its first bad member ("" when it is no object)."""
    if not isinstance(entry, Mapping):
        return ""
    typ, issuer, reference = entry.get("type"), entry.get("issuer"), entry.get("reference")
    if typ not in BULLETIN_TYPES:
        return "type"
    if issuer is not None and not _is_text(issuer, 64):
        return "issuer"
    after_ms, until_ms = entry.get("expired_after_ms"), entry.get("counts_until_ms")
    if not _is_instant(after_ms):
        return "expired_after_ms"
    if not _is_instant(until_ms):
        return "counts_until_ms"
    if not _is_text(reference, 200):
        return "reference"
    return Bulletin(typ, issuer, after_ms, until_ms, reference)  # type: ignore[arg-type]


def counts_until_ms(
    bulletins: Sequence[Bulletin], typ: str, issuer: str, expires_ms: int
) -> int | None:
    """Until when a document counts that ends at `expires_ms`; None when nobody extended it."""
    until_ms = [one.counts_until_ms for one in bulletins if one.extends(typ, issuer, expires_ms)]
    return max(until_ms, default=None)


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= limit


def _is_instant(value: object) -> bool:
    return type(value) is int and abs(value) <= MAX_SAFE_INTEGER
