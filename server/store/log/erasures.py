"""What was erased, as readers, people and the erasure list are told. SPEC G1–G5."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from schemas.feeds import ALERTS, checkpoint_feed, feed_of
from server.store.forgotten import OF_ALERTS, Target
from server.store.log.erase import KIND, Place, erased_by, holding, place_of
from server.store.log.own_event import OwnEvent
from server.store.log.persons import RETENTION_CLASS
from server.store.log.record import events_of, read_events
from server.store.log.run_rows import Run
from sync.chain import NO_PERSON
from sync.encoding import uuid7
from sync.events import parse_body

AT_ONCE = 100
"""References in one erasure: their text has to fit into a body."""


def drafts(
    targets: Sequence[Target],
    reason: str,
    basis: str,
    user: str | None,
    now_ms: int,
    random: Callable[[int], bytes],
) -> list[OwnEvent]:
    """The erasures that these events ask for: each names events of one feed (G2)."""
    by_feed: dict[tuple[str, str], list[str]] = {}
    for one in dict.fromkeys(targets):
        by_feed.setdefault((one.home, one.destination), []).append(one.ref)
    return [
        OwnEvent(
            KIND,
            uuid7(now_ms, random(10)),
            home,
            user,
            {"events": refs[start : start + AT_ONCE], "reason": reason, "basis": basis}
            | _feed_fields(destination),
            {},
            {},
            None,
            now_ms,
        )
        for (home, destination), refs in sorted(by_feed.items())
        for start in range(0, len(refs), AT_ONCE)
    ]


def removals(log: sqlite3.Connection, feeds: Sequence[str], after: int, through: int) -> list[str]:
    """References of what was erased in these feeds under after < number ≤ through, sorted (F10)."""
    marks = ",".join("?" * len(feeds))
    rows = log.execute(
        "SELECT DISTINCT ref FROM removals JOIN feeds ON feeds.no = removals.feed"
        f" WHERE feeds.id IN ({marks}) AND n > ? AND n <= ? ORDER BY ref",
        (*feeds, after, through),
    )
    return [str(ref) for (ref,) in rows]


def targets_of_refs(log: sqlite3.Connection, refs: Iterable[str]) -> tuple[list[Target], list[str]]:
    """(the events that are here, the references of which nothing is here)."""
    found: list[Target] = []
    unknown: list[str] = []
    for ref in refs:
        place = place_of(ref)
        runs = [] if place is None else holding(log, place)
        targets = {one for run in runs for one in _targets(log, place, run)} if place else set()
        if not targets:
            unknown.append(ref)
        found += sorted(targets)
    return found, unknown


def targets_of_record(
    log: sqlite3.Connection, view: sqlite3.Connection, record: str
) -> list[Target]:
    """The events with a person part of a record, and of reviews and alerts about it."""
    numbers = [
        int(n)
        for (n,) in view.execute(
            "SELECT n FROM record_events WHERE record IN (SELECT id FROM records WHERE record = ?"
            " UNION SELECT id FROM reviews WHERE subject = ?"
            " UNION SELECT alert FROM alert_subjects WHERE subject = ?)",
            (record, record, record),
        )
    ]
    return [
        _target(f"{one.device}:{one.seq}", one.body)
        for one in read_events(log, numbers)
        if one.commitment != NO_PERSON
    ]


def numbers_of(log: sqlite3.Connection, refs: Iterable[str]) -> set[int]:
    """The numbers of the events that these references name, on every branch."""
    return {
        run.n - run.count + 1 + place.seq - run.first
        for ref in refs
        if (place := place_of(ref)) is not None
        for run in holding(log, place)
    }


def records_of(log: sqlite3.Connection, body: str) -> set[str]:
    """The records whose person parts an erasure with this body took away."""
    found: set[str] = set()
    for place in erased_by(body):
        for run in holding(log, place):
            if run.bodies is not None:
                found |= {parse_body(text).record for text in _texts_at(place, run)}
    return found


def erasures_in(
    log: sqlite3.Connection,
) -> list[tuple[str, str, tuple[str, ...], str, str, str]]:
    """Every erasure: (reference, checkpoint, events, reason, basis, destination), by number."""
    numbers = [int(n) for (n,) in log.execute("SELECT DISTINCT n FROM erased ORDER BY n")]
    found = []
    for one in read_events(log, numbers):
        body = parse_body(one.body)
        refs = tuple(f"{device}:{seq}" for device, seq in erased_by(one.body))
        reason, basis = str(body.fields.get("reason")), str(body.fields.get("basis") or "-")
        destination = _destination(feed_of(KIND, body.home, body.fields))
        found.append((f"{one.author}:{one.seq}", body.home, refs, reason, basis, destination))
    return found


def not_erased(
    log: sqlite3.Connection, home: str, refs: Sequence[str], destination: str = ""
) -> list[str]:
    """Those of these references that no erasure of this checkpoint, or commune, has named yet."""
    feed = checkpoint_feed(home)
    if destination:
        feed = ALERTS if destination == OF_ALERTS else f"arrivals:{destination}"
    noted = {
        Place(str(device), int(seq))
        for device, seq in log.execute(
            "SELECT device, seq FROM erased JOIN feeds ON feeds.no = erased.feed WHERE id = ?",
            (feed,),
        )
    }
    return [one for one in refs if place_of(one) not in noted]


def purged_days(log: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(day, class, when) of every key that was destroyed; when is 0 where it was not noted yet.

    A class is empty for the key of the day, else that of what had been kept for a case.
    """
    rows = log.execute(
        "SELECT day, iif(class = ?, '', class), coalesce(purged_ms, 0) FROM day_keys"
        " WHERE wrapped IS NULL ORDER BY day, no",
        (RETENTION_CLASS,),
    )
    return [(str(day), str(klass), int(at_ms)) for day, klass, at_ms in rows]


def _feed_fields(destination: str) -> dict[str, object]:
    """What an erasure says of the feed whose events it names."""
    if destination == OF_ALERTS:
        return {"alerts": True}
    dataset, _, code = destination.partition("-")
    return {"destination": {"dataset": dataset, "code": code}} if destination else {}


def _destination(feed: str) -> str:
    """Of a feed, as a target names it."""
    kind, _, name = feed.partition(":")
    if feed == ALERTS:
        return OF_ALERTS
    return name if kind == "arrivals" else ""


def _target(ref: str, text: str) -> Target:
    body = parse_body(text)
    return Target(ref, body.home, _destination(feed_of(body.kind, body.home, body.fields)))


def _targets(log: sqlite3.Connection, place: Place, run: Run) -> Iterator[Target]:
    """The event at this place of a run; one without a body by its checkpoint's feed alone."""
    ref, checkpoint = f"{place.device}:{place.seq}", _checkpoint(log, run)
    if checkpoint is not None:
        yield Target(ref, checkpoint)
    elif run.bodies is not None:
        for text in _texts_at(place, run):
            yield _target(ref, text)


def _texts_at(place: Place, run: Run) -> Iterator[str]:
    n = run.n - run.count + 1 + place.seq - run.first
    return (one.body for one in events_of(place.device, run, lambda number: number == n))


def _checkpoint(log: sqlite3.Connection, run: Run) -> str | None:
    (feed,) = log.execute("SELECT id FROM feeds WHERE no = ?", (run.feed,)).fetchone()
    kind, _, name = str(feed).partition(":")
    return name if kind == "checkpoint" else None
