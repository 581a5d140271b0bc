"""The levels that count for one journey: those now, or for who was already on the way, those then.

Trucks already under way when a level rose jammed the roads (Hải Phòng, 18-19/7/2021). So a levels
pack may give hours of grace: a rise counts at once for who departs after it, and for who departed
before it once it is that many hours old. A fall counts at once for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.dates import HOUR_MS, parse_instant
from rules.errors import RuleError
from rules.levels import LevelWindow, level_at, parse_levels, place_key
from rules.shape import Shape
from rules.values import Json, checked

MAX_GRACE_HOURS = 168


@dataclass(frozen=True, slots=True)
class LevelBook:
    """A levels pack's content: every window, the same by place, and the hours of grace."""

    windows: tuple[LevelWindow, ...]
    grace_hours: int
    by_place: Mapping[str, tuple[LevelWindow, ...]]


def level_book(windows: Iterable[LevelWindow], grace_hours: int = 0) -> LevelBook:
    """Windows in the order they were given, found by place."""
    all_windows = tuple(windows)
    by_place: dict[str, list[LevelWindow]] = {}
    for window in all_windows:
        by_place.setdefault(window.place, []).append(window)
    return LevelBook(
        all_windows, grace_hours, {place: tuple(found) for place, found in by_place.items()}
    )


def parse_level_book(content: object) -> LevelBook:
    """A levels pack's content {levels: […], grace_hours?: 0 to 168}; errors as `parse_levels`."""
    windows = parse_levels(content)
    # What parsed is an object; its windows need no second look.
    hours = content.get("grace_hours") if isinstance(content, dict) else None
    shape = Shape(checked({"grace_hours": hours}, "pack"), "")
    return level_book(windows, shape.integer("grace_hours", 0, MAX_GRACE_HOURS, default=0))


def external_levels(book: LevelBook, journey: Mapping[str, object], now_ms: int) -> dict[str, Json]:
    """{levels, grace} for `external` of decide(): the levels of origin and destination that count.

    `journey` holds origin, destination and departed_at (ISO with offset, or null: not said, and so
    no grace). `grace` is true where the level of at least one of them is that of the departure.
    """
    since_ms = _since(book, journey, now_ms)
    levels: dict[str, Json] = {}
    grace = False
    for key in _keys(journey):
        windows = book.by_place.get(key, ())
        level = level_at(windows, key, now_ms)
        if level is None:
            continue
        then = level_at(windows, key, since_ms)
        # A place without a level then was not free then: nothing is known of it.
        levels[key] = level if then is None else min(level, then)
        grace = grace or levels[key] != level
    return {"levels": levels, "grace": grace}


def departures_that_matter(
    book: LevelBook, journey: Mapping[str, object], now_ms: int
) -> tuple[int, ...]:
    """The rises, oldest first, before which to have departed would change a level that counts.

    Unix milliseconds; empty where nobody needs to be asked when the journey began.
    """
    found: set[int] = set()
    oldest_ms = now_ms - book.grace_hours * HOUR_MS
    for key in _keys(journey):
        windows = book.by_place.get(key, ())
        level = level_at(windows, key, now_ms)
        for window in windows:
            if level is None or not oldest_ms < window.starts_ms <= now_ms:
                continue
            before = level_at(windows, key, window.starts_ms - 1)
            after = level_at(windows, key, window.starts_ms)
            if before is not None and after is not None and before < min(level, after):
                found.add(window.starts_ms)
    return tuple(sorted(found))


def _since(book: LevelBook, journey: Mapping[str, object], now_ms: int) -> int:
    """When the journey began, no longer ago than the grace reaches; now where it is not said."""
    value = journey.get("departed_at")
    try:
        departed_ms = now_ms if value is None else parse_instant(value)
    except RuleError:
        # A time that cannot be read gives nobody grace.
        departed_ms = now_ms
    return min(now_ms, max(departed_ms, now_ms - book.grace_hours * HOUR_MS))


def _keys(journey: Mapping[str, object]) -> list[str]:
    keys = []
    for end in ("origin", "destination"):
        place = journey.get(end)
        if isinstance(place, Mapping):
            dataset, code = place.get("dataset"), place.get("code")
            if isinstance(dataset, str) and isinstance(code, str):
                keys.append(place_key(dataset, code))
    return keys
