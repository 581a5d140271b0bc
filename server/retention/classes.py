"""The classes of data that go by age, what of each is due, and letting it go.

`person`: person parts by the day of their receipt (keys are destroyed). `crossing`: what was
received and is finished becomes counts. `watchlist`: entries whose time is over. What a hold keeps
stays, whatever its class. The audit log stays always: it names nobody and proves the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from server.config import RETENTION_LEAST_DAYS
from server.relay.state import read_upstream
from server.relay.status import relay_status
from server.store.forgotten import Purged
from server.store.log.persons import LOCAL, local_day
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.watch_protocol import WatchEntry

Klass = Literal["person", "crossing", "watchlist"]
CLASSES: tuple[Klass, ...] = get_args(Klass)
DAY_MS = 86_400_000


class TooEarlyError(ValueError):
    """What is younger than `days` never goes."""

    def __init__(self, klass: Klass) -> None:
        super().__init__(klass)
        self.days = RETENTION_LEAST_DAYS[klass]


class NotHomeError(Exception):
    """A relay forgets nothing by age that its home server has not got yet: `events` of it wait."""

    def __init__(self, events: int) -> None:
        super().__init__(str(events))
        self.events = events


@dataclass(frozen=True, slots=True)
class Cut:
    """What of one class is over: everything before the beginning of a local day, in Unix ms."""

    klass: Klass
    before_ms: int

    @property
    def day(self) -> str:
        return local_day(self.before_ms)


@dataclass(frozen=True, slots=True)
class Gone:
    """What goes, or went. `kept`: what is old enough and stays, for a case or because it is needed.

    `days`: those of receipt, of persons only. `crossings`: those that became counts.
    """

    cut: Cut
    count: int
    kept: int
    days: tuple[str, ...] = ()
    crossings: int = 0

    @property
    def is_something(self) -> bool:
        return self.count > 0 or bool(self.days)


def day_begins(at_ms: int) -> int:
    """The beginning of the local day in which this moment lies."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC) + LOCAL
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) - LOCAL
    return round(midnight.timestamp() * 1000)


def cut_by_age(klass: Klass, days: int, now_ms: int) -> Cut:
    """What is older than so many whole days."""
    return Cut(klass, day_begins(now_ms) - days * DAY_MS)


def cuts_due(retention: Mapping[str, int], now_ms: int) -> list[Cut]:
    """What the settings say is over now, persons first."""
    return [cut_by_age(one, retention[one], now_ms) for one in CLASSES if one in retention]


def check(store: Store, cut: Cut, now_ms: int) -> None:
    """Raises TooEarlyError or NotHomeError."""
    least = RETENTION_LEAST_DAYS[cut.klass]
    if cut.before_ms > (day_begins(now_ms) if least == 1 else now_ms - least * DAY_MS):
        raise TooEarlyError(cut.klass)
    upstream = read_upstream(store)
    waiting = 0 if upstream is None else relay_status(store, upstream).events_not_home
    if waiting:
        raise NotHomeError(waiting)


def look(store: Store, cut: Cut) -> Gone:
    """What would go. Raises ViewBehindError."""
    if cut.klass == "person":
        found = store.look_at_purge(store.days_before(cut.day))
        return _persons(cut, found)
    if cut.klass == "crossing":
        done = store.look_at_compaction(cut.before_ms)
        return Gone(cut, done.events, done.kept, crossings=done.crossings)
    over, kept = _watched_over(store, cut)
    return Gone(cut, len(over), kept)


def let_go(store: Store, cut: Cut, now_ms: int, who: str) -> Gone:
    """Let it go, with its audit entry. Raises ViewBehindError, HoldsChangedError."""
    if cut.klass == "person":
        days = store.days_before(cut.day)
        if not days:
            return Gone(cut, 0, 0)
        done = store.purge(days, now_ms, who)
        return _persons(cut, done)
    if cut.klass == "crossing":
        gone = store.compact(cut.before_ms, now_ms, who)
        return Gone(cut, gone.events, gone.kept, crossings=gone.crossings)
    over, kept = _watched_over(store, cut)
    if over:
        details = {"class": cut.klass, "entries": len(over), "kept": kept, "before": cut.day}
        entry = AuditEntry(now_ms, who, "purge", details=details)
        store.change_watch((), [one.id for one in over], entry)
    return Gone(cut, len(over), kept)


def _persons(cut: Cut, found: Purged) -> Gone:
    days = tuple(one.day for one in found.each if one.is_change)
    return Gone(cut, found.persons, found.kept, days)


def _watched_over(store: Store, cut: Cut) -> tuple[list[WatchEntry], int]:
    held = {one.subject for one in store.holds() if one.released_ms is None}
    over, kept = [], 0
    for entry in store.watch_entries():
        if entry.until_ms < cut.before_ms:
            numbers = [one for one in (entry.id_number, entry.old_id_number) if one]
            if held & {store.blind_subject(one, "") for one in numbers}:
                kept += 1
            else:
                over.append(entry)
    return over, kept
