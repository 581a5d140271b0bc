"""Walking a whole log: is it what devices signed and this server accepted? SPEC H1–H5, B3, A3, F9.

A break is something that cannot be where only this program wrote. Gaps, branches, runs that were
compacted and person parts that were erased are states the protocol knows: they are reported, not
broken. Runs stream: memory does not grow with the log. What nobody outside this file vouches for
cannot be seen from it alone: whoever takes out the newest events with their signatures and heads
leaves a shorter log that fits. Then the receipts on the tablets do not (SPEC P3).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.keys import KeyRing
from server.store.log.audit import first_broken
from server.store.log.branches import Break, Links, Signed, Tracker
from server.store.log.erase import Place, erased_by
from server.store.log.log_schema import ACCEPTED
from server.store.log.record import read_events
from server.store.log.registry import read_devices
from server.store.log.run_check import COLUMNS, RunCheck
from server.store.log.run_rows import Run
from sync.batch import signing_text, verify_es256

Progress = Callable[[int], None]
"""Called with the number of events walked since the last call."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The events of a cloned device that came second, or that do not link to what is held."""

    no: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DeviceWalk:
    """One device's events. `gaps`: missing ones (first, last) that the log does not claim to hold.

    `through`: how far its own branch is whole. `erased`: person parts that were erased or whose
    day key was destroyed; `withheld`: those that never came, or are gone without a note of it.
    `compacted`: events whose bodies were dropped.
    """

    device: str
    kind: str
    checkpoint: str | None
    events: int
    through: int
    gaps: tuple[tuple[int, int], ...]
    branches: tuple[Branch, ...]
    erased: int
    withheld: int
    compacted: int
    breaks: int
    first_break: Break | None


@dataclass(frozen=True, slots=True)
class LogWalk:
    """What a walk found. `first_break` is of the device with the lowest number in this log."""

    devices: tuple[DeviceWalk, ...]
    audit_entries: int
    breaks: int
    first_break: Break | None

    @property
    def events(self) -> int:
        return sum(one.events for one in self.devices)

    @property
    def is_plain(self) -> bool:
        """No break, and no gap or branch or missing person part either."""
        return self.breaks == 0 and not any(
            one.gaps or one.branches or one.withheld for one in self.devices
        )


def count_events(log: sqlite3.Connection) -> int:
    """How many events a walk will see."""
    (count,) = log.execute("SELECT ifnull(sum(count), 0) FROM runs").fetchone()
    return int(count)


def walk_log(log: sqlite3.Connection, keys: KeyRing, progress: Progress) -> LogWalk:
    """Check every run, signature, envelope, head, sum and audit entry as of one moment.

    A damaged file is a break like any other: `log.unreadable`.
    """
    devices: list[DeviceWalk] = []
    loose: list[Break] = []
    entries = 0
    try:
        log.execute("BEGIN")
        try:
            check = RunCheck(log, keys)
            for one in _devices(log, check, progress):
                devices.append(one)
            loose += _orphans(log)
            if not any(one.first_break for one in devices):
                loose += [*_numbers(log), *_restated(log), *_sums(log, check), *_erased(log)]
            (entries,) = log.execute("SELECT count(*) FROM audit").fetchone()
            broken = first_broken(log, keys.derive("audit"))
            if broken is not None:
                loose.append(Break("audit", broken, "audit.hash"))
        finally:
            log.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        loose.append(Break("log.db", 0, "log.unreadable", str(error)))
    found = [one.first_break for one in devices if one.first_break is not None] + loose
    breaks = sum(one.breaks for one in devices) + len(loose)
    return LogWalk(tuple(devices), entries, breaks, found[0] if found else None)


def _devices(log: sqlite3.Connection, check: RunCheck, progress: Progress) -> Iterator[DeviceWalk]:
    batches = _Batches(log)
    for device in read_devices(log):
        check.start(device.id)
        key = check.server_key(device.id) or public_key_of_jwk(device.jwk)
        rows = log.execute(
            "SELECT branch, through, head FROM chains WHERE device = ?", (device.no,)
        )
        heads = {int(branch): (int(through), head) for branch, through, head in rows}
        tracker = Tracker(device.id, batches.of(device.no, device.id, key), heads)
        runs = _Runs(log, check, tracker, progress)
        tracker.walk(runs.of(device.no))
        seen = tracker.end()
        yield DeviceWalk(
            device.id,
            device.kind,
            device.checkpoint,
            runs.events,
            seen.through,
            seen.gaps,
            tuple(Branch(*one) for one in seen.branches),
            runs.erased,
            runs.withheld,
            runs.compacted,
            seen.breaks,
            seen.first_break,
        )


