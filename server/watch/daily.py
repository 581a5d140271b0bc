"""The home server publishes the watchlist's filter anew each day, as windows begin and end.

Only where a person published it before: whether tablets get one, and how wide its crowds are, is
somebody's decision. A failure leaves the filter in force and is logged.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from server.background import repeating
from server.config import Config
from server.context import Clock
from server.keys import KeyRing
from server.packs import EVERYBODY
from server.store.log.persons import local_day
from server.store.protocol import Store
from server.store.published import Pack
from server.watch.publishing import WATCHLIST, filter_in_force, offer, publish_watchlist

LOOK_S = 3600.0
"""How long after midnight somebody may still be asked whose time is over; nobody is missed."""


def publish_if_due(store: Store, keys: KeyRing, now_ms: int) -> Pack | None:
    """The new pack, where the one in force is of an earlier local day and says something else.

    Raises WatchRateError where the list has grown too long for the crowds in force.
    """
    pack = store.pack(WATCHLIST, EVERYBODY)
    if pack is None or local_day(pack.issued_ms) == local_day(now_ms):
        return None
    offered = offer(store.watch_entries(), now_ms, in_force=filter_in_force(store))
    return publish_watchlist(store, keys, offered, "server", now_ms)


def publishing_daily(
    open_store: Callable[[], Store], keys: KeyRing, config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Look every hour, in a thread of this process, while the block runs; a relay never does."""
    if config.level != "home":
        return contextlib.nullcontext()

    def look(_: threading.Event) -> None:
        with contextlib.closing(open_store()) as store:
            publish_if_due(store, keys, clock())

    return repeating("watchlist", look, LOOK_S)
