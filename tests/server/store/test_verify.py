"""Whole logs of any history, and what a walk over one tells."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from server.store.log.branches import Break
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet
from tests.server.store.walks import Written, walked, written_log


@pytest.fixture
def written(world: World) -> Written:
    return written_log(world)


def test_h3_a_log_as_it_was_written_is_whole(written: Written) -> None:
    written.world.store.write(
        "review", written.first.records[0], "hd-ql6", "canhsat",
        {"subject": written.first.records[0], "decision": "seen"}, {"note": "xong"}, NOON_MS,
    )  # fmt: skip
    walk = walked(written.world)
    assert (walk.breaks, walk.first_break) == (0, None)
    assert walk.is_plain
    assert (walk.events, walk.audit_entries) == (31, 3)
    assert [(one.kind, one.events, one.through) for one in walk.devices] == [
        ("server", 1, 1),
        ("tablet", 15, 15),
        ("tablet", 15, 15),
    ]


def test_h3_a_run_that_does_not_link_to_the_one_before_it_is_named(world: World) -> None:
    tablet = world.tablet()
    odd = plain_event(tablet.body(tablet.new_record(), kind="unheard"), None)
    tablet.push(world.store, tablet.batch(tablet.crossing(), odd, tablet.crossing()))
    log = Written(world, tablet, tablet)
    assert walked(world).breaks == 0
    log.compact(log.at(2))
    log.tamper(f"UPDATE runs SET head = zeroblob(32) WHERE {log.at(2)}")
    first = walked(world).first_break
    assert first is not None
    assert (str(first), first.code) == (f"{tablet.device.id}:3", "event.link")


UNVOUCHED = {"state", "code", "field"}
"""What this server judged of an event: nobody signed it, and a rebuild does not make it again."""


def test_every_column_of_an_event_is_vouched_for_but_the_servers_judgement(
    written: Written,
) -> None:
    with closing(sqlite3.connect(written.world.config.log_path, isolation_level=None)) as log:
        columns = {name for _, name, *_ in log.execute("PRAGMA table_info(runs)")}
        (row,) = log.execute(f"SELECT n FROM runs WHERE {written.at(7)}").fetchone()
        for column in sorted(columns - UNVOUCHED):
            (old,) = log.execute(f"SELECT {column} FROM runs WHERE n = ?", (row,)).fetchone()
            new = old + 1000 if isinstance(old, int) else old[:-1]
            changed = new if column == "n" else row
            log.execute(f"UPDATE runs SET {column} = ? WHERE n = ?", (new, row))
            assert walked(written.world).first_break is not None, column
            log.execute(f"UPDATE runs SET {column} = ? WHERE n = ?", (old, changed))
            assert walked(written.world).first_break is None, column


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'ai đó' WHERE n = 2",
        "DELETE FROM audit WHERE n = 2",
        "UPDATE audit SET hash = zeroblob(32) WHERE n = 2",
    ],
)
def test_a_changed_audit_entry_is_named(written: Written, statement: str) -> None:
    written.tamper(statement)
    first = walked(written.world).first_break
    assert first is not None
    assert (str(first), first.code) == ("audit:2", "audit.hash")


def test_f2_an_event_that_left_no_other_trace_is_missed_by_its_number(written: Written) -> None:
    held = f"device = {written.first.device.no}"
    written.tamper(
        f"DELETE FROM runs WHERE {held}",
        f"DELETE FROM batches WHERE {held}",
        f"DELETE FROM envelopes WHERE {held}",
        f"DELETE FROM chains WHERE {held}",
    )
    first = walked(written.world).first_break
    assert first is not None
    assert (str(first), first.code) == ("log.db:1", "log.number")


def test_a_page_of_the_file_that_cannot_be_read_is_a_break(written: Written) -> None:
    written.world.store.close()
    with closing(sqlite3.connect(written.world.config.log_path)) as log:
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = log.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_device'"
        ).fetchone()
        (size,) = log.execute("PRAGMA page_size").fetchone()
    with written.world.config.log_path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    first = walked(written.world).first_break
    assert first is not None
    assert first.code == "log.unreadable"


def test_a8_a_gap_is_reported_and_is_no_break(world: World) -> None:
    tablet = world.tablet()
    batches = [tablet.crossings(3) for _ in range(3)]
    tablet.push(world.store, batches[0])
    tablet.push(world.store, batches[2])
    walk = walked(world)
    assert walk.breaks == 0
    assert not walk.is_plain
    assert (walk.devices[1].through, walk.devices[1].gaps) == (3, ((4, 6),))
    tablet.push(world.store, batches[1])
    walk = walked(world)
    assert walk.is_plain
    assert (walk.devices[1].through, walk.devices[1].gaps) == (9, ())


def test_a6_branches_are_reported_and_are_no_break(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    clone = tablet.clone()
    for one in (tablet, clone):
        one.push(world.store, one.crossings(2))
        one.push(world.store, one.crossings(2))
    walk = walked(world)
    assert walk.breaks == 0
    device = walk.devices[1]
    assert (device.events, device.through) == (11, 7)
    assert [(one.no, one.first, one.last) for one in device.branches] == [(1, 4, 7)]
    with closing(sqlite3.connect(world.config.log_path)) as log:
        log.execute("DELETE FROM runs WHERE branch = 1 AND first = 4")
        log.commit()
    first = walked(world).first_break
    assert first is not None
    assert (first.seq, first.code) == (4, "event.missing")


def test_b5_a_retry_cut_differently_leaves_a_whole_log(world: World) -> None:
    tablet = world.tablet()
    start = tablet.clone()
    events = [tablet.crossing() for _ in range(9)]
    for sizes in ((3, 3), (5, 4), (1, 8), (9,)):
        sender, at = start.clone(), 0
        for size in sizes:
            sender.push(world.store, sender.batch(*events[at : at + size]))
            at += size
    walk = walked(world)
    assert walk.is_plain
    assert (walk.devices[1].events, walk.devices[1].through) == (9, 9)


def history(world: World) -> Tablet:
    """A tablet whose batches overlap, leave gaps and fork, pushed in any order."""
    rng = world.rng
    tablet = world.tablet()
    events = [tablet.crossing() for _ in range(40)]
    whole = tablet.clone()
    cuts = sorted(rng.sample(range(1, 40), 12))
    batches = []
    for first, last in zip([0, *cuts], [*cuts, 40], strict=True):
        wider = tablet.clone()
        batches.append(tablet.batch(*events[first:last]))
        if rng.random() < 0.4:
            batches.append(wider.batch(*events[first : min(40, last + rng.randrange(1, 6))]))
        if rng.random() < 0.3:
            clone = tablet.clone()
            batches += [clone.crossings(rng.randrange(1, 8)) for _ in range(rng.randrange(1, 3))]
    rng.shuffle(batches)
    for batch in batches[: rng.randrange(8, len(batches) + 1)]:
        whole.push(world.store, batch)
    return whole


@pytest.mark.parametrize("attempt", range(12))
def test_a6_a8_any_history_of_overlaps_gaps_and_forks_is_whole(world: World, attempt: int) -> None:
    tablet = history(world)
    before = walked(world)
    assert (before.breaks, before.first_break) == (0, None)
    log = Written(world, tablet, tablet)
    # Whatever of it is compacted, heads and branches are as before. Whether a branch links into
    # the middle of a run cannot be seen any more.
    newest = "n = (SELECT max(n) FROM runs)"
    log.compact(f"n % {attempt % 3 + 1} = 0 OR {newest}")
    after = walked(world)
    assert (after.breaks, after.first_break) == (0, None)
    seen, known = after.devices[1], before.devices[1]
    assert (seen.through, seen.branches) == (known.through, known.branches)
    assert set(seen.gaps) <= set(known.gaps)


@pytest.mark.parametrize("attempt", range(6))
def test_h3_a_changed_letter_is_found_in_any_history(world: World, attempt: int) -> None:
    tablet = history(world)
    log = Written(world, tablet, tablet)
    with closing(sqlite3.connect(world.config.log_path)) as file:
        runs = file.execute("SELECT branch, first, count FROM runs").fetchall()
    branch, first, count = world.rng.choice(runs)
    log.tamper(
        "UPDATE runs SET bodies = replace(bodies, '30A12345', '30A12346')"
        f" WHERE {log.of(f'branch = {branch} AND first = {first}')}"
    )
    found = walked(world).first_break
    assert found == Break(tablet.device.id, first, "run.hash", "", first + count - 1)


def test_g8_a_compacted_run_is_told_and_held_by_what_was_signed(written: Written) -> None:
    written.compact(written.at(7))
    walk = walked(written.world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [one.compacted for one in walk.devices] == [0, 0, 5]
    written.tamper(f"UPDATE runs SET head = zeroblob(32) WHERE {written.at(7)}")
    first = walked(written.world).first_break
    assert first is not None
    assert (first.seq, first.code) == (6, "envelope.head")


def test_h5_person_parts_that_are_gone_without_a_note_of_it_are_told(written: Written) -> None:
    written.tamper(f"UPDATE runs SET persons = NULL, day_key = NULL WHERE {written.at(7)}")
    walk = walked(written.world)
    assert (walk.breaks, walk.is_plain) == (0, False)
    assert [(one.withheld, one.erased) for one in walk.devices] == [(0, 0), (0, 0), (5, 0)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sums VALUES (1, 7, zeroblob(32))",
        "DELETE FROM sums WHERE n = (SELECT max(n) FROM sums)",
    ],
)
def test_f9_a_sum_that_no_run_accounts_for_is_named(written: Written, statement: str) -> None:
    written.tamper(statement)
    first = walked(written.world).first_break
    assert first is not None
    assert first.code == "feed.sum"


def test_a5_an_announcement_of_nothing_is_named(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(2))
    held = world.store.held_events("device.revoked", 0, 9)
    assert world.store.take_up_revoked([one.n for one in held]) == 2
    assert walked(world).breaks == 0
    log = Written(world, tablet, tablet)
    log.tamper("UPDATE restated SET feed = 9")
    first = walked(world).first_break
    assert first is not None
    assert (str(first), first.code) == ("log.db:6", "log.restated")
    log.tamper("DELETE FROM restated")
    first = walked(world).first_break
    assert first is not None
    assert (first.seq, first.code) == (3, "feed.sum")


def test_h5_a_destroyed_day_key_leaves_a_whole_log_and_is_counted(written: Written) -> None:
    written.tamper("UPDATE day_keys SET wrapped = NULL")
    walk = walked(written.world)
    assert walk.breaks == 0
    assert [one.erased for one in walk.devices] == [0, 15, 15]
