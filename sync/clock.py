"""Hybrid logical clock: a stamp that follows wall time when it can and never runs backwards.

After Kulkarni et al., "Logical Physical Clocks" (2014). The clock is a value that is passed in and
returned; nobody in this room reads the time. SPEC C1–C5.
"""

from __future__ import annotations

import re

from sync.errors import SyncError

COUNTER_BITS = 16
COUNTER_MAX = (1 << COUNTER_BITS) - 1
DRIFT_CAP_MS = 5 * 60 * 1000
"""How far in the future of its receipt a stamp may still order an event (SPEC C4)."""

_STAMP = re.compile(r"[0-9a-f]{16}", re.ASCII)


def stamp_of(wall_ms: int, counter: int = 0) -> int:
    """The stamp of a wall time in Unix milliseconds and a counter, as one 64-bit integer."""
    if not (0 <= wall_ms < 1 << 47 and 0 <= counter <= COUNTER_MAX):
        raise SyncError("clock.range", "C1")
    return wall_ms << COUNTER_BITS | counter


def wall_ms_of(stamp: int) -> int:
    """The wall part of a stamp, in Unix milliseconds."""
    return stamp >> COUNTER_BITS


def stamp_to_text(stamp: int) -> str:
    """Sixteen lower-case hexadecimal digits; text order is number order (SPEC C1)."""
    return f"{stamp:016x}"


def stamp_from_text(text: object) -> int:
    """The stamp in `text`; raises SyncError("clock.stamp") for anything else (SPEC C1)."""
    if not isinstance(text, str) or _STAMP.fullmatch(text) is None:
        raise SyncError("clock.stamp", "C1")
    stamp = int(text, 16)
    if stamp >> 63:
        raise SyncError("clock.stamp", "C1")
    return stamp


def tick(last: int, wall_ms: int) -> int:
    """The next stamp of a device whose last one was `last` (SPEC C2).

    A wall clock that stands still or jumps back is answered by counting up from `last`; a counter
    that overflows carries into the millisecond, so 65,536 events in one millisecond still differ.
    """
    return max(last + 1, stamp_of(wall_ms))


def observe(last: int, order: int) -> int:
    """A device's clock after it has seen an event ordered at `order` (SPEC C3).

    Only ever call this with the order stamp of an envelope, which is capped: an uncapped stamp of
    one tablet set to 2099 would otherwise carry every other clock there for good.
    """
    return max(last, order)


def order_stamp(stamp: int, received_ms: int) -> int:
    """Where an event stands among others: its stamp, but at most receipt + 5 min (SPEC C4)."""
    return min(stamp, stamp_of(received_ms + DRIFT_CAP_MS))


def crossing_ms(device_ms: int, offset_ms: int | None) -> int:
    """Offset-corrected time of what happened, Unix milliseconds (SPEC C5)."""
    return device_ms + (offset_ms or 0)
