"""Which time a figure is about: every figure of a report states its period.

The crossing's time decides into which period it falls, its receipt whether it was known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

VIETNAM = timezone(timedelta(hours=7))
DAY_MS = 86_400_000
Name = Literal["cut", "day", "activation"]


@dataclass(frozen=True, slots=True)
class Period:
    """from ≤ time < to, Unix milliseconds: since the cut before, since 00:00, since activation."""

    name: Name
    from_ms: int
    to_ms: int


def previous_cut_ms(at_ms: int, hours: Sequence[int]) -> int:
    """The last cut-off before `at_ms`; `hours` are local and at least one."""
    at = datetime.fromtimestamp(at_ms / 1000, VIETNAM)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight - timedelta(days=1), midnight)
    cuts = [day + timedelta(hours=hour) for day in days for hour in sorted(hours)]
    return round(max(cut for cut in cuts if cut < at).timestamp() * 1000)


def next_cut_ms(now_ms: int, hours: Sequence[int]) -> int:
    """The cut-off that comes at or after `now_ms`."""
    now = datetime.fromtimestamp(now_ms / 1000, VIETNAM)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight, midnight + timedelta(days=1))
    cuts = [day + timedelta(hours=hour) for day in days for hour in sorted(hours)]
    return round(min(cut for cut in cuts if cut >= now).timestamp() * 1000)


def day_start_ms(at_ms: int) -> int:
    """The midnight that a report at `at_ms` counts from; at midnight itself, the one before."""
    at = datetime.fromtimestamp((at_ms - 1) / 1000, VIETNAM)
    return round(at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def hour_of(at_ms: int) -> str:
    """The local hour that a moment lies in: "06"."""
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%H")


def periods_of(at_ms: int, hours: Sequence[int], activated_ms: int) -> tuple[Period, ...]:
    """The three periods of a report at `at_ms`."""
    return (
        Period("cut", previous_cut_ms(at_ms, hours), at_ms),
        Period("day", day_start_ms(at_ms), at_ms),
        Period("activation", min(activated_ms, at_ms), at_ms),
    )