class _Runs:
    """The runs of one device by falling last number, each looked at by itself and counted."""

    def __init__(
        self, log: sqlite3.Connection, check: RunCheck, tracker: Tracker, progress: Progress
    ) -> None:
        self._log = log
        self._check = check
        self._tracker = tracker
        self._progress = progress
        self.events = self.erased = self.withheld = self.compacted = 0

    def of(self, device_no: int) -> Iterator[Links]:
        """What the neighbours have to fit to; what is wrong inside goes to the tracker."""
        # Sorted without their texts, and read one by one.
        numbers = self._log.execute(
            "SELECT n FROM runs WHERE device = ? ORDER BY first + count - 1 DESC, branch DESC",
            (device_no,),
        )
        for (n,) in numbers:
            row = self._log.execute(f"SELECT {COLUMNS} FROM runs WHERE n = ?", (n,)).fetchone()
            one = self._check.look(Run(*row))
            if one.problem is not None:
                self._tracker.broken(one.at, one.problem, one.last)
            self.erased += one.erased
            self.withheld += one.withheld
            self.compacted += one.compacted
            if one.links is not None:
                count = one.links.last - one.links.first + 1
                self.events += count
                self._progress(count)
                yield one.links


class _Batches:
    """The stored batch signatures, in one sorted pass for all devices: newest first."""

    def __init__(self, log: sqlite3.Connection) -> None:
        self._rows = log.execute(
            "SELECT device, first, last, previous, head, signature FROM batches"
            " ORDER BY device, last DESC, no"
        )
        self._next = self._rows.fetchone()

    def of(self, device_no: int, device: str, key: ec.EllipticCurvePublicKey) -> Iterator[Signed]:
        """The stretches that this device signed; used up before the next device is asked for."""
        while self._next is not None and self._next[0] < device_no:
            self._next = self._rows.fetchone()
        while self._next is not None and self._next[0] == device_no:
            _, first, last, previous, head, signature = self._next
            self._next = self._rows.fetchone()
            text = signing_text(device, first, last, previous, head)
            yield Signed(first, last, head, verify_es256(key, signature, text))


def _orphans(log: sqlite3.Connection) -> list[Break]:
    row = log.execute(
        "SELECT device, min(first) FROM runs WHERE device NOT IN (SELECT no FROM devices)"
        " GROUP BY device ORDER BY device LIMIT 1"
    ).fetchone()
    return [] if row is None else [Break(f"#{row[0]}", row[1], "device.missing")]


def _numbers(log: sqlite3.Connection) -> list[Break]:
    """The log numbers what it accepts without holes, also what it announces again (SPEC F2)."""
    numbers = "SELECT n, count FROM runs UNION ALL SELECT n, count FROM restated"
    expected = 1
    for n, count in log.execute(f"{numbers} ORDER BY n"):
        if n - count + 1 != expected:
            return [Break("log.db", expected, "log.number")]
        expected = n + 1
    return []


def _restated(log: sqlite3.Connection) -> list[Break]:
    """What is announced again is a run that is there, in its feed (SPEC A3, A5)."""
    row = log.execute(
        "SELECT restated.n FROM restated LEFT JOIN runs ON runs.n = restated.run"
        " WHERE runs.n IS NULL OR runs.count <> restated.count OR runs.feed <> restated.feed"
        " OR runs.state <> ? ORDER BY restated.n LIMIT 1",
        (ACCEPTED,),
    ).fetchone()
    return [] if row is None else [Break("log.db", row[0], "log.restated")]


def _erased(log: sqlite3.Connection) -> list[Break]:
    """What is noted as erased was asked for by an erasure that the log holds (SPEC G1)."""
    for (n,) in log.execute("SELECT DISTINCT n FROM erased ORDER BY n").fetchall():
        asked = {place for one in read_events(log, [n]) for place in erased_by(one.body)}
        noted = log.execute("SELECT device, seq FROM erased WHERE n = ?", (n,))
        if not asked.issuperset(Place(*one) for one in noted):
            return [Break("log.db", n, "person.erasure")]
    return []


def _sums(log: sqlite3.Connection, check: RunCheck) -> list[Break]:
    """Each sum was met with its run; one more belongs to nothing (SPEC F9)."""
    (count,) = log.execute("SELECT count(*) FROM sums").fetchone()
    return [] if count == check.sums else [Break("log.db", 0, "feed.sum")]
