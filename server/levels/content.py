"""A levels pack's content with rows taken into it, and what that changes from now on.

Windows are laid over each other: where two hold, the later start counts. So a row is one more
window, and one that ends gives way to what held before. A row with the place and start of a window
takes its place, or takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.grace import LevelBook
from rules.levels import LevelWindow, level_at, place_key
from server.issuing.values import VIETNAM
from server.levels.rows import LevelRow

KEPT_DAYS = 60
"""How long a level that counts no more stays in the pack, for crossings decided again."""

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Change:
    """From `at_ms` the level of a place is `to_level`; None: none is published.

    `from_level` is that just before; `instead_of` what was to hold then until now.
    """

    place: str
    name: str
    at_ms: int
    from_level: int | None
    to_level: int | None
    instead_of: int | None

    @property
    def way(self) -> str:
        """up, down, new, ended, or same: an announced change that will not come."""
        if self.from_level == self.to_level:
            return "same"
        if self.from_level is None or self.to_level is None:
            return "new" if self.from_level is None else "ended"
        return "up" if self.to_level > self.from_level else "down"


class NothingToWithdrawError(ValueError):
    """A row takes back a window that is not there; `row` says which."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def taken_in(content: Mapping[str, Any], rows: Sequence[LevelRow], now_ms: int) -> dict[str, Any]:
    """`content` with the rows in it, without what counts for nothing any more.

    Raises NothingToWithdrawError.
    """
    windows = {_key(one): dict(one) for one in content.get("levels", ())}
    for row in rows:
        key = (place_key(row.place.dataset, row.place.code), row.from_ms)
        if row.level is None:
            if windows.pop(key, None) is None:
                raise NothingToWithdrawError(row.row)
            continue
        windows[key] = {
            "place": {"dataset": row.place.dataset, "code": row.place.code},
            "name": row.place.path,
            "province": row.place.province,
            "level": row.level,
            "valid_from": _iso(row.from_ms),
            "valid_to": None if row.to_ms is None else _iso(row.to_ms),
            "announced_at": _iso(row.announced_ms),
        }
    kept = _without_the_past(windows, now_ms - KEPT_DAYS * DAY_MS)
    return {**content, "levels": [kept[key] for key in sorted(kept)]}


def changes(before: LevelBook, after: LevelBook, now_ms: int) -> list[Change]:
    """What people will see from now on that they would not have seen, by time and place."""
    found = []
    for place in sorted({*before.by_place, *after.by_place}):
        old, new = before.by_place.get(place, ()), after.by_place.get(place, ())
        if old == new:
            continue
        for at_ms in _edges((*old, *new), now_ms):
            planned, level = level_at(old, place, at_ms), level_at(new, place, at_ms)
            # Now is a change of what held until now; later ones are steps of what will hold.
            ahead = at_ms > now_ms
            was = level_at(new, place, at_ms - 1) if ahead else planned
            did = level_at(old, place, at_ms - 1) if ahead else planned
            if planned == level and was == did:
                continue
            if ahead and was == level and did == planned:
                continue
            name = (new or old)[-1].name
            found.append(Change(place, name, at_ms, was, level, planned))
    return sorted(found, key=lambda one: (one.at_ms, one.place))


def _edges(windows: Sequence[LevelWindow], now_ms: int) -> list[int]:
    edges = {now_ms}
    for window in windows:
        edges |= {at for at in (window.starts_ms, window.ends_ms) if at is not None and at > now_ms}
    return sorted(edges)


def _key(window: Mapping[str, Any]) -> tuple[str, int]:
    place = window["place"]
    starts = max(
        _ms(window[name]) for name in ("valid_from", "announced_at") if window.get(name) is not None
    )
    return place_key(place["dataset"], place["code"]), starts


def _without_the_past(
    windows: Mapping[tuple[str, int], dict[str, Any]], before_ms: int
) -> dict[tuple[str, int], dict[str, Any]]:
    """Without windows that ended, or that a later one has covered since, before `before_ms`."""
    latest: dict[str, int] = {}
    for place, starts_ms in windows:
        if starts_ms <= before_ms and windows[place, starts_ms].get("valid_to") is None:
            latest[place] = max(starts_ms, latest.get(place, starts_ms))

    def counts(key: tuple[str, int]) -> bool:
        ends = windows[key].get("valid_to")
        over = ends is not None and _ms(ends) <= before_ms
        return not over and key[1] >= latest.get(key[0], key[1])

    return {key: window for key, window in windows.items() if counts(key)}


def _iso(at_ms: int) -> str:
    """Vietnamese time, to the millisecond where it has any."""
    spec = "seconds" if at_ms % 1000 == 0 else "milliseconds"
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).isoformat(timespec=spec)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
