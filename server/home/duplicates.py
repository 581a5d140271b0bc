"""One passage that two tablets logged: which crossings are linked, and which no longer. SPEC L2–L4.

Two trucks never pass one checkpoint in one direction under one plate within three minutes, but two
lanes' tablets often log the same one: while it is sent from lane to lane, or by two officers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from server.home.draft import Draft, Sources, derived_id
from server.store.blind import TOKEN_BYTES
from server.store.view_schema import flag_bit

WITHIN_MS = 3 * 60 * 1000
"""Offset-corrected times that are no further apart may be of one passage."""

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
    " checkpoint = :checkpoint AND direction = :direction AND device <> :device"
    f" AND occurred_ms BETWEEN :from_ms AND :to_ms AND flags & {_VOIDED} = 0"
)


def drafts(sources: Sources, record_id: int) -> Iterator[Draft]:
    """The links to write about this crossing so that what is linked is what matches.

    What a person decided is left alone. A voided crossing keeps its links: they count for nothing.
    """
    view = sources.view
    seen = _sight(view, "c.id = ?", (record_id,))
    if seen is None or seen.voided:
        return
    known = {
        (str(other) if one == seen.record else str(one)): (str(decision), bool(by_person))
        for one, other, decision, by_person in view.execute(
            "SELECT one, other, decision, by_person FROM links WHERE one = :it OR other = :it",
            {"it": seen.record},
        )
    }
    wanted = {one.record for one in _same_passage(view, seen)}
    for other in sorted(wanted - known.keys()):
        yield _link(seen, other, "linked")
    for other, (decision, by_person) in sorted(known.items()):
        should = "linked" if other in wanted else "split"
        if by_person or decision == should:
            continue
        partner = _sight(view, "c.record = ?", (other,))
        if partner is not None and not partner.voided:
            link = _link(seen, other, should)
            written = sources.written("link", link.record)
            yield _link(seen, other, should, {} if written is None else written.over)


def link_record(one: str, other: str) -> str:
    """The record in which it is written whether these two are one passage (SPEC L1)."""
    first, second = sorted((one, other))
    return derived_id(min(one, other), "link", first, second)


def _link(
    seen: Sight, other: str, decision: str, over: dict[str, tuple[str, ...]] | None = None
) -> Draft:
    first, second = sorted((seen.record, other))
    fields = {"one": first, "other": second, "decision": decision}
    return Draft("link", link_record(first, second), seen.checkpoint, fields, over=over or {})


def _same_passage(view: sqlite3.Connection, seen: Sight) -> list[Sight]:
    if not seen.direction:
        return []
    near = {
        "checkpoint": seen.checkpoint,
        "direction": seen.direction,
        "device": seen.device,
        "from_ms": seen.occurred_ms - WITHIN_MS,
        "to_ms": seen.occurred_ms + WITHIN_MS,
    }
    if seen.plate:
        # By name: SQLite would rather read all that passed there within these minutes.
        sql = (
            f"SELECT {_SIGHT} FROM crossings c INDEXED BY crossings_by_plate"
            f" WHERE plate = :plate AND plate <> '' AND {_NEAR}"
        )
        return [Sight._make(row) for row in view.execute(sql, near | {"plate": seen.plate})]
    found: dict[str, Sight] = {}
    sql = (
        f"SELECT {_SIGHT} FROM tokens t JOIN crossings c ON c.id = t.crossing"
        f" WHERE t.token = :key AND plate = '' AND {_NEAR}"
    )
    for key in seen.keys:
        for row in view.execute(sql, near | {"key": key}):
            one = Sight._make(row)
            if key in one.keys:
                found[one.record] = one
    return list(found.values())


def _sight(view: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Sight | None:
    row = view.execute(f"SELECT {_SIGHT} FROM crossings c WHERE {where}", values).fetchone()
    return None if row is None else Sight._make(row)
