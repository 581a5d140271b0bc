"""Whether what the audit log says was purged is gone: counted again in the log as it lies there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.retention.classes import day_begins
from server.store.protocol import Store

State = Literal["gone", "left", "compacted", "differs", "unproved"]
"""`gone`: the digest fits and nothing can be opened but what is kept for a case. `left`: parts can
be opened that no hold keeps. `compacted`: the events became counts since, so nothing is left to
count. `differs`: other parts than those the audit log names. `unproved`: purged by a version that
noted no digest."""


@dataclass(frozen=True, slots=True)
class DayProof:
    """One day that was purged, by its last purge; `kept`: parts that are kept for a case now."""

    day: str
    at_ms: int
    who: str
    persons: int
    kept: int
    sha256: str
    state: State


def proofs(store: Store) -> list[DayProof]:
    """Every day that was ever purged, oldest first."""
    gone: dict[str, int] = {}
    last: dict[str, DayProof] = {}
    for entry in store.audited_of("purge"):
        proof = entry.details.get("proof", {})
        for day in entry.details.get("days", []):
            persons, _, digest = proof.get(day, (0, 0, ""))
            if digest or day not in last:
                gone[day] = gone.get(day, 0) + persons
                last[day] = DayProof(day, entry.at_ms, entry.who, gone[day], 0, digest, "unproved")
    compacted_ms = max(
        (one.details.get("before_ms", 0) for one in store.audited_of("compact")), default=0
    )
    return [_checked(store, last[day], compacted_ms) for day in sorted(last)]


def _checked(store: Store, one: DayProof, compacted_ms: int) -> DayProof:
    left = store.look_at_purge([one.day])
    state: State = "gone"
    if left.persons:
        state = "left"
    elif not one.sha256:
        state = "unproved"
    elif store.day_parts(one.day)[1] != one.sha256:
        state = "compacted" if compacted_ms > _begins(one.day) else "differs"
    return DayProof(one.day, one.at_ms, one.who, one.persons, left.kept, one.sha256, state)


def _begins(day: str) -> int:
    return day_begins(round(datetime.fromisoformat(f"{day}T12:00+07:00").timestamp() * 1000))
