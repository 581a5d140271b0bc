"""Epidemic levels 1 to 4 of communes, districts or provinces, each with the time it holds.

Resolution 128/NQ-CP: 1 green, 2 yellow, 3 orange, 4 red; a change holds no sooner than it was
announced. Ward codes were reused in 2025, so the key is always data set and code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.dates import HOUR_MS
from rules.shape import Shape
from rules.values import checked

DATASETS = ("2021", "2025")
MAX_WINDOWS = 40_000

_CODE = re.compile(r"[0-9]{2,5}")
_PROVINCE = re.compile(r"[0-9]{2}")


@dataclass(frozen=True, slots=True)
class LevelWindow:
    """One place at one level, from `starts_ms` (inclusive) to `ends_ms` (exclusive, None = open).

    `starts_ms` is the later of valid-from and announced-at. `province`: the two digits of the
    province that the place lies in, where the pack says it.
    """

    place: str
    name: str
    level: int
    starts_ms: int
    ends_ms: int | None
    announced_at_ms: int | None
    province: str | None = None

    def is_in_force(self, now_ms: int) -> bool:
        """From its first millisecond until just before its end."""
        return self.starts_ms <= now_ms and (self.ends_ms is None or now_ms < self.ends_ms)


@dataclass(frozen=True, slots=True)
class LevelChange:
    """An announced change that is about to apply; `from_level` is None where none is published."""

    place: str
    name: str
    from_level: int | None
    level: int
    starts_ms: int
    province: str | None = None


def place_key(dataset: str, code: str) -> str:
    """The key of a place in `external.levels`, as in "2021:09538"."""
    return f"{dataset}:{code}"


def parse_levels(content: object) -> tuple[LevelWindow, ...]:
    """The windows of a levels pack's content {levels: [{place, level, valid_from, valid_to, …}]}.

    Raises RuleError("pack.field" | "pack.limit" | "pack.type") with the place in the content.
    """
    value = checked(content, "pack", max_nodes=MAX_WINDOWS * 13)
    items = Shape(value, "").items("levels", MAX_WINDOWS)
    return tuple(_window(Shape(item, f"/levels/{index}")) for index, item in enumerate(items))


def level_at(windows: Iterable[LevelWindow], place: str, now_ms: int) -> int | None:
    """The level of one place (a key) at a moment; None where none is published."""
    return levels_at((window for window in windows if window.place == place), now_ms).get(place)


def levels_at(windows: Iterable[LevelWindow], now_ms: int) -> dict[str, int]:
    """Every level in force, as `external.levels` of decide().

    Where windows overlap the later start wins, then the higher level.
    """
    chosen: dict[str, LevelWindow] = {}
    for window in windows:
        if window.is_in_force(now_ms):
            other = chosen.get(window.place)
            if other is None or _rank(other) < _rank(window):
                chosen[window.place] = window
    return {place: window.level for place, window in chosen.items()}


def upcoming(
    windows: Iterable[LevelWindow], now_ms: int, within_hours: int
) -> tuple[LevelChange, ...]:
    """Announced changes that start after `now_ms` and within so many hours, soonest first."""
    by_place: dict[str, list[LevelWindow]] = {}
    soon = []
    for window in windows:
        by_place.setdefault(window.place, []).append(window)
        announced = window.announced_at_ms is not None and window.announced_at_ms <= now_ms
        if announced and 0 < window.starts_ms - now_ms <= within_hours * HOUR_MS:
            soon.append(window)
    changes = []
    for window in soon:
        place, name, level = window.place, window.name, window.level
        before = level_at(by_place[place], place, window.starts_ms - 1)
        if before != level:
            change = LevelChange(place, name, before, level, window.starts_ms, window.province)
            changes.append(change)
    return tuple(sorted(changes, key=lambda change: (change.starts_ms, change.place)))


def level_of(place: object, levels: Mapping[str, int]) -> int | None:
    """The level of a Place {dataset, code} in a table made by `levels_at`; None where unknown."""
    if not isinstance(place, Mapping):
        return None
    dataset, code = place.get("dataset"), place.get("code")
    if not isinstance(dataset, str) or not isinstance(code, str):
        return None
    return levels.get(place_key(dataset, code))


def _window(shape: Shape) -> LevelWindow:
    place = shape.inner("place")
    dataset = place.value("dataset")
    if not isinstance(dataset, str) or dataset not in DATASETS:
        raise place.refused("dataset")
    code = place.text("code", like=_CODE)
    name = shape.text("name") if shape.has("name") else code
    level = shape.integer("level", 1, 4)
    starts_ms = shape.instant("valid_from")
    ends_ms = shape.instant_or_none("valid_to")
    announced_at_ms = shape.instant_or_none("announced_at")
    starts_ms = max(starts_ms, starts_ms if announced_at_ms is None else announced_at_ms)
    if ends_ms is not None and ends_ms <= starts_ms:
        raise shape.refused("valid_to")
    province = shape.text("province", like=_PROVINCE) if shape.has("province") else None
    key = place_key(dataset, code)
    return LevelWindow(key, name, level, starts_ms, ends_ms, announced_at_ms, province)


def _rank(window: LevelWindow) -> tuple[int, int]:
    return window.starts_ms, window.level
