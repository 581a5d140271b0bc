"""What tablets are told of alerts about their checkpoint's crossings: a signed pack for each.

A pack and not the feed `alerts:home` (SPEC W1): it holds codes and record ids, and a tablet finds
plate and time among its own. Who is isolated at home is for the health service, so it is left out.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from server.background import repeating
from server.config import Config
from server.context import Clock
from server.keys import KeyRing
from server.packs import checkpoint_scope, publish
from server.store.alert_protocol import AlertRow, AlertState
from server.store.protocol import Store
from server.store.published import Pack

ALERTS = "alerts"
"""The pack's name: {alerts: [{alert, code, crossings[], occurred_ms, state}], more}."""

TOLD = (
    "decision.stale",
    "decision.differs",
    "late.rules",
    "late.revoked",
    "permit.too_fast",
    "permit.overspent",
    "vehicle.too_fast",
    "override.unagreed",
)
"""What a checkpoint can do something about, and names nobody."""

TOLD_HOURS = 72
"""As long as a tablet holds the crossings themselves (SPEC F8)."""

MAX_TOLD = 50
"""For one checkpoint; `more` counts the rest."""

LOOK_S = 5.0
_OPEN: tuple[AlertState, ...] = ("new", "taken")


def told(store: Store, now_ms: int) -> dict[str, dict[str, Any]]:
    """The content of each checkpoint's pack, for those that an open alert of now concerns."""
    rows = [row for state in _OPEN for row in _recent(store, state, now_ms)]
    rows.sort(key=lambda row: (-row.occurred_ms, row.record))
    by_checkpoint: dict[str, list[AlertRow]] = {}
    for row in rows:
        for checkpoint in {row.checkpoint, *(one.checkpoint for one in row.crossings)}:
            by_checkpoint.setdefault(checkpoint, []).append(row)
    return {name: _content(found) for name, found in by_checkpoint.items()}


def publish_told(store: Store, keys: KeyRing, now_ms: int) -> list[Pack]:
    """Publish the packs that say something else than those in force; returns the new ones.

    Raises RelayPackError on a relay that has something to tell.
    """
    contents = told(store, now_ms)
    made: list[Pack] = []
    for checkpoint in store.checkpoints():
        scope = checkpoint_scope(checkpoint.id)
        content = contents.get(checkpoint.id, {"alerts": [], "more": 0})
        if not content["alerts"] and store.pack(ALERTS, scope) is None:
            continue
        pack = publish(store, keys, ALERTS, scope, content, now_ms)
        if pack is not None:
            made.append(pack)
    return made


def telling_alerts(
    open_store: Callable[[], Store], keys: KeyRing, config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Look every few seconds, in a thread of this process, while the block runs; a relay never."""
    if config.level != "home":
        return contextlib.nullcontext()

    def tell(stop: threading.Event) -> None:
        with contextlib.closing(open_store()) as store:
            while not stop.is_set():
                publish_told(store, keys, clock())
                stop.wait(LOOK_S)

    return repeating("alerts", tell, LOOK_S)


def _recent(store: Store, state: AlertState, now_ms: int) -> Iterator[AlertRow]:
    """Newest first, and no further back than tablets are told."""
    since_ms = now_ms - TOLD_HOURS * 3_600_000
    after = ""
    while True:
        rows, after = store.alerts(state, "", after, 200)
        for row in rows:
            if row.occurred_ms < since_ms:
                return
            if row.code in TOLD:
                yield row
        if not after:
            return


def _content(rows: list[AlertRow]) -> dict[str, Any]:
    return {
        "alerts": [
            {
                "alert": row.record,
                "code": row.code,
                "crossings": [one.record for one in row.crossings],
                "occurred_ms": row.occurred_ms,
                "state": row.state,
            }
            for row in rows[:MAX_TOLD]
        ],
        "more": max(0, len(rows) - MAX_TOLD),
    }
