"""One passage that two tablets logged: which crossings are linked, and which no longer. SPEC L2–L4.

Two trucks never pass one checkpoint in one direction under one plate within three minutes, but two
lanes' tablets often log the same one: while it is sent from lane to lane, or by two officers.

Of all pairs only neighbours in time are linked: that makes the same components, and a thousand
crossings under one plate make a thousand links and not a million.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import dropwhile, takewhile
from typing import NamedTuple

from server.home.draft import Draft, Sources, derived_id
from server.store.blind import TOKEN_BYTES
from server.store.view.derive import component
from server.store.view.view_schema import flag_bit

WITHIN_MS = 3 * 60 * 1000
"""Offset-corrected times that are no further apart may be of one passage."""

MAX_PASSAGE = 16
"""Crossings that the server takes for one passage. A "plate" that is seen more often is what
somebody types where there is none; people may still join what they like."""

MAX_NEIGHBOURS = 64

_VOIDED = flag_bit("voided")


class Sight(NamedTuple):
    """What of a crossing says whether it is the same passage as another."""

    id: int
    record: str
    checkpoint: str
    direction: str
    occurred_ms: int
    device: str
    plate: str
    id_keys: bytes | None
    flags: int

    @property
    def voided(self) -> bool:
        return bool(self.flags & _VOIDED)

    @property
    def keys(self) -> set[bytes]:
        """The tokens of the ID numbers of people on foot."""
        keys = self.id_keys or b""
        return {keys[at : at + TOKEN_BYTES] for at in range(0, len(keys), TOKEN_BYTES)}


_SIGHT = "c.id, c.record, checkpoint, direction, occurred_ms, device, plate, id_keys, flags"
_NEAR = (
    " checkpoint = :checkpoint AND direction = :direction AND c.id <> :id"
    f" AND occurred_ms BETWEEN :from_ms AND :to_ms AND flags & {_VOIDED} = 0"
)
# By name: SQLite would rather read all that passed there within these minutes.
_SAME_PLATE = (
    f"SELECT {_SIGHT} FROM crossings c INDEXED BY crossings_by_plate"
    f" WHERE plate = :plate AND plate <> '' AND {_NEAR}"
)
_SAME_PERSON = (
    f"SELECT {_SIGHT} FROM tokens t JOIN crossings c ON c.id = t.crossing"
    f" WHERE t.token = :key AND plate = '' AND {_NEAR}"
)


class Passages:
    """Which crossings are linked, by the view and by what is about to be written."""

    def __init__(self, view: sqlite3.Connection) -> None:
        self._view = view
        self._of: dict[str, set[str]] = {}

    def may_join(self, one: str, other: str) -> bool:
        """Whether these two make no more of a passage than there may be; then they are joined."""
        joined = self._with(one) | self._with(other)
        if len(joined) > MAX_PASSAGE:
            return False
        self._of |= dict.fromkeys(joined, joined)
        return True

    def _with(self, name: str) -> set[str]:
        if name not in self._of:
            joined = set().union(*(self._of.get(one, {one}) for one in component(self._view, name)))
            self._of |= dict.fromkeys(joined, joined)
        return self._of[name]


def drafts(sources: Sources, passages: Passages, record_id: int) -> Iterator[Draft]:
    """The links to write about this crossing so that what is linked is what matches.

    What a person decided is left alone. A voided crossing keeps its links: they count for nothing.
    """
    view = sources.view
    seen = _sight(view, "c.id = ?", (record_id,))
    if seen is None:
        return
    lost: list[Sight] = []
    for other, decision, by_person in _known(view, seen.record):
        partner = _sight(view, "c.record = ?", (other,))
        if partner is None:
            continue
        if not seen.voided and not partner.voided and not by_person:
            should = "linked" if _is_same(seen, partner) else "split"
            if decision != should:
                yield _link(seen, other, should, _over(sources, seen.record, other))
        if seen.voided or not _is_same(seen, partner):
            lost.append(partner)
    yield from _joined(view, passages, seen)
    # Who was between two others no longer is: they may be neighbours now.
    for partner in lost:
        yield from _joined(view, passages, partner)


def _known(view: sqlite3.Connection, record: str) -> list[tuple[str, str, bool]]:
    """(other, decision, whether a person decided it) of each link that names this crossing."""
    rows = view.execute(
        "SELECT one, other, decision, by_person FROM links WHERE one = :it OR other = :it",
        {"it": record},
    )
    return [
        (str(other) if one == record else str(one), str(decision), bool(by_person))
        for one, other, decision, by_person in rows
    ]


def _joined(view: sqlite3.Connection, passages: Passages, seen: Sight) -> Iterator[Draft]:
    """New links of a crossing with its neighbours."""
    if seen.voided or not seen.direction:
        return
    known = {other for other, _, _ in _known(view, seen.record)}
    for other in sorted({one.record for one in _neighbours(view, seen)} - known):
        if passages.may_join(seen.record, other):
            yield _link(seen, other, "linked", {})


def _over(sources: Sources, one: str, other: str) -> dict[str, tuple[str, ...]]:
    written = sources.written("link", link_record(one, other))
    return {} if written is None else written.over


def link_record(one: str, other: str) -> str:
    """The record in which it is written whether these two are one passage (SPEC L1)."""
    first, second = sorted((one, other))
    return derived_id(min(one, other), "link", first, second)


def _link(seen: Sight, other: str, decision: str, over: dict[str, tuple[str, ...]]) -> Draft:
    first, second = sorted((seen.record, other))
    fields = {"one": first, "other": second, "decision": decision}
    return Draft("link", link_record(first, second), seen.checkpoint, fields, over=over)


def _is_same(one: Sight, other: Sight) -> bool:
    """Whether two crossings are one passage, as L2 has it."""
    return (
        one.checkpoint == other.checkpoint
        and one.direction == other.direction
        and one.device != other.device
        and abs(one.occurred_ms - other.occurred_ms) <= WITHIN_MS
        and one.plate == other.plate
        and bool(one.plate or one.keys & other.keys)
    )


def _neighbours(view: sqlite3.Connection, seen: Sight) -> list[Sight]:
    """Those to link with: on either side the nearest of another device, and its next ones."""
    found: list[Sight] = []
    asked: list[tuple[str, dict[str, object]]]
    if seen.plate:
        asked = [(_SAME_PLATE, {"plate": seen.plate})]
    else:
        asked = [(_SAME_PERSON, {"key": key}) for key in sorted(seen.keys)]
    at = (seen.occurred_ms, seen.record)
    place = {"checkpoint": seen.checkpoint, "direction": seen.direction, "id": seen.id}
    for sql, key in asked:
        for from_ms, to_ms, order in (
            (seen.occurred_ms - WITHIN_MS, seen.occurred_ms, "DESC"),
            (seen.occurred_ms, seen.occurred_ms + WITHIN_MS, "ASC"),
        ):
            rows = view.execute(
                f"{sql} ORDER BY occurred_ms {order}, c.record {order} LIMIT {MAX_NEIGHBOURS}",
                place | key | {"from_ms": from_ms, "to_ms": to_ms},
            )
            sights = (Sight._make(row) for row in rows)
            is_before = order == "DESC"
            side = [one for one in sights if ((one.occurred_ms, one.record) < at) is is_before]
            found += [one for one in _next_device(side, seen.device) if _is_same(seen, one)]
    return found


def _next_device(side: Iterable[Sight], own: str) -> Iterator[Sight]:
    """From the nearest on: the first of another device, and all until a third one comes."""
    others = dropwhile(lambda one: one.device == own, side)
    first = next(others, None)
    if first is not None:
        yield first
        yield from takewhile(lambda one: one.device == first.device, others)


def _sight(view: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Sight | None:
    row = view.execute(f"SELECT {_SIGHT} FROM crossings c WHERE {where}", values).fetchone()
    return None if row is None else Sight._make(row)
