"""Which part of its feeds a reader gets next: the newest first, then older pages. F3, F7–F10."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from server.store.feed_pages import FeedRun
from server.store.protocol import Store
from sync.cursor import Cursor, Feed, feed_set

PAGE_EVENTS = 500
HOUR_MS = 3_600_000
FIRST_HOURS = 2
WINDOW_HOURS = 72
SLACK_MS = 10 * 60_000
"""Of what was received out of turn (`Store.snapshot_start`)."""
REFIND_MS = 60_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it goes out, and the window that its reader holds with it."""

    runs: Sequence[FeedRun]
    removals: Sequence[str]
    cursor: Cursor
    held_after: int | None
    more: bool
    reset: bool
    digest: bytes | None


class Starts:
    """Where in the log the last two hours and the last three days begin; found now and then.

    A start that is a minute old lies a little early: a reader then holds a little more.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._found = (0, 0)
        self._found_ms = -REFIND_MS

    def at(self, now_ms: int) -> tuple[int, int]:
        """(before what a new reader gets first, before all that it gets)."""
        with self._lock:
            if not 0 <= now_ms - self._found_ms < REFIND_MS:
                self._found = (
                    self._store.snapshot_start((), now_ms - FIRST_HOURS * HOUR_MS),
                    self._store.snapshot_start((), now_ms - WINDOW_HOURS * HOUR_MS),
                )
                self._found_ms = now_ms
            return self._found


def next_page(
    store: Store,
    feeds: frozenset[Feed],
    device: str,
    cursor: Cursor | None,
    held_after: int | None,
    starts: tuple[int, int],
    now_ms: int,
) -> Page:
    """What follows the reader's cursor; once nothing does, what lies before its `held_after`.

    A reader without `held_after` keeps no window: it gets what is new, and no digest.
    """
    first, oldest = starts
    names, ids = feed_set(feeds), [str(feed) for feed in sorted(feeds)]
    known = cursor if cursor is not None and _fits(store, cursor, names, held_after) else None
    # What it holds is older than all that a new reader gets: it is one (SPEC F3).
    known = None if known is not None and known.sequence < oldest else known
    if known is None:
        held_after = first
    page = store.runs(ids, first if known is None else known.sequence, PAGE_EVENTS, persons=True)
    runs, more = page.runs, page.more
    if not more and held_after is not None and held_after > oldest:
        if runs:
            more = True
        else:
            older = store.runs_before(ids, held_after, oldest, PAGE_EVENTS, persons=True)
            # A reader forgets at once what was received so long ago, and would ask again (F8).
            young = now_ms - WINDOW_HOURS * HOUR_MS - SLACK_MS
            if not older.runs or any(run.received_ms >= young for run in older.runs):
                runs, held_after, more = older.runs, older.sequence, older.more
    digest = None
    if not more and held_after is not None:
        digest = store.digest(ids, held_after, page.sequence)
    return Page(
        runs=runs,
        removals=_removals(store, ids, device, known, page.sequence),
        cursor=Cursor(store.server_id, store.epoch, names, page.sequence),
        held_after=held_after,
        more=more,
        reset=cursor is not None and known is None,
        digest=digest,
    )


def _fits(store: Store, cursor: Cursor, names: str, held_after: int | None) -> bool:
    own = (store.server_id, store.epoch, names)
    return (cursor.server, cursor.epoch, cursor.feeds) == own and (
        held_after or 0
    ) <= cursor.sequence <= store.projected()[1]


def _removals(
    store: Store, ids: Sequence[str], device: str, known: Cursor | None, through: int
) -> list[str]:
    """What was erased since the cursor.

    Who reads anew gets others' events without what was erased; of its own it may hold more.
    """
    if known is not None:
        return store.removals(ids, known.sequence, through)
    own = (f"{device}:", f"{device}-b")
    return [one for one in store.removals(ids, 0, through) if one.startswith(own)]
