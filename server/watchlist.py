"""Who is watched, asked exactly: the server holds the list itself, tablets only a filter of it.

A tablet's hit may be a stranger's in the same crowd, and its list may be days old. On receipt and
when the list changes the home server therefore asks here.
"""

from __future__ import annotations

from server.store.protocol import Store
from server.store.watch_protocol import WatchEntry


def entries_covering(store: Store, id_index: bytes, at_ms: int) -> list[WatchEntry]:
    """The entries that cover the moment for the person with this blind index.

    `id_index` is `BlindIndex.whole_id` of the number, as in the view's `tokens`; b"" finds nobody.
    An entry whose `added_ms` is after the crossing is a late hit: the tablet could not know.
    """
    return store.watch_covering(id_index, at_ms) if id_index else []


def entries_changed(store: Store, after: int) -> list[WatchEntry]:
    """Entries added or changed since number `after` (`WatchEntry.number`), in that order.

    For each, crossings with a token among `id_indexes` at from_ms ≤ t < until_ms are hits.
    """
    return store.watch_entries(after)
