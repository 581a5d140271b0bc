"""An event that the home server may have to write, and what it has written of the same before.

Ids follow from what a record is about (SPEC L1), so that whoever makes it twice makes one record.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.store.log.persons import DayKeys
from server.store.log.record import (
    OpenEvent,
    load_day_keys,
    merge_events,
    open_event,
    read_events,
    shown_values,
)
from sync.encoding import uuid7
from sync.registers import Record

Items = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Draft:
    """One event of this server's chain; `people` is the person part, by item."""

    kind: str
    record: str
    home: str
    fields: dict[str, Any]
    people: Items = field(default_factory=dict)
    over: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What the events of one record come to."""

    record: Record
    fields: dict[str, Any]
    people: Items

    @property
    def over(self) -> dict[str, tuple[str, ...]]:
        """Every surviving write, by path: what a new event of this record stands above (R2)."""
        return {
            path: tuple(one.ref for one in register.surviving())
            for path, register in self.record.items()
            if register.surviving()
        }


@dataclass(frozen=True, slots=True)
class Sources:
    """The log, the view at its watermark, and the keys that open person parts."""

    log: sqlite3.Connection
    view: sqlite3.Connection
    day_keys: DayKeys
    districts: Mapping[str, str]
    """Checkpoint → the district it stands in."""

    def written(self, kind: str, record: str) -> Written | None:
        """What was written of this record; None where nothing was."""
        events = self.events(kind, record)
        if not events:
            return None
        merged = merge_events(events)
        fields, items = shown_values(merged, kind)
        return Written(merged, fields, items.get("people", {}))

    def crossings(self, ids: Sequence[int]) -> dict[int, list[OpenEvent]]:
        """The events of these crossings by their numbers in the view, person parts opened.

        At once: the log keeps events by the run, and one by one each would cost a whole run.
        """
        of: dict[int, list[int]] = {}
        marks = ",".join("?" * len(ids))
        for record, n in self.view.execute(
            f"SELECT record, n FROM record_events WHERE record IN ({marks})", tuple(ids)
        ):
            of.setdefault(n, []).append(record)
        stored = read_events(self.log, list(of))
        load_day_keys(self.log, stored, self.day_keys)
        found: dict[int, list[OpenEvent]] = {one: [] for one in ids}
        for event in stored:
            opened = open_event(event, self.day_keys)
            if opened.body.kind == "crossing":
                for record in of[event.n]:
                    found[record].append(opened)
        return found

    def events(self, kind: str, record: str) -> list[OpenEvent]:
        """The events of a record, person parts opened."""
        numbers = self.view.execute(
            "SELECT n FROM record_events WHERE record = (SELECT id FROM records WHERE record = ?)",
            (record,),
        )
        stored = read_events(self.log, [n for (n,) in numbers])
        load_day_keys(self.log, stored, self.day_keys)
        opened = (open_event(one, self.day_keys) for one in stored)
        return [one for one in opened if one.body.kind == kind]


def derived_id(about: str, *parts: str) -> str:
    """A UUIDv7 with the time of the record `about` and a hash of `parts` (SPEC L1)."""
    unix_ms = int(about.replace("-", "")[:12], 16)
    text = "\n".join(("chot/1 derived", *parts))
    return uuid7(unix_ms, hashlib.sha256(text.encode()).digest()[:10])
