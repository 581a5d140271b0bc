"""Searches that are open: what a user stated, kept in memory until it is half an hour old.

Criteria name people, so they are in no URL and in no file; after a restart a search is stated
again. Which records a search has shown is kept, because only those may be opened with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from server.store.view_protocol import Criteria

LIFETIME_MS = 30 * 60_000
MAX_OPEN = 500
MAX_SHOWN = 5_000


@dataclass(slots=True)
class OpenSearch:
    """One stated search of one user, and the records it has shown so far."""

    user: str
    purpose: str
    reference: str
    criteria: Criteria
    opened_ms: int
    shown: set[str] = field(default_factory=set)


class OpenSearches:
    """The open searches of this process; the oldest make room. Safe from any thread."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenSearch] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, search_id: str, search: OpenSearch) -> None:
        with self._lock:
            self._open[search_id] = search
            while len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)

    def get(self, search_id: str, user: str, now_ms: int) -> OpenSearch | None:
        """The search when it is this user's and young enough."""
        with self._lock:
            search = self._open.get(search_id)
            if search is None or search.user != user or now_ms - search.opened_ms > LIFETIME_MS:
                return None
            return search

    def show(self, search: OpenSearch, records: list[str]) -> bool:
        """Note what is about to be shown; False when the search has shown all that it may."""
        with self._lock:
            if len(search.shown) + len(records) > MAX_SHOWN:
                return False
            search.shown.update(records)
            return True
