"""The filter follows the windows from day to day, where a person published it once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.watchlist import WatchFilter
from server.config import Config
from server.keys import KeyRing
from server.store.published import AuditEntry
from server.store.sqlite import SqliteStore, open_store
from server.store.watch_protocol import WatchEntry
from server.watch.daily import publish_if_due, publishing_daily
from server.watch.publishing import filter_in_force, offer, publish_watchlist

HOUR_MS = 3_600_000
EVENING_MS = 1_795_320_000_000 + 9 * HOUR_MS
"""22 November 2026, 20:00 in Vietnam."""
MIDNIGHT_MS = EVENING_MS + 4 * HOUR_MS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(Config(tmp_path)) as store:
        entries = [
            WatchEntry("1", "f1", "058090000001", "A", "2021/268", 0, MIDNIGHT_MS, 0),
            WatchEntry("2", "f1", "058090000002", "B", "2021/268", 0, 2 * MIDNIGHT_MS, 0),
        ]
        store.change_watch(entries, [], AuditEntry(0, "cli", "watchlist.import"))
        yield store


def first(store: SqliteStore, bits: int = 20) -> None:
    wide = WatchFilter(bits, frozenset())
    offered = offer(store.watch_entries(), EVENING_MS, in_force=wide)
    assert publish_watchlist(store, store.keys, offered, "cli", EVENING_MS) is not None


def listed(store: SqliteStore) -> list[bool]:
    found = filter_in_force(store)
    assert found is not None
    return [found.holds(f"05809000000{number}") for number in (1, 2)]


def test_the_next_day_takes_out_whose_time_is_over(store: SqliteStore) -> None:
    first(store)
    assert listed(store) == [True, True]
    assert publish_if_due(store, store.keys, MIDNIGHT_MS - 1) is None
    pack = publish_if_due(store, store.keys, MIDNIGHT_MS)
    assert pack is not None and pack.version == 2
    assert listed(store) == [False, True]
    published = filter_in_force(store)
    assert published is not None and published.bucket_bits == 20
    # Nothing begins or ends: no new version (SPEC K6).
    assert publish_if_due(store, store.keys, MIDNIGHT_MS + 24 * HOUR_MS) is None
    assert [one.who for _, one in store.audited(0, 9)][1:] == ["cli", "server"]


def test_nothing_is_published_that_nobody_published_before(store: SqliteStore) -> None:
    assert publish_if_due(store, store.keys, MIDNIGHT_MS) is None
    assert filter_in_force(store) is None


def test_a_running_home_server_does_it_and_a_relay_does_not(
    store: SqliteStore, tmp_path: Path
) -> None:
    first(store)
    asked = threading.Event()

    def clock() -> int:
        asked.set()
        return MIDNIGHT_MS

    def opened() -> SqliteStore:
        return open_store(Config(tmp_path), KeyRing.load_or_create(tmp_path))

    relay = Config(tmp_path, level="relay")
    with publishing_daily(opened, store.keys, relay, clock):
        assert not asked.is_set()
    with publishing_daily(opened, store.keys, Config(tmp_path), clock):
        assert asked.wait(20)
    # The thread was joined: what it began is done.
    assert listed(store) == [False, True]
