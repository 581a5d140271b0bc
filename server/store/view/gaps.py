"""Which events stand after a gap in their device's chain, and from when to when: SPEC A8.

The view keeps how far each chain reaches, event by event in the order of the log, so that a
crossing is `unverified` exactly from the number that brought its event to the number that closed
the gap. A later branch of a cloned device (A6) goes on from what branch 0 holds.
"""

from __future__ import annotations

import bisect
import json
import sqlite3
from dataclasses import dataclass, field

from server.store.log.arrived import Place

Key = tuple[str, int]


@dataclass(slots=True)
class Chain:
    """Held without a gap up to `through`; `ahead`: runs [first, last] beyond it, in order."""

    through: int = 0
    ahead: list[list[int]] = field(default_factory=list)

    def add(self, seq: int) -> bool:
        """Take in one number; whether a gap closed by it."""
        if seq <= self.through:
            return False
        if seq == self.through + 1:
            self.through = seq
            if not (self.ahead and self.ahead[0][0] == seq + 1):
                return False
            self.through = self.ahead.pop(0)[1]
            return True
        at = bisect.bisect_left(self.ahead, [seq])
        if at < len(self.ahead) and self.ahead[at][0] == seq:
            return False
        before = self.ahead[at - 1] if at else None
        if before is not None and before[1] >= seq - 1:
            before[1] = max(before[1], seq)
        else:
            before = [seq, seq]
            self.ahead.insert(at, before)
            at += 1
        if at < len(self.ahead) and self.ahead[at][0] == before[1] + 1:
            before[1] = self.ahead.pop(at)[1]
        return False


class Chains:
    """The chains of the devices that one portion brings something of."""

    def __init__(self, view: sqlite3.Connection) -> None:
        self._view = view
        self._chains: dict[Key, Chain] = {}
        self._devices: dict[str, list[Key]] = {}
        self.closed: set[int] = set()
        """Crossings (ids of records) of which a gap closed."""

    def add(self, place: Place) -> None:
        """The next event of the log, whatever its state."""
        own = (place.device, place.branch)
        keys = self._of(place.device)
        if own not in self._chains:
            first = self._chains.get((place.device, 0), Chain())
            self._chains[own] = Chain(first.through, [list(run) for run in first.ahead])
            keys.append(own)
        for key in keys if place.branch == 0 else [own]:
            if self._chains[key].add(place.seq):
                self._close(key, place.n)

    def see(self, since: int, device: str, branch: int, seq: int, record: int) -> None:
        """An event of a record counts from now on: noted where it stands after a gap."""
        self._of(device)
        if seq > self._chains[device, branch].through:
            self._view.execute(
                "INSERT OR IGNORE INTO unverified (device, branch, seq, record, since)"
                " VALUES (?, ?, ?, ?, ?)",
                (device, branch, seq, record, since),
            )

    def save(self) -> None:
        self._view.executemany(
            "INSERT OR REPLACE INTO chains (device, branch, through, ahead) VALUES (?, ?, ?, ?)",
            [(*key, one.through, json.dumps(one.ahead)) for key, one in self._chains.items()],
        )

    def _of(self, device: str) -> list[Key]:
        keys = self._devices.get(device)
        if keys is None:
            keys = self._devices[device] = []
            for branch, through, ahead in self._view.execute(
                "SELECT branch, through, ahead FROM chains WHERE device = ?", (device,)
            ):
                self._chains[device, branch] = Chain(through, json.loads(ahead))
                keys.append((device, branch))
        return keys

    def _close(self, key: Key, n: int) -> None:
        rows = self._view.execute(
            "UPDATE unverified SET closed = ? WHERE device = ? AND branch = ? AND seq <= ?"
            " AND closed IS NULL RETURNING record",
            (n, *key, self._chains[key].through),
        )
        self.closed |= {int(record) for (record,) in rows}
