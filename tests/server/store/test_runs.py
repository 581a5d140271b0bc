"""How events lie in the log: cut into runs, and cut again where a part of a run changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from schemas import records
from schemas.check import check_all_by_schema
from server.store.log.log_schema import MAX_RUN_CHARS, MAX_RUN_EVENTS
from server.store.log.run_rows import COLUMNS, Run, run_hashes
from sync.batch import plain_event, verify_batch
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS


@contextmanager
def log_of(world: World) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(world.config.log_path)) as log:
        yield log


def runs(world: World) -> list[Run]:
    with log_of(world) as log:
        return [Run(*row) for row in log.execute(f"SELECT {COLUMNS} FROM runs ORDER BY n")]


def test_a_batch_is_cut_at_250_events_and_where_the_state_changes(world: World) -> None:
    tablet = world.tablet()
    bad = plain_event("{", None)
    events = [*(tablet.crossing() for _ in range(300)), bad, bad, tablet.crossing()]
    batch = tablet.batch(*events)
    tablet.push(world.store, batch)
    found = runs(world)
    assert [(one.first, one.count, one.state) for one in found] == [
        (1, MAX_RUN_EVENTS, 0),
        (251, 50, 0),
        (301, 2, 2),
        (303, 1, 0),
    ]
    assert [one.n for one in found] == [250, 300, 302, 303]
    chain = verify_batch(batch, tablet.key.public_key())
    assert [hash_ for one in found for hash_ in run_hashes(one)] == list(chain)


def test_a_run_holds_no_more_text_than_a_page_takes(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.batch(*(tablet.crossing("x" * 3000) for _ in range(100))))
    found = runs(world)
    assert sum(one.count for one in found) == 100
    assert len(found) > 1
    assert all(
        len(one.bodies or "") + len(one.persons or b"") < 1.1 * MAX_RUN_CHARS for one in found
    )


def test_a9_taking_up_some_events_of_a_run_leaves_the_others_held(world: World) -> None:
    tablet = world.tablet()
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(6))
    tablet.push(world.store, tablet.crossings(2))
    assert world.store.take_up_revoked([2, 3, 6, 7, 99]) == 4
    page = world.store.pull(["hd-ql6"], 0, 100, persons=True)
    assert [(one.n, one.seq) for one in page.events] == [(9, 2), (10, 3), (11, 6), (12, 7)]
    assert all(one.person is not None for one in page.events)
    held = world.store.held_events("device.revoked", 0, 100)
    assert [one.n for one in held] == [1, 4, 5, 8]
    assert [one.n for one in world.store.held_events("device.revoked", 1, 2)] == [4, 5]
    assert world.store.take_up_revoked([2, 5]) == 1
    assert world.store.pull(["hd-ql6"], 12, 100, persons=True).events[0].seq == 5
    tail = tablet.push(world.store, tablet.crossings(1))
    assert tail.through == 9


def test_a5_only_the_kinds_that_are_known_now_leave_a_held_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    kinds = ["balloon", "crossing", "balloon", "crossing", "crossing"]
    with monkeypatch.context() as patch:
        patch.delitem(records.KINDS, ("crossing", 1))
        patch.setattr("server.accept._check", check_all_by_schema)
        events = [
            plain_event(tablet.body(tablet.new_record(), kind=kind), tablet.person(name="Ánh"))
            for kind in kinds
        ]
        tablet.push(world.store, tablet.batch(*events))
        assert [one.count for one in runs(world)] == [5]
    world.reopen()
    assert [(one.first, one.count, one.state) for one in runs(world)] == [
        (1, 1, 1),
        (2, 1, 0),
        (3, 1, 1),
        (4, 2, 0),
    ]
    page = world.store.pull(["hd-ql6"], 5, 100, persons=True)
    assert [(one.n, one.seq) for one in page.events] == [(6, 2), (7, 4), (8, 5)]
    assert all("Ánh" in (one.person or "") for one in page.events)


def test_a11_an_event_that_only_servers_write_is_not_taken_up_from_a_tablet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    with monkeypatch.context() as patch:
        patch.delitem(records.KINDS, ("erasure", 1))
        patch.setattr("server.accept._check", check_all_by_schema)
        body = tablet.body(tablet.new_record(), kind="erasure", fields={"events": []})
        answer = tablet.push(world.store, tablet.batch(plain_event(body, None)))
        assert answer.results[0].state == "held"
    world.reopen()
    (run,) = runs(world)
    assert (run.state, run.code) == (2, "event.author")


def test_f2_a_page_may_end_and_begin_inside_a_run(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(10))
    got, after, more = [], 0, True
    while more:
        page = world.store.pull(["hd-ql6"], after, 3, persons=True)
        got += [(one.n, one.seq, one.person is not None) for one in page.events]
        after, more = page.sequence, page.more
    assert got == [(n, n, True) for n in range(1, 11)]


def test_a8_a_gap_that_closes_inside_a_longer_run_is_followed_to_its_end(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    events = [tablet.crossing() for _ in range(6)]
    later = tablet.clone()
    skipped = tablet.batch(*events[:3])
    tablet.push(world.store, tablet.batch(*events[3:]))
    overlapping = later.batch(*events[:5])
    assert skipped.last == 5
    answer = later.push(world.store, overlapping)
    assert [one.state for one in answer.results] == ["accepted"] * 3 + ["duplicate"] * 2
    assert (answer.through, answer.head, answer.forked) == (8, tablet.head, False)
