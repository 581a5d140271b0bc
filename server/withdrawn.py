"""Which of our own documents count no more: their entries among the trust pack's `revocations`.

An id is withdrawn for the key that signed it, never for others: two issuers may have drawn the
same. An entry is {kid, issued_before_ms: null, ends_ms, fingerprints}; `ends_ms`, which tablets do
not read, says from when nothing in it could count anyway, and then it leaves the pack. Null stands
for as long as the key is there. A bulletin that lets ended documents count keeps them, or brings
them back (`server/revocations.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credentials.bulletins import Bulletin
from credentials.conditions import CLOCK_TOLERANCE_MS
from credentials.own import own_fingerprint

Entry = dict[str, Any]

ENDS_STEP_MS = 86_400_000
"""Documents that end on one day stand in one entry: a pack of a year has hundreds, not 100,000."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A document by its id, and where they are known the key that signed it and when it ends."""

    id: str
    kid: str | None = None
    ends_ms: int | None = None


def with_withdrawn(
    entries: Sequence[Entry], own_kids: Collection[str], fresh: Iterable[Withdrawn]
) -> list[Entry]:
    """The entries with these as well. Of whom the signer is not known, all our keys are meant."""
    found = [dict(one) for one in entries]
    own: dict[tuple[str, int | None], Entry] = {
        (one["kid"], one.get("ends_ms")): one for one in found if _is_own(one, own_kids)
    }
    added: dict[tuple[str, int | None], list[str]] = {}
    for one in fresh:
        for kid in own_kids if one.kid is None else (one.kid,):
            place = (kid, _day_end_ms(one.ends_ms))
            added.setdefault(place, []).append(own_fingerprint(one.id))
    for (kid, ends_ms), fingerprints in sorted(added.items(), key=_by_place):
        entry = own.get((kid, ends_ms))
        if entry is None:
            entry = {"kid": kid, "issued_before_ms": None, "ends_ms": ends_ms, "fingerprints": []}
            found.append(entry)
        entry["fingerprints"] = list(dict.fromkeys([*entry["fingerprints"], *fingerprints]))
    return found


def not_withdrawn(
    entries: Iterable[Mapping[str, Any]], own_kids: Collection[str], documents: Iterable[Withdrawn]
) -> list[Withdrawn]:
    """Each once, but those that every key that may have signed them has among its withdrawn."""
    by_kid: dict[str, set[str]] = {}
    for entry in entries:
        by_kid.setdefault(entry["kid"], set()).update(entry["fingerprints"])
    found = []
    for one in dict.fromkeys(documents):
        fingerprint = own_fingerprint(one.id)
        kids = own_kids if one.kid is None else (one.kid,)
        if not all(fingerprint in by_kid.get(kid, ()) for kid in kids):
            found.append(one)
    return found


def still_needed(
    entries: Iterable[Entry],
    trusted_kids: Collection[str],
    ever_own_kids: Collection[str],
    bulletins: Sequence[Bulletin],
    now_ms: int,
) -> list[Entry]:
    """Those that a tablet may still need: other issuers' all, ours until they have ended."""
    return [
        one
        for one in entries
        if one["kid"] not in ever_own_kids
        or (one["kid"] in trusted_kids and _counts(one.get("ends_ms"), bulletins, now_ms))
    ]


def by_key(revoked: Sequence[str], own_kids: Iterable[str]) -> list[Entry]:
    """What packs before this listed under no key, for each key that may have signed it."""
    if not revoked:
        return []
    return [
        {"kid": kid, "issued_before_ms": None, "ends_ms": None, "fingerprints": list(revoked)}
        for kid in own_kids
    ]


def _counts(ends_ms: int | None, bulletins: Sequence[Bulletin], now_ms: int) -> bool:
    if ends_ms is None:
        return True
    # The day's first document may have ended a day before: it is extended with the others.
    until_ms = [one.counts_until_ms for one in bulletins if one.expired_after_ms <= ends_ms]
    return max([ends_ms, *until_ms]) + CLOCK_TOLERANCE_MS > now_ms


def _is_own(entry: Entry, own_kids: Collection[str]) -> bool:
    return entry["kid"] in own_kids and entry.get("issued_before_ms") is None


def _day_end_ms(ends_ms: int | None) -> int | None:
    return None if ends_ms is None else -(-ends_ms // ENDS_STEP_MS) * ENDS_STEP_MS


def _by_place(item: tuple[tuple[str, int | None], list[str]]) -> tuple[str, int]:
    (kid, ends_ms), _ = item
    return kid, -1 if ends_ms is None else ends_ms
