"""Old days lose their persons, old events their texts; sums, chains and signatures stay."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from server.projector import Projector
from server.store.compact import Compaction
from server.store.log import audit
from server.store.log.log_file import open_log, shred_leftovers
from server.store.log.persons import PersonError, local_day
from server.store.log.verify import LogWalk, walk_log
from server.store.published import AuditEntry
from server.store.reader import read_only
from server.window import next_page
from sync.batch import plain_event
from sync.cursor import Cursor, Feed, feed_set
from sync.errors import SyncError
from sync.events import parse_body
from tests.server.store.conftest import World
from tests.server.store.tablets import ID_NUMBER, NOON_MS, Tablet

DAY_MS = 86_400_000
EVER = (0, 1 << 45)


def walked(world: World) -> LogWalk:
    with closing(read_only(world.config.log_path)) as log:
        return walk_log(log, world.sqlite.keys, lambda _: None)


def days(world: World, count: int, each: int = 4) -> Tablet:
    """A tablet with so many crossings on each day from NOON_MS on."""
    tablet = world.tablet()
    for day in range(count):
        tablet.now_ms = NOON_MS + day * DAY_MS
        tablet.push(world.store, tablet.crossings(each))
    world.project()
    return tablet


def compact(world: World, before_ms: int) -> tuple[int, int, int]:
    done = world.store.compact(before_ms, NOON_MS + 100 * DAY_MS)
    world.project()
    return done.events, done.crossings, done.kept


def counts(world: World) -> dict[str, int]:
    return world.store.counts(*EVER, [])


def test_g6_a_purged_day_has_no_persons_and_all_else(world: World) -> None:
    tablet = days(world, 3)
    before = counts(world)
    old = world.store.days_before(local_day(NOON_MS + 2 * DAY_MS))
    assert old == [local_day(NOON_MS), local_day(NOON_MS + DAY_MS)]
    done = world.store.purge(old, NOON_MS)
    assert (done.days, done.persons) == (2, 8)
    page = world.store.pull(["hd-ql6"], 0, 99, True).events
    assert [one.person is None for one in page] == [True] * 8 + [False] * 4
    assert len(world.found(id_number=ID_NUMBER)) == 12, "the view is not made anew yet"
    world.project()
    assert len(world.found(id_number=ID_NUMBER)) == 4
    assert counts(world) == before
    walk = walked(world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [one.erased for one in walk.devices] == [0, 8]
    assert world.store.days_before("9999") == [local_day(NOON_MS + 2 * DAY_MS)]
    assert world.store.purge(old, NOON_MS).persons == 0
    # Nothing is stored under a key that was destroyed.
    with pytest.raises(PersonError):
        tablet.push(world.store, tablet.crossings(1), NOON_MS + DAY_MS)


def test_g6_a_running_projector_follows_a_purge(world: World) -> None:
    days(world, 2)
    with Projector(world.config, world.sqlite.keys) as projector:
        projector.catch_up()
        world.store.purge([local_day(NOON_MS)], NOON_MS)
        projector.catch_up()
    assert len(world.found(id_number=ID_NUMBER)) == 4


def test_g6_not_a_byte_of_key_or_person_stays_in_the_files(world: World) -> None:
    days(world, 1, each=20)
    with closing(open_log(world.config.log_path)) as log:
        ((stored,),) = log.execute("SELECT persons FROM runs").fetchall()
        ((wrapped,),) = log.execute("SELECT wrapped FROM day_keys").fetchall()
        shred_leftovers(log)
    pieces = [stored[at : at + 48] for at in range(0, len(stored) - 48, 48)] + [wrapped]
    assert wrapped in world.config.log_path.read_bytes()
    world.store.purge([local_day(NOON_MS)], NOON_MS)
    with closing(open_log(world.config.log_path)) as log:
        assert shred_leftovers(log)
    data = b"".join(one.read_bytes() for one in world.config.data_dir.glob("log.db*"))
    assert [one for one in pieces if one in data] == []


def test_g7_reports_add_up_after_a_compaction_and_after_a_rebuild(world: World) -> None:
    days(world, 3)
    before = counts(world)
    assert compact(world, NOON_MS + 2 * DAY_MS) == (8, 8, 0)
    assert len(world.found()) == 4
    after = counts(world)
    assert after == before
    assert world.store.counts(0, NOON_MS + DAY_MS, [])["crossings"] == 4, "whole days only"
    assert world.store.counts(*EVER, ["nt-ca-na"])["crossings"] == 0
    world.config.view_path.unlink()
    world.project()
    assert counts(world) == before
    assert compact(world, NOON_MS + 2 * DAY_MS) == (0, 0, 0)
    assert compact(world, NOON_MS + 3 * DAY_MS) == (4, 4, 0)
    assert counts(world) == before


def test_g7_what_was_compacted_is_not_there_even_before_the_view_is_made_anew(
    world: World,
) -> None:
    tablet = days(world, 2)
    n = world.project()
    old, young = tablet.records[0], tablet.records[-1]
    world.store.compact(NOON_MS + DAY_MS, NOON_MS + 100 * DAY_MS)
    assert world.store.crossing(old, n) is None
    assert world.store.crossing(young, n) is not None


def test_g7_violations_incidents_and_tests_add_up_after_a_compaction_too(world: World) -> None:
    tablet = world.tablet()
    for day in range(3):
        tablet.now_ms = NOON_MS + day * DAY_MS
        fined = {"what": "no_mask", "action": "fined", "amount_vnd": 1_000_000}
        taken_back = tablet.body(tablet.new_record(), kind="violation", fields=fined)
        notes = [
            tablet.body(tablet.new_record(), kind="violation", fields=fined),
            taken_back,
            tablet.body(
                parse_body(taken_back).record,
                kind="violation",
                fields={"voided": "undone"},
            ),
            tablet.body(
                tablet.new_record(), kind="incident", fields={"what": "fire", "severity": "low"}
            ),
        ]
        tablet.push(world.store, tablet.batch(*(plain_event(one, None) for one in notes)))
    world.project()
    before = world.store.noted_counts(*EVER, [])
    assert [(one.what, one.records, one.total) for one in before] == [
        ("fire", 3, 0),
        ("no_mask", 3, 3_000_000),
    ]
    assert compact(world, NOON_MS + 2 * DAY_MS)[0] == 8
    assert world.store.noted_counts(*EVER, []) == before
    assert world.store.noted_counts(*EVER, ["nt-ca-na"]) == []
    world.config.view_path.unlink()
    world.project()
    assert world.store.noted_counts(*EVER, []) == before


def test_g8_chains_heads_and_signatures_hold_without_the_texts(world: World) -> None:
    tablet = days(world, 3)
    held = world.store.held(tablet.device.id)
    compact(world, NOON_MS + 2 * DAY_MS)
    walk = walked(world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [(one.compacted, one.through) for one in walk.devices] == [(0, 0), (8, 12)]
    assert world.store.held(tablet.device.id) == held
    tablet.push(world.store, tablet.crossings(3))
    world.reopen()
    tablet.push(world.store, tablet.crossings(3))
    assert walked(world).breaks == 0
    with closing(sqlite3.connect(world.config.log_path)) as log:
        log.execute("UPDATE runs SET head = zeroblob(32) WHERE bodies IS NULL AND first = 5")
        log.commit()
    assert walked(world).breaks > 0


def test_g7_what_somebody_wrote_of_later_stays_whole(world: World) -> None:
    tablet = days(world, 3)
    amended, reviewed = tablet.records[1], tablet.records[5]
    tablet.push(world.store, tablet.batch(tablet.amendment(amended, {}, note="x")))
    world.store.write(
        "review", "019a0000-0000-7000-8000-000000000001", "hd-ql6", "canhsat",
        {"subject": reviewed, "decision": "seen"}, {"note": "xong"}, NOON_MS + 3 * DAY_MS,
    )  # fmt: skip
    world.project()
    before = counts(world)
    # Whole runs stay: each holds a day's four crossings.
    assert compact(world, NOON_MS + 2 * DAY_MS) == (0, 0, 8)
    # The newest run of the own chain stays, and so does what it is about.
    assert compact(world, NOON_MS + 4 * DAY_MS) == (9, 8, 5)
    assert counts(world) == before


def test_g7_what_waits_for_a_person_stays(world: World) -> None:
    tablet = world.tablet()
    refused = tablet.crossing(action="turned_back", verdict={"outcome": "turn_back", "reasons": []})
    tablet.push(world.store, tablet.batch(refused))
    tablet.push(world.store, tablet.crossings(2))
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(2))
    world.project()
    assert world.store.open_reviews()["all"] == 1
    assert compact(world, NOON_MS + DAY_MS) == (2, 2, 3)
    assert world.store.open_reviews()["all"] == 1


def test_g9_feeds_give_nothing_compacted_and_older_cursors_begin_anew(world: World) -> None:
    tablet = days(world, 10)
    sequences = [one.n for one in world.store.pull(["hd-ql6"], 0, 99, False).events]
    digest = world.store.digest(["checkpoint:hd-ql6"], sequences[-5], sequences[-1])
    compact(world, NOON_MS + 2 * DAY_MS)
    page = world.store.pull(["hd-ql6"], 0, 99, True)
    assert [one.n for one in page.events] == sequences[8:]
    assert world.store.digest(["checkpoint:hd-ql6"], sequences[-5], sequences[-1]) == digest
    feeds = frozenset({Feed("checkpoint", "hd-ql6")})
    cursor = Cursor(world.store.server_id, world.store.epoch, feed_set(feeds), sequences[3])
    now_ms = NOON_MS + 9 * DAY_MS
    starts = tuple(world.store.snapshot_start((), now_ms - h * 3_600_000) for h in (2, 72))
    answer = next_page(
        world.store, feeds, tablet.device.id, cursor, 0, (starts[0], starts[1]), now_ms
    )
    assert answer.reset


def test_g9_a_repeat_that_its_head_proves_is_a_duplicate_and_another_is_refused(
    world: World,
) -> None:
    tablet = world.tablet()
    clone = tablet.clone()
    batch = tablet.crossings(4)
    tablet.push(world.store, batch)
    world.project()
    compact(world, NOON_MS + DAY_MS)
    again = tablet.push(world.store, batch)
    assert [one.state for one in again.results] == ["duplicate"] * 4
    longer = clone.batch(*batch.events, tablet.crossing())
    assert [one.state for one in clone.push(world.store, longer).results][3:] == [
        "duplicate",
        "accepted",
    ]
    other = tablet.clone()
    other.seq, other.head = 0, b""
    other.__post_init__()
    with pytest.raises(SyncError, match=r"batch\.compacted"):
        other.push(world.store, other.crossings(2))
    assert walked(world).breaks == 0


def in_child(world: World, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do it in a process that dies after the first change and before the commit."""
    world.store.close()
    child = os.fork()
    if child == 0:
        try:
            world.reopen()
            monkeypatch.setattr(audit, "append_audit", lambda *_: os._exit(9))
            if act == "purge":
                world.store.purge([local_day(NOON_MS)], NOON_MS)
            else:
                world.store.compact(NOON_MS + 2 * DAY_MS, NOON_MS)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    world.reopen()


