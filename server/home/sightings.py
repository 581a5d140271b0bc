"""A plate or document at two places faster than anybody travels, or used too often. SPEC W6, W7.

How long the way takes at least: what the setting `travel_minutes` says of two checkpoints; else,
where both name a km post of one road ("QL1 Km 1589+300"), that way at MOST_KM_H; else one minute.
Clocks are corrected (C5), so a minute at two places is one too many.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.permit_lists import PermitLists
from rules.permits import is_overspent, uses_of
from server.home.alerts import alert
from server.home.draft import Draft
from server.store.registered import Checkpoint
from server.store.view.search import ROW, crossing_row
from server.store.view.view_schema import flag_bit
from server.store.view_protocol import CrossingRow

MOST_KM_H = 100
UNKNOWN_MINUTES = 1
MINUTE_MS = 60_000
WITHIN_MS = 24 * 3_600_000
"""The longest time between two sightings that is looked at."""

MOST_SIGHTINGS = 32
"""A "plate" seen more often within a day is what somebody types where there is none."""

MOST_USES = 500
MOST_LATER = 64
TOO_FAST = ("vehicle.too_fast", "permit.too_fast")
OVERSPENT = ("permit.overspent",)

_COUNTS = f"c.flags & {flag_bit('voided') | flag_bit('duplicate')} = 0"
_KM_POST = re.compile(r"^(.*?)[\s,·(-]*km\s*([0-9]{1,4})(?:\s*\+\s*([0-9]{1,3}))?", re.IGNORECASE)

_COLUMNS = ROW.partition(" FROM ")[0].removeprefix("SELECT ").split(", ")
_ROW = f"SELECT {', '.join(f'c.{one}' for one in _COLUMNS)} FROM crossings c"
_SAME_PLATE = (
    f"{_ROW} WHERE c.plate = ? AND c.plate <> '' AND c.occurred_ms BETWEEN ? AND ? AND {_COUNTS}"
    " ORDER BY c.occurred_ms, c.record LIMIT ?"
)
_OWN = (
    " JOIN shown_documents d ON d.crossing = c.id"
    " JOIN crossing_people p ON p.crossing = c.id AND p.item = d.item"
    f" WHERE d.token = ? AND p.family = 'own' AND p.status = 'verified' AND {_COUNTS}"
)
_BY_TIME = " ORDER BY c.occurred_ms, c.record LIMIT ?"
_SAME_DOCUMENT = f"{_ROW}{_OWN} AND c.occurred_ms BETWEEN ? AND ?{_BY_TIME}"
_USES = f"{_ROW}{_OWN} AND c.action <> 'turned_back'{_BY_TIME}"
_DOCUMENTS = (
    "SELECT DISTINCT d.token FROM shown_documents d"
    " JOIN crossing_people p ON p.crossing = d.crossing AND p.item = d.item"
    " WHERE d.crossing = ? AND p.family = 'own' AND p.status = 'verified' ORDER BY d.token"
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How many minutes the way between two checkpoints takes at least."""

    places: Mapping[str, Checkpoint]
    settings: Mapping[str, Mapping[str, int]]

    def least_minutes(self, one: str, other: str) -> int:
        """0 at one checkpoint: who passes it twice may only have turned round."""
        if one == other:
            return 0
        said = self.settings.get(one, {}).get(other, self.settings.get(other, {}).get(one))
        if said is not None:
            return said
        posts = _km_post(self.places.get(one)), _km_post(self.places.get(other))
        if posts[0] is not None and posts[1] is not None and posts[0][0] == posts[1][0]:
            return math.floor(abs(posts[0][1] - posts[1][1]) * 60 / MOST_KM_H)
        return UNKNOWN_MINUTES


@dataclass(frozen=True, slots=True)
class Document:
    """A document of our own that somebody showed; `token` is the view's."""

    token: bytes
    type: str
    id: str | None


def too_fast(view: sqlite3.Connection, ways: Ways, record_id: int, row: CrossingRow) -> list[Draft]:
    """The alerts of this crossing with the sightings next to it in time."""
    window = (row.occurred_ms - WITHIN_MS, row.occurred_ms + WITHIN_MS, MOST_SIGHTINGS + 1)
    found: dict[str, Draft] = {}
    if row.plate:
        rows = view.execute(_SAME_PLATE, (row.plate, *window)).fetchall()
        for one in _pairs("vehicle.too_fast", ways, row, rows, ""):
            found[one.record] = one
    for (token,) in view.execute(_DOCUMENTS, (record_id,)).fetchall():
        rows = view.execute(_SAME_DOCUMENT, (token, *window)).fetchall()
        for one in _pairs("permit.too_fast", ways, row, rows, token.hex()):
            found[one.record] = one
    return list(found.values())


def is_still_too_fast(ways: Ways, one: CrossingRow, other: CrossingRow) -> bool:
    """Whether two sightings, told before, are still too close to each other."""
    gap_ms = abs(one.occurred_ms - other.occurred_ms)
    return gap_ms < ways.least_minutes(one.checkpoint, other.checkpoint) * MINUTE_MS


def overspent(
    view: sqlite3.Connection, lists: PermitLists, document: Document, row: CrossingRow
) -> Iterator[tuple[CrossingRow, list[Draft]]]:
    """This crossing and those after it with the document, each with its alerts.

    One that arrives late makes those after it one use more.
    """
    used = [crossing_row(one) for one in view.execute(_USES, (document.token, MOST_USES))]
    later = 0
    for place, one in enumerate(used):
        if (one.occurred_ms, one.record) < (row.occurred_ms, row.record) or later == MOST_LATER:
            continue
        later += 1
        before = uses_of((other.occurred_ms for other in used[:place]), one.occurred_ms)
        if not is_overspent(document.type, document.id, before, lists):
            yield one, []
            continue
        quota = lists.quota_of(document.type, document.id)
        assert quota is not None
        per_day = quota.per_day is not None and before.today >= quota.per_day
        yield (
            one,
            [
                alert(
                    "permit.overspent",
                    one.record,
                    [one.record],
                    one,
                    document.token.hex(),
                    used=(before.today if per_day else before.total) + 1,
                    allowed=(quota.per_day if per_day else quota.total) or 0,
                    key=document.token.hex(),
                )
            ],
        )


def _pairs(
    code: str,
    ways: Ways,
    row: CrossingRow,
    rows: Sequence[tuple[object, ...]],
    key: str,
) -> Iterator[Draft]:
    if len(rows) > MOST_SIGHTINGS:
        return
    sights = [crossing_row(one) for one in rows]
    at = (row.occurred_ms, row.record)
    before = [one for one in sights if (one.occurred_ms, one.record) < at]
    after = [one for one in sights if (one.occurred_ms, one.record) > at]
    for other in (*before[-1:], *after[:1]):
        if is_still_too_fast(ways, row, other):
            first, second = sorted((row, other), key=lambda one: (one.occurred_ms, one.record))
            yield alert(
                code,
                min(row.record, other.record),
                sorted((row.record, other.record)),
                second,
                key,
                minutes=(second.occurred_ms - first.occurred_ms) // MINUTE_MS,
                least_minutes=ways.least_minutes(first.checkpoint, second.checkpoint),
                **({"key": key} if key else {}),
            )


def _km_post(place: Checkpoint | None) -> tuple[str, float] | None:
    """(road, km) of "QL1 Km 1589+300", the road in capital letters and digits."""
    match = None if place is None else _KM_POST.match(place.road)
    if match is None:
        return None
    road = "".join(one for one in match[1].upper() if one.isalnum())
    return (road, int(match[2]) + int(match[3] or 0) / 1000) if road else None
