"""The Store contract of requests that may come again: with what they did, once, for a day."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import server.store.log.once
from server.config import Config
from server.store.once import LIFETIME_MS, Asked, DoneBeforeError
from server.store.published import AuditEntry
from server.store.sqlite import open_store
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS
from tests.server.store.test_restore import backed_up, restored

PLACE = "hd-ql6"
SUBJECT = "019a0000-0000-7000-8000-000000000001"


def asked(key: int, at_ms: int = NOON_MS) -> Asked:
    return Asked(bytes([key]) * 32, b"r" * 32, at_ms)


def review(world: World, number: int, once: Asked | None) -> str:
    return world.store.write(
        "review",
        f"019a0000-0000-7000-8000-{number:012d}",
        PLACE,
        "canhsat",
        {"subject": SUBJECT, "decision": "seen"},
        None,
        NOON_MS,
        once=once,
    )


def look(world: World, subject: str, once: Asked | None) -> int:
    return world.store.audit(AuditEntry(NOON_MS, "u", "search", subject), once=once)


def test_an_event_and_an_entry_are_known_by_what_asked_for_them(world: World) -> None:
    world.tablet()
    event = review(world, 1, asked(1))
    look(world, "s-1", asked(2))
    found = [world.store.done(bytes([key]) * 32, NOON_MS) for key in (1, 2, 3)]
    assert [one and one.made for one in found] == [event, "s-1", None]
    assert found[0] is not None
    assert (found[0].request, found[0].at_ms) == (b"r" * 32, NOON_MS)


def test_what_was_done_is_not_done_again_and_leaves_no_trace(world: World) -> None:
    world.tablet()
    first = review(world, 1, asked(1))
    with pytest.raises(DoneBeforeError):
        review(world, 2, asked(1))
    with pytest.raises(DoneBeforeError):
        look(world, "s-1", asked(1))
    assert world.store.audited_of("search") == []
    # The chain goes on where it was: the number that was undone is given to the next.
    device, _, seq = first.rpartition(":")
    assert review(world, 3, asked(2)) == f"{device}:{int(seq) + 1}"
    assert len(world.store.own_batches(0, 10)) == 2


def test_of_many_at_once_one_is_done(world: World) -> None:
    world.tablet()
    undone: list[BaseException] = []

    def once(number: int) -> None:
        try:
            review(world, number, asked(1))
        except DoneBeforeError as error:
            undone.append(error)

    threads = [threading.Thread(target=once, args=(number,)) for number in range(1, 9)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(undone) == 7 and len(world.store.own_batches(0, 10)) == 1


def test_after_a_day_a_key_is_free_again(world: World) -> None:
    look(world, "s-1", asked(1))
    end_ms = NOON_MS + LIFETIME_MS
    assert world.store.done(bytes([1]) * 32, end_ms - 1) is not None
    assert world.store.done(bytes([1]) * 32, end_ms) is None
    look(world, "s-2", asked(1, end_ms))
    again = world.store.done(bytes([1]) * 32, end_ms)
    assert again is not None and again.made == "s-2"


def test_the_oldest_make_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.store.log.once, "MAX_KEPT", 3)
    for key in range(5):
        look(world, f"s-{key}", asked(key, NOON_MS + key))
    kept = [world.store.done(bytes([key]) * 32, NOON_MS + 9) is not None for key in range(5)]
    assert kept == [False, False, True, True, True]


def test_a_restored_server_knows_what_its_backup_knew(world: World, tmp_path: Path) -> None:
    look(world, "s-1", asked(1))
    source = backed_up(world, tmp_path / "chot.bak")
    look(world, "s-2", asked(2))
    restored(source, tmp_path / "again")
    with open_store(Config(tmp_path / "again")) as store:
        found = [store.done(bytes([key]) * 32, NOON_MS) for key in (1, 2)]
        # Both of the second are gone, so its repeat does it again.
        assert [one and one.made for one in found] == ["s-1", None]
        assert [one.subject for one in store.audited_of("search")] == ["s-1"]
