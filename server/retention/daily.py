"""The server lets go by itself, at night, what `retention` in its settings says is over.

A failure is logged and tried again within the hour; what is overdue by a day goes at any hour.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from server.background import repeating
from server.config import Config
from server.context import Clock
from server.retention.classes import DAY_MS, Gone, NotHomeError, check, cuts_due, let_go, look
from server.retention.finishing import finish
from server.store.log.persons import LOCAL, local_day
from server.store.protocol import Store

LOOK_S = 1800.0
NIGHT = range(1, 5)
"""Local hours at which few cross: afterwards the view is made anew, which takes a core."""


class ClockAheadError(Exception):
    """Every tablet heard of lately says that this server's clock is a day ahead or more.

    What goes by age goes for good: not by a clock that nobody shares.
    """


def let_go_if_due(store: Store, config: Config, now_ms: int) -> list[Gone]:
    """What went. Raises what `let_go` raises, ClockAheadError, NotHomeError, OSError or
    ErasureListError.
    """
    _doubt_clock(store, now_ms)
    late_ms = 0 if _is_night(now_ms) else DAY_MS
    done = []
    try:
        for due in cuts_due(config.retention, now_ms - late_ms):
            check(store, due, now_ms)
            if look(store, due).is_something:
                done.append(let_go(store, due, now_ms, "server"))
    finally:
        # Also where nothing went: the lists may lack what went the last time.
        finish(config)
    return done


def letting_go_daily(
    open_store: Callable[[], Store], config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Look once a night and once a day, in a thread of this process, while the block runs."""
    if not config.retention:
        return contextlib.nullcontext()
    looked: tuple[str, bool] | None = None

    def look_once_a_turn(_: threading.Event) -> None:
        nonlocal looked
        now_ms = clock()
        turn = (local_day(now_ms), _is_night(now_ms))
        if turn == looked:
            return
        # A relay waits for its line.
        with contextlib.suppress(NotHomeError), contextlib.closing(open_store()) as store:
            let_go_if_due(store, config, now_ms)
            looked = turn

    return repeating("retention", look_once_a_turn, LOOK_S, at_once=False)


def _doubt_clock(store: Store, now_ms: int) -> None:
    """ClockAheadError. Where no tablet was heard of in a day there is nothing to go by."""
    offsets_ms = [
        one.clock_offset_ms
        for one in store.devices()
        if one.kind == "tablet"
        and one.clock_offset_ms is not None
        and one.last_contact_ms is not None
        and now_ms - one.last_contact_ms < DAY_MS
    ]
    if offsets_ms and min(offsets_ms) >= DAY_MS:
        raise ClockAheadError


def _is_night(now_ms: int) -> bool:
    return (datetime.fromtimestamp(now_ms / 1000, UTC) + LOCAL).hour in NIGHT
