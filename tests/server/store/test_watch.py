"""The stored watchlist: found by number and time, closed on disk, changed whole or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from server.store.log.log_file import open_log
from server.store.log.persons import PersonError
from server.store.published import AuditEntry
from server.store.watch_protocol import WatchEntry
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS

DAY_MS = 86_400_000
LISTED = WatchEntry(
    "01", "f1", "058190012345", "Nguyễn Thị Mẫu", "2021/22738", NOON_MS, NOON_MS + 14 * DAY_MS,
    NOON_MS + DAY_MS, "264123456", "Thôn 2", "cách ly với mẹ", ("2021-08-16", "2021-08-22"),
)  # fmt: skip
OTHER = WatchEntry("02", "f3", "058085000999", "Lê Văn Mẫu", "2021/22741", 0, NOON_MS, NOON_MS)


def note(what: str = "watchlist.import") -> AuditEntry:
    return AuditEntry(NOON_MS, "cli", what)


def test_an_entry_comes_back_as_it_was_put(world: World) -> None:
    world.store.change_watch([LISTED, OTHER], [], note())
    assert world.store.watch_entries() == [LISTED, OTHER]


def test_a_person_is_found_by_either_number_within_the_window(world: World) -> None:
    world.store.change_watch([LISTED, OTHER], [], note())
    for number in (LISTED.id_number, LISTED.old_id_number):
        for at_ms, found in (
            (LISTED.from_ms - 1, []),
            (LISTED.from_ms, [LISTED]),
            (LISTED.until_ms - 1, [LISTED]),
            (LISTED.until_ms, []),
        ):
            assert world.store.watch_covering(number, at_ms) == found
    for nobody in ("", "1" * 12, "0581900*2345"):
        assert world.store.watch_covering(nobody, NOON_MS) == []


def test_each_change_has_a_number_of_its_own_that_is_given_once(world: World) -> None:
    def numbers() -> dict[str, int]:
        log = open_log(world.config.log_path)
        found: dict[str, int] = dict(log.execute("SELECT id, n FROM watch"))
        log.close()
        return found

    world.store.change_watch([LISTED, OTHER], [], note())
    first = numbers()
    longer = replace(LISTED, until_ms=LISTED.until_ms + DAY_MS)
    world.store.change_watch([longer], [], note())
    second = numbers()
    assert second[OTHER.id] == first[OTHER.id] < second[LISTED.id]
    world.store.change_watch([], [longer.id], note("watchlist.remove"))
    world.store.change_watch([LISTED], [], note())
    assert numbers()[LISTED.id] > second[LISTED.id]


def test_nobody_can_be_read_on_disk_and_the_removed_are_gone(world: World) -> None:
    world.store.change_watch([LISTED, OTHER], [], note())
    world.store.change_watch([], [LISTED.id], note("watchlist.remove"))
    assert world.store.watch_entries() == [OTHER]
    world.sqlite.close()
    files = b"".join(one.read_bytes() for one in world.config.data_dir.glob("*.db*"))
    for text in (OTHER.name, OTHER.id_number, LISTED.name, LISTED.id_number, "category"):
        assert text.encode("utf-8") not in files


def test_a_change_that_fails_changes_nothing(world: World) -> None:
    world.store.change_watch([LISTED], [], note())
    broken = replace(OTHER, from_ms=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        world.store.change_watch([broken], [LISTED.id], note())
    assert world.store.watch_entries() == [LISTED]
    assert [one.what for _, one in world.store.audited(0, 10)] == ["watchlist.import"]


def test_an_entry_that_was_swapped_for_another_does_not_open(world: World) -> None:
    world.store.change_watch([LISTED, OTHER], [], note())
    log = open_log(world.config.log_path)
    log.execute("UPDATE watch SET sealed = (SELECT sealed FROM watch WHERE id = '02')")
    log.close()
    with pytest.raises(PersonError):
        world.store.watch_entries()