@pytest.mark.parametrize("act", ["purge", "compact"])
def test_g6_g7_a_process_that_dies_leaves_nothing_half_done(
    world: World, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    days(world, 3)
    before, found = counts(world), len(world.found(id_number=ID_NUMBER))
    in_child(world, act, monkeypatch)
    world.project()
    assert (counts(world), len(world.found(id_number=ID_NUMBER))) == (before, found)
    walk = walked(world)
    assert (walk.is_plain, [one.erased + one.compacted for one in walk.devices]) == (True, [0, 0])
    assert world.store.audited(0, 9) == []


def test_g7_what_comes_while_a_compaction_is_planned_is_not_cut_off(world: World) -> None:
    tablet = days(world, 2)
    with closing(Compaction()) as plan:
        with (
            closing(read_only(world.config.log_path)) as log,
            closing(read_only(world.config.view_path)) as view,
        ):
            plan.prepare(log, view, NOON_MS + DAY_MS)
        tablet.push(world.store, tablet.batch(tablet.amendment(tablet.records[0], {}, note="x")))
        with (
            closing(open_log(world.config.log_path)) as log,
            closing(read_only(world.config.view_path)) as view,
        ):
            log.execute("BEGIN IMMEDIATE")
            done = plan.run(log, view)
            log.execute("COMMIT")
    assert (done.events, done.kept) == (0, 4)


def test_g6_the_audit_says_what_was_destroyed(world: World) -> None:
    days(world, 1)
    world.store.audit(AuditEntry(NOON_MS, "cli", "x"))
    world.store.purge([local_day(NOON_MS)], NOON_MS)
    world.store.compact(NOON_MS + DAY_MS, NOON_MS)
    entries = [(one.what, one.details) for _, one in world.store.audited(1, 9)]
    day = local_day(NOON_MS)
    digest = world.store.audited(1, 9)[0][1].details["proof"][day][2]
    assert entries == [
        (
            "purge",
            {"days": [day], "persons": 4, "kept": 0, "proof": {day: [4, 0, digest]}},
        ),
        ("compact", {"events": 4, "before_ms": NOON_MS + DAY_MS}),
    ]
    assert world.store.verify_audit() is None
