"""A wave-through as its record says it: why, since when, until when, and who answered for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from server.store.log.record import merge_events, open_event, read_events, shown_values
from sync.clock import crossing_ms


@dataclass(frozen=True, slots=True)
class WaveThrough:
    """`by` is the lead's id; `ended_ms` is None while it runs, or where no end was said."""

    record: str
    reason: str
    by: str
    started_ms: int
    ended_ms: int | None


def read_wave(log: sqlite3.Connection, view: sqlite3.Connection, record: str) -> WaveThrough | None:
    """The wave of this record; None where the view holds none."""
    numbers = view.execute(
        "SELECT n FROM record_events WHERE record = (SELECT id FROM records WHERE record = ?)",
        (record,),
    )
    opened = [open_event(one, None) for one in read_events(log, [n for (n,) in numbers])]
    events = [one for one in opened if one.body.kind == "wave"]
    if not events:
        return None
    fields: dict[str, Any] = shown_values(merge_events(events), "wave")[0]
    started_ms = min(crossing_ms(one.body.time_ms, one.body.offset_ms) for one in events)
    return WaveThrough(
        record,
        str(fields.get("reason") or ""),
        str(fields.get("by") or ""),
        started_ms,
        fields.get("ended"),
    )
