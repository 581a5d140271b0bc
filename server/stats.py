"""Figures of a window for one look: sums, a checkpoint each, and how they are spread in time.

Counts only, nobody named; voided crossings and duplicates count nowhere (`view/search.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from server.store.protocol import Store

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
VIETNAM_MS = 7 * HOUR_MS
MOST_STEPS = 62
"""Bars of one picture; a wider window takes wider steps."""

MOST_DAYS = 3_660
STEPS_MS = (HOUR_MS, 3 * HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 91 * DAY_MS)


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of time: from ≤ occurred < to, cut to the window."""

    from_ms: int
    to_ms: int
    crossings: int
    turned_back: int


@dataclass(frozen=True, slots=True)
class Stats:
    """`by_checkpoint` names those that have crossings or devices; `lag`: events not counted yet."""

    from_ms: int
    to_ms: int
    total: dict[str, int]
    by_checkpoint: tuple[tuple[str, str, dict[str, int]], ...]
    steps: tuple[Step, ...]
    lag: int

    def to_json(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
            "total": self.total,
            "checkpoints": [
                {"id": one, "name": name, "counts": counts}
                for one, name, counts in self.by_checkpoint
            ],
            "steps": [asdict(one) for one in self.steps],
            "lag": self.lag,
        }

    @staticmethod
    def from_json(found: dict[str, Any]) -> Stats:
        """What `to_json` was made of."""
        return Stats(
            found["from_ms"],
            found["to_ms"],
            found["total"],
            tuple((one["id"], one["name"], one["counts"]) for one in found["checkpoints"]),
            tuple(Step(**one) for one in found["steps"]),
            found["lag"],
        )


def make_stats(store: Store, from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> Stats:
    """from ≤ occurred < to at these checkpoints, or at all. ValueError for a window that is none.

    The caller writes the audit entry first.
    """
    if not 0 <= from_ms < to_ms or to_ms - from_ms > MOST_DAYS * DAY_MS:
        raise ValueError("window")
    watermark, newest = store.projected()
    places = [one for one in store.checkpoints() if not checkpoints or one.id in checkpoints]
    by_checkpoint = ((one.id, one.name, store.counts(from_ms, to_ms, (one.id,))) for one in places)
    return Stats(
        from_ms,
        to_ms,
        store.counts(from_ms, to_ms, tuple(checkpoints)),
        tuple(
            sorted(
                (one for one in by_checkpoint if one[2]["crossings"]),
                key=lambda one: (-one[2]["crossings"], one[0]),
            )
        ),
        tuple(
            Step(first, last, counts["crossings"], counts["turned_back"])
            for first, last in steps_of(from_ms, to_ms)
            for counts in [store.counts(first, last, tuple(checkpoints))]
        ),
        max(0, newest - watermark),
    )


def steps_of(from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """The window in hours or days of Vietnam, at most MOST_STEPS of them."""
    step = next((one for one in STEPS_MS if (to_ms - from_ms) <= MOST_STEPS * one), STEPS_MS[-1])
    found = []
    at = from_ms
    while at < to_ms:
        following = min(to_ms, ((at + VIETNAM_MS) // step + 1) * step - VIETNAM_MS)
        found.append((at, following))
        at = following
    return found
