"""Three of the demo's people come onto the watchlist after they had passed: alerts to look at."""

from __future__ import annotations

from collections.abc import Sequence

from cli.demo.decide import Passed
from cli.demo.traffic import HOUR_MS
from server.keys import KeyRing
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.watch_protocol import WatchCategory, WatchEntry
from server.watch.publishing import offer, publish_watchlist
from sync.encoding import uuid7

CATEGORIES: tuple[WatchCategory, ...] = ("f1", "f2", "f3")
RECENT_MS = 12 * HOUR_MS
DAY_MS = 24 * HOUR_MS
WHO = "demo"


def watch_some(store: Store, keys: KeyRing, passed: Sequence[Passed], now_ms: int) -> int:
    """Watch one of those who passed lately in each category, once; how many that are."""
    if store.watch_entries():
        return 0
    recent = [one for one in passed if one.at_ms >= now_ms - RECENT_MS]
    chosen = sorted(recent, key=lambda one: (one.luck, one.id_number))[: len(CATEGORIES)]
    entries = [
        WatchEntry(
            uuid7(one.at_ms, one.id_number.encode()[:10]),
            category,
            one.id_number,
            one.name,
            one.place,
            from_ms=one.at_ms - DAY_MS,
            until_ms=one.at_ms + 13 * DAY_MS,
            added_ms=now_ms,
        )
        for category, one in zip(CATEGORIES, chosen, strict=False)
    ]
    if entries:
        store.change_watch(entries, [], AuditEntry(now_ms, WHO, "watchlist.import"))
        publish_watchlist(store, keys, offer(entries, now_ms), WHO, now_ms)
    return len(entries)
