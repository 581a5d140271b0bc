"""Forgetting person parts that an `erasure` names, those that come later too. SPEC G1–G4.

Inside the writer, in the transaction that accepts the erasure: nobody sees one without the other.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.store.log.log_schema import MAX_RUN_EVENTS
from server.store.log.persons import DayKeys
from server.store.log.run_rows import COLUMNS, Run, binding
from sync.errors import SyncError
from sync.events import parse_body

KIND = "erasure"
_REF = re.compile(r"([0-9a-f-]{36})(?:-b[0-9]+)?:([1-9][0-9]{0,15})", re.ASCII)
# Branches are listed: without them SQLite would walk all runs of a device.
_HOLDING = (
    f"SELECT {COLUMNS} FROM runs WHERE device = ?1"
    " AND branch IN (SELECT branch FROM chains WHERE device = ?1)"
    " AND first BETWEEN ?2 - ?3 AND ?2 AND first + count > ?2 ORDER BY branch"
)


class Place(NamedTuple):
    """A device and a number in its chain: one event, or several of a cloned device (G2)."""

    device: str
    seq: int


def place_of(ref: str) -> Place | None:
    """The place that a reference names, whatever branch it says; None where it is no reference."""
    found = _REF.fullmatch(ref)
    return None if found is None else Place(found[1], int(found[2]))


def holding(log: sqlite3.Connection, place: Place) -> list[Run]:
    """The runs that hold an event at this place, on every branch."""
    row = log.execute("SELECT no FROM devices WHERE id = ?", (place.device,)).fetchone()
    if row is None:
        return []
    found = log.execute(_HOLDING, (row[0], place.seq, MAX_RUN_EVENTS))
    return [Run(*one) for one in found]


def erased_by(body: str) -> list[Place]:
    """What this body asks to be forgotten: nothing, unless it is an erasure's."""
    if f'"{KIND}"' not in body:
        return []
    try:
        parsed = parse_body(body)
    except SyncError:
        return []
    refs = parsed.fields.get("events") if parsed.kind == KIND else None
    found = (place_of(one) for one in refs or () if isinstance(one, str))
    return [one for one in found if one is not None]


def erase(
    connection: sqlite3.Connection,
    day_keys: DayKeys,
    n: int,
    since: int,
    feed: int,
    places: Iterable[Place],
) -> int:
    """Forget the person parts at these places of a feed; how many were there.

    `n`: the number of the erasure; `since`: under which readers get it. What is in other feeds is
    not its to erase. Each place is noted, also where no event has come yet.
    """
    erased = 0
    for place in places:
        connection.execute(
            "INSERT OR IGNORE INTO erased (device, seq, feed, n) VALUES (?, ?, ?, ?)",
            (*place, feed, n),
        )
        for run in holding(connection, place):
            if run.feed == feed:
                erased += _blank(connection, day_keys, place, run)
                _remove(connection, since, feed, place, run.branch)
    return erased


def forget_arriving(
    connection: sqlite3.Connection,
    device: str,
    branch: int,
    first: int,
    feed: int,
    n: int,
    persons: Sequence[str | None],
) -> Sequence[str | None]:
    """The person texts of a new run `n` without those that were erased before they came."""
    places = [
        Place(device, int(seq))
        for (seq,) in connection.execute(
            "SELECT seq FROM erased WHERE device = ? AND feed = ? AND seq BETWEEN ? AND ?",
            (device, feed, first, first + len(persons) - 1),
        )
    ]
    if not places:
        return persons
    kept = list(persons)
    for place in places:
        kept[place.seq - first] = None
        _remove(connection, n, feed, place, branch)
    return kept


def devices_with_erased(connection: sqlite3.Connection) -> frozenset[str]:
    """The devices that an arriving run has to be looked at for: few, and most of the time none."""
    rows = connection.execute("SELECT DISTINCT device FROM erased")
    return frozenset(str(device) for (device,) in rows)


def _blank(connection: sqlite3.Connection, day_keys: DayKeys, place: Place, run: Run) -> bool:
    """Write the run's person parts again without one; whether it was there."""
    if run.day_key is None or run.persons is None:
        return False
    day_keys.load(connection, {run.day_key})
    aad = binding(place.device, run.branch, run.first, run.count, run.head)
    texts = day_keys.decrypt(run.day_key, run.persons, aad, run.count)
    if texts is None or texts[place.seq - run.first] is None:
        return False
    texts[place.seq - run.first] = None
    if all(one is None for one in texts):
        # The day key stays named: the proof of a purge counts the parts of a day (`purge.py`).
        connection.execute("UPDATE runs SET persons = NULL WHERE n = ?", (run.n,))
    else:
        sealed = day_keys.encrypt(run.day_key, texts, aad)
        connection.execute("UPDATE runs SET persons = ? WHERE n = ?", (sealed, run.n))
    return True


def _remove(connection: sqlite3.Connection, n: int, feed: int, place: Place, branch: int) -> None:
    """Tell readers: under the number of the erasure, or of the event where that came later.

    Always by the device's own name as well, which is how it names its events itself.
    """
    refs = {f"{place.device}:{place.seq}"}
    if branch:
        refs.add(f"{place.device}-b{branch}:{place.seq}")
    connection.executemany(
        "INSERT OR IGNORE INTO removals (feed, n, ref) VALUES (?, ?, ?)",
        [(feed, n, ref) for ref in refs],
    )
