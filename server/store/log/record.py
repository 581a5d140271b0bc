"""A record's events, read from the log, opened and merged: one way for the projector and readers.

The view stores no merged state, only which log rows a record consists of: states of person fields
would be person data in the view, and re-reading two or three rows is cheap.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from schemas.policy import policy_tables
from server.store.log.log_schema import MAX_RUN_EVENTS
from server.store.log.persons import DayKeys
from server.store.log.run_rows import (
    COLUMNS,
    Run,
    binding,
    bodies_of,
    commitments_of,
    order_of,
    rank_at,
)
from sync.events import Body, parse_body, parse_person, ref
from sync.registers import (
    Policy,
    Record,
    apply,
    differing,
    open_conflicts,
    path_policy,
    policies_from_json,
    shown,
)
from sync.seal import is_sealed

CHUNK = 500

_RUNS = f"SELECT devices.id, {COLUMNS} FROM runs JOIN devices ON devices.no = runs.device WHERE "
# A number may lie between runs: those of restatements do.
_HOLDING = (
    f"{_RUNS} n IN (SELECT (SELECT min(n) FROM runs WHERE n >= value) FROM json_each(?)) ORDER BY n"
)


class SealedPersons:
    """The person parts of one run: one ciphertext, opened once, when the first is asked for."""

    __slots__ = ("_binding", "_count", "_stored", "_texts", "day_key")

    def __init__(self, device: str, run: Run, day_key: int, stored: bytes) -> None:
        self.day_key = day_key
        self._stored = stored
        self._count = run.count
        self._binding = binding(device, run.branch, run.first, run.count, run.head)
        self._texts: Sequence[str | None] | None = None

    def text(self, at: int, day_keys: DayKeys) -> str | None:
        """One person text; None where there is none, its day key was destroyed, or it is sealed."""
        text = self.kept(at, day_keys)
        return None if text is None or is_sealed(text) else text

    def kept(self, at: int, day_keys: DayKeys) -> str | None:
        """What is stored for one event: on a relay also what only the home server opens (U9)."""
        if self._texts is None:
            texts = day_keys.decrypt(self.day_key, self._stored, self._binding, self._count)
            self._texts = [None] * self._count if texts is None else texts
        return self._texts[at]


def sealed_persons(device: str, run: Run) -> SealedPersons | None:
    """The person parts of a run as they are stored; None where there are none."""
    if run.day_key is None or run.persons is None:
        return None
    return SealedPersons(device, run, run.day_key, run.persons)


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One stored event, its person part still encrypted among those of its run."""

    n: int
    device: str
    seq: int
    branch: int
    received_ms: int
    authority: int
    commitment: bytes
    body: str
    persons: SealedPersons | None
    place: int
    """Which of the run's events it is."""

    @property
    def order(self) -> int:
        """The order stamp (SPEC C4)."""
        return order_of(self.body, self.received_ms)

    @property
    def author(self) -> str:
        """The device; a cloned device's other branches get a name that no `device:seq` shares."""
        return self.device if self.branch == 0 else f"{self.device}-b{self.branch}"


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event with its texts parsed. `person` is null where it is withheld, erased or none."""

    log: LogEvent
    body: Body
    person: Body | None

    @property
    def ref(self) -> str:
        return ref(self.log.author, self.log.seq)


def read_events(log: sqlite3.Connection, numbers: Sequence[int]) -> list[LogEvent]:
    """These events of the log, by number."""
    found: list[LogEvent] = []
    for start in range(0, len(numbers), CHUNK):
        wanted = set(numbers[start : start + CHUNK])
        for device, *row in log.execute(_HOLDING, (json.dumps(sorted(wanted)),)):
            found += events_of(device, Run(*row), wanted.__contains__)
    return sorted(found, key=lambda one: one.n)


def read_range(log: sqlite3.Connection, after: int, through: int, state: int) -> list[LogEvent]:
    """The events of one state with after < n ≤ through, by number."""
    rows = log.execute(
        f"{_RUNS} n > ? AND n < ? AND state = ? ORDER BY n",
        (after, through + MAX_RUN_EVENTS, state),
    )
    found: list[LogEvent] = []
    for device, *row in rows:
        found += events_of(device, Run(*row), lambda n: after < n <= through)
    return found


def events_of(device: str, run: Run, wanted: Callable[[int], bool]) -> list[LogEvent]:
    """The events of a run whose numbers are wanted; none where its bodies are gone (SPEC G8)."""
    if run.bodies is None:
        return []
    persons = sealed_persons(device, run)
    commitments = commitments_of(run.commitments, run.count)
    start = run.n - run.count + 1
    return [
        LogEvent(
            start + at,
            device,
            run.first + at,
            run.branch,
            run.received_ms,
            rank_at(run.ranks, at),
            commitments[at],
            body,
            persons,
            at,
        )
        for at, body in enumerate(bodies_of(run))
        if wanted(start + at)
    ]


def load_day_keys(log: sqlite3.Connection, events: Iterable[LogEvent], day_keys: DayKeys) -> None:
    """Open the day keys that these events need."""
    day_keys.load(log, {one.persons.day_key for one in events if one.persons is not None})


def open_event(event: LogEvent, day_keys: DayKeys | None) -> OpenEvent:
    """Parse the texts; the person part only with `day_keys`, which must be loaded."""
    body = parse_body(event.body)
    text = None if day_keys is None else open_person_text(event, day_keys)
    if text is None:
        return OpenEvent(event, body, None)
    fields, items = parse_person(text)
    return OpenEvent(event, body, replace(body, fields=fields, items=items, over={}))


def open_person_text(event: LogEvent, day_keys: DayKeys) -> str | None:
    """The person text; None where there is none, it is withheld, or its day key was destroyed."""
    return None if event.persons is None else event.persons.text(event.place, day_keys)


def merge_events(events: Iterable[OpenEvent]) -> Record:
    """The registers of one record, body and person part together: their paths never meet."""
    record: Record = {}
    for one in events:
        for part in (one.body, one.person):
            if part is not None:
                apply(
                    record,
                    one.log.author,
                    one.log.seq,
                    one.log.order,
                    part,
                    one.log.authority,
                )
    return record


@cache
def policies(kind: str) -> dict[str, Policy]:
    """The merge policies of a kind: of its newest version, which only ever adds fields."""
    tables = policy_tables()
    newest = max(
        (name for name in tables if name.startswith(f"{kind}/")),
        key=lambda name: int(name.partition("/")[2]),
        default=None,
    )
    return {} if newest is None else policies_from_json(tables[newest])


@lru_cache(4096)  # bounded: an event may name any field
def _named_policy(kind: str, name: str) -> Policy:
    return path_policy(policies(kind), name)


def _policy(kind: str, path: str) -> Policy:
    """The policy of a path; items share one, so that it is looked up once per kind."""
    group, _, rest = path.partition("/")
    return _named_policy(kind, f"{group}/1/{rest.rpartition('/')[2]}" if rest else path)


def conflicts(record: Record, kind: str) -> list[str]:
    """The paths a person has to decide (SPEC R9). One write cannot disagree with itself."""
    contested = {path: one for path, one in record.items() if len(one.writes) > 1}
    return open_conflicts(contested, policies(kind)) if contested else []


def settled(record: Record, kind: str) -> list[str]:
    """The paths where different writes survive and a policy chose among them, sorted (SPEC R7)."""
    return sorted(
        path
        for path, one in record.items()
        if len(one.writes) > 1 and _policy(kind, path).closes == "auto" and differing(one)
    )


Fields = dict[str, Any]


def shown_values(record: Record, kind: str) -> tuple[Fields, dict[str, dict[str, Fields]]]:
    """(fields, group → item → fields) as a reader sees them now (SPEC R7)."""
    fields: Fields = {}
    items: dict[str, dict[str, Fields]] = {}
    for path, register in record.items():
        value = shown(register, _policy(kind, path))
        group, _, rest = path.partition("/")
        if rest:
            item, _, name = rest.partition("/")
            items.setdefault(group, {}).setdefault(item, {})[name] = value
        else:
            fields[path] = value
    return fields, items
