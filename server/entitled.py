"""Which feeds a device may have: its checkpoint's and what neighbours refused. SPEC F11, T1."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from server.store.protocol import Store
from server.store.registered import Device
from sync.cursor import MAX_FEEDS, Feed, is_feed_id

REREAD_MS = 2_000
"""A checkpoint may be changed by another process; every sync need not ask for it."""


class Entitled:
    """The feeds of each device, from where its checkpoint lies and who its neighbours are."""

    def __init__(self, store: Store, neighbours: Mapping[str, Sequence[str]]) -> None:
        self._store = store
        self._neighbours = neighbours
        self._lock = threading.Lock()
        self._districts: dict[str, str] = {}
        self._read_ms = -REREAD_MS

    def feeds(self, device: Device, now_ms: int) -> frozenset[Feed]:
        """All that this device may ask for; none for a server, which is asked."""
        if device.checkpoint is None:
            return frozenset()
        own = Feed("checkpoint", device.checkpoint)
        district = self._district(device.checkpoint, now_ms)
        if not district:
            return frozenset({own})
        districts = [district, *self._neighbours.get(district, ())]
        refusals = [Feed("turn_backs", one) for one in dict.fromkeys(districts) if is_feed_id(one)]
        return frozenset([own, *refusals[: MAX_FEEDS - 1]])

    def _district(self, checkpoint: str, now_ms: int) -> str:
        with self._lock:
            if not 0 <= now_ms - self._read_ms < REREAD_MS:
                self._districts = {one.id: one.district for one in self._store.checkpoints()}
                self._read_ms = now_ms
            return self._districts.get(checkpoint, "")
