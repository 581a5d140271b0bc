"""What is kept for a case outlives purges, erasures, compactions and restores; no longer."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from server.backup import take_backup
from server.config import Config
from server.erasure_list import FILE, Listed, read_list, write_lists
from server.restore import restore_backup
from server.retention import daily
from server.retention.classes import Cut, day_begins, let_go, look
from server.retention.daily import let_go_if_due
from server.retention.proof import proofs
from server.store.forgotten import Target
from server.store.hold_protocol import Hold, HoldKind, OnHoldError, ViewBehindError
from server.store.log.log_file import open_log, shred_leftovers
from server.store.log.persons import local_day
from server.store.log.verify import LogWalk, walk_log
from server.store.reader import read_only
from server.store.sqlite import open_store
from tests.server.store.conftest import World
from tests.server.store.tablets import ID_NUMBER, NOON_MS, PHONE, Tablet

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
LATER_MS = NOON_MS + 40 * DAY_MS
WORDS = "mười hai con gà trống"
PLACE = "hd-ql6"


def walked(world: World) -> LogWalk:
    with closing(read_only(world.config.log_path)) as log:
        return walk_log(log, world.sqlite.keys, lambda _: None)


def days(world: World, count: int, each: int = 4) -> Tablet:
    tablet = world.tablet()
    for day in range(count):
        tablet.now_ms = NOON_MS + day * DAY_MS
        tablet.push(world.store, tablet.crossings(each))
    world.project()
    return tablet


def hold(world: World, subject: str, kind: HoldKind = "record", at_ms: int = LATER_MS) -> Hold:
    id_ = f"019a0000-0000-7000-8000-{len(world.store.holds()):012d}"
    one = Hold(id_, "12/CSDT", kind, subject, subject[-3:], at_ms, "cli")
    world.store.place_holds([one], None)
    return one


def release(world: World, one: Hold) -> None:
    assert world.store.release_holds([one.id], LATER_MS, "cli", "QĐ 45", None) == 1


def readable(world: World) -> list[int]:
    """Numbers in the chain of the events whose person part can be opened."""
    page = world.store.pull([PLACE], 0, 500, True)
    return [one.seq for one in page.events if one.person is not None]


def purge_all(world: World) -> tuple[int, int, int]:
    done = world.store.purge(world.store.days_before("9999"), LATER_MS)
    world.project()
    return done.days, done.persons, done.kept


def test_g10_a_held_record_outlives_its_day_and_goes_after_its_release(world: World) -> None:
    tablet = days(world, 2)
    one = hold(world, tablet.records[1])
    assert purge_all(world) == (2, 7, 1)
    assert readable(world) == [2]
    assert [row.record for row in world.found(id_number=ID_NUMBER)] == [tablet.records[1]]
    assert purge_all(world) == (0, 0, 1), "nothing goes while it is held"
    walk = walked(world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [device.erased for device in walk.devices] == [0, 7]
    release(world, one)
    assert purge_all(world) == (1, 1, 0)
    assert readable(world) == []
    assert world.store.days_before("9999") == []
    assert walked(world).breaks == 0


def test_g10_the_day_key_goes_though_a_part_of_the_day_stays(world: World) -> None:
    tablet = days(world, 1, each=20)
    with closing(open_log(world.config.log_path)) as log:
        ((stored,),) = log.execute("SELECT persons FROM runs").fetchall()
        ((wrapped,),) = log.execute("SELECT wrapped FROM day_keys").fetchall()
        shred_leftovers(log)
    hold(world, tablet.records[3])
    world.store.purge([local_day(NOON_MS)], LATER_MS)
    with closing(open_log(world.config.log_path)) as log:
        assert shred_leftovers(log)
        keys = log.execute("SELECT class, wrapped IS NULL FROM day_keys ORDER BY no").fetchall()
    assert keys == [("person", 1), ("on_hold-1", 0)]
    pieces = [stored[at : at + 48] for at in range(0, len(stored) - 48, 48)] + [wrapped]
    data = b"".join(one.read_bytes() for one in world.config.data_dir.glob("log.db*"))
    assert [one for one in pieces if one in data] == []
    assert readable(world) == [4]


@pytest.mark.parametrize("how", ["id", "phone"])
def test_g10_a_held_person_is_found_by_a_blind_token_also_later(world: World, how: str) -> None:
    tablet = world.tablet()
    mine = tablet.crossing(name="Trần Thị Thử")
    other = tablet.crossing()
    tablet.push(world.store, tablet.batch(mine))
    number = {"id": (ID_NUMBER, ""), "phone": ("", PHONE)}[how]
    subject = world.store.blind_subject(*number)
    assert subject and ID_NUMBER not in subject and PHONE not in subject
    one = hold(world, subject, "person")
    tablet.now_ms += DAY_MS
    tablet.push(world.store, tablet.batch(other))
    world.project()
    assert world.store.on_hold(one).persons == 2
    assert purge_all(world) == (2, 0, 2)
    assert readable(world) == [1, 2]


def test_g10_a_window_of_a_checkpoint_is_kept(world: World) -> None:
    days(world, 2)
    hold(world, f"{PLACE}/{NOON_MS}/{NOON_MS + HOUR_MS}", "place")
    hold(world, f"nt-ca-na/{NOON_MS}/{NOON_MS + 9 * DAY_MS}", "place")
    assert purge_all(world) == (2, 4, 4)
    assert readable(world) == [1, 2, 3, 4]


def test_g10_the_linked_crossing_and_what_was_written_of_it_are_kept(world: World) -> None:
    one, other = world.tablet(), world.tablet()
    for tablet in (one, other):
        tablet.push(world.store, tablet.crossings(1))
    world.look()
    rows = world.found()
    assert {row.counted_as for row in rows} - {""}, "the two are one passage"
    fields = {"subject": one.records[0], "decision": "seen"}
    record = "019a0000-0000-7000-8000-0000000000aa"
    world.store.write("review", record, PLACE, "u", fields, {"note": "xong"}, NOON_MS)
    world.look()
    kept = world.store.on_hold(hold(world, one.records[0]))
    assert kept.persons == 3
    world.store.purge(world.store.days_before("9999"), LATER_MS)
    page = world.store.pull([PLACE], 0, 500, True).events
    assert sum(event.person is not None for event in page) == 3


def test_g10_what_is_held_is_not_erased(world: World) -> None:
    tablet = days(world, 1)
    target = Target(f"{tablet.device.id}:2", PLACE)
    one = hold(world, tablet.records[1])
    with pytest.raises(OnHoldError, match="12/CSDT"):
        world.store.erase([target], "request", "Đơn 1", None, LATER_MS)
    world.store.erase([Target(f"{tablet.device.id}:3", PLACE)], "request", "Đ", None, LATER_MS)
    release(world, one)
    world.store.erase([target], "request", "Đơn 1", None, LATER_MS)
    assert readable(world) == [1, 4]


def test_g10_what_is_held_is_not_compacted(world: World) -> None:
    tablet = days(world, 2)
    one = hold(world, tablet.records[0])
    assert world.store.look_at_compaction(LATER_MS).events == 4
    assert world.store.compact(LATER_MS, LATER_MS).events == 4
    world.project()
    assert {row.record for row in world.found()} == set(tablet.records[:4])
    release(world, one)
    assert world.store.compact(LATER_MS, LATER_MS).events == 4


def test_g10_a_purge_that_cannot_tell_what_is_held_destroys_nothing(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    hold(world, tablet.records[0])
    with pytest.raises(ViewBehindError):
        world.store.purge([local_day(NOON_MS)], LATER_MS)
    assert readable(world) == [1, 2]
    world.project()
    tablet.push(world.store, tablet.crossings(1))
    with pytest.raises(ViewBehindError):
        world.store.purge([local_day(NOON_MS)], LATER_MS)
    assert readable(world) == [1, 2, 3]


def test_g10_a_hold_is_never_deleted(world: World) -> None:
    hold(world, "x")
    with (
        closing(open_log(world.config.log_path)) as log,
        pytest.raises(sqlite3.IntegrityError, match="never deleted"),
    ):
        log.execute("DELETE FROM holds")


def backed_up(world: World, path: Path) -> Path:
    def walk(log: object, keys: object) -> LogWalk:
        return walk_log(log, keys, lambda _: None)  # type: ignore[arg-type]

    take_backup(world.config, world.sqlite.keys, path, WORDS, NOON_MS, walk, True)
    return path


def restored(world: World, source: Path, target: Path) -> list[int]:
    """The events that are readable in what is restored from `source` with the list of `world`."""
    with closing(read_only(world.config.log_path)) as log:
        write_lists(world.config, log)
    listed = read_list(world.config.data_dir / FILE)
    restore_backup(
        source,
        target,
        WORDS,
        LATER_MS + DAY_MS,
        lambda log, keys: walk_log(log, keys, lambda _: None),
        False,
        listed,
    )
    assert not list(target.glob("view*"))
    with open_store(Config(target)) as store:
        page = store.pull([PLACE], 0, 500, True).events
        assert store.holds() == world.store.holds()
    assert read_list(target / FILE)[: len(listed)] == listed
    return [one.seq for one in page if one.person is not None]


def test_g10_a_restore_keeps_what_was_held_when_it_was_purged(world: World, tmp_path: Path) -> None:
    tablet = days(world, 1)
    source = backed_up(world, tmp_path / "chot.bak")
    hold(world, tablet.records[1], at_ms=LATER_MS - 9)
    purge_all(world)
    assert restored(world, source, tmp_path / "new") == readable(world) == [2]


def test_g10_a_restore_brings_nothing_back_that_was_purged_before_the_hold(
    world: World, tmp_path: Path
) -> None:
    tablet = days(world, 1)
    source = backed_up(world, tmp_path / "chot.bak")
    purge_all(world)
    hold(world, tablet.records[1], at_ms=LATER_MS + 1)
    assert restored(world, source, tmp_path / "new") == readable(world) == []


def test_g10_a_released_hold_keeps_nothing_after_a_restore(world: World, tmp_path: Path) -> None:
    tablet = days(world, 1)
    source = backed_up(world, tmp_path / "chot.bak")
    one = hold(world, tablet.records[1], at_ms=LATER_MS - 9)
    purge_all(world)
    world.store.release_holds([one.id], LATER_MS + 5, "cli", "QĐ 45", None)
    world.store.purge(world.store.days_before("9999"), LATER_MS + 7)
    assert restored(world, source, tmp_path / "new") == readable(world) == []


def test_g10_lines_of_the_list_say_holds_and_no_person(world: World) -> None:
    tablet = days(world, 1)
    hold(world, world.store.blind_subject(ID_NUMBER, ""), "person")
    release(world, hold(world, tablet.records[0]))
    with closing(read_only(world.config.log_path)) as log:
        write_lists(world.config, log)
        write_lists(world.config, log)
    path = world.config.data_dir / FILE
    assert ID_NUMBER not in path.read_text("utf-8")
    assert [(bool(one.hold), one.is_release) for one in read_list(path)] == [
        (True, False),
        (True, False),
        (True, True),
    ]
    assert all(Listed(hold=one.hold).to_json() for one in read_list(path))


def test_g6_a_purge_is_proved_by_counting_again(world: World) -> None:
    tablet = days(world, 2)
    world.store.erase([Target(f"{tablet.device.id}:7", PLACE)], "request", "Đ", None, LATER_MS)
    one = hold(world, tablet.records[1])
    purge_all(world)
    assert [(p.day, p.persons, p.kept, p.state) for p in proofs(world.store)] == [
        (local_day(NOON_MS), 3, 1, "gone"),
        (local_day(NOON_MS + DAY_MS), 4, 0, "gone"),
    ]
    release(world, one)
    assert [p.state for p in proofs(world.store)] == ["left", "gone"]
    purge_all(world)
    assert [(p.persons, p.state) for p in proofs(world.store)] == [(4, "gone"), (4, "gone")]
    with closing(open_log(world.config.log_path)) as log:
        log.execute("UPDATE runs SET commitments = NULL WHERE n = (SELECT max(n) FROM runs)"
                    " OR first = 5")  # fmt: skip
    assert [p.state for p in proofs(world.store)] == ["gone", "differs"]


def test_g7_what_became_counts_since_cannot_be_counted_again(world: World) -> None:
    days(world, 1)
    purge_all(world)
    world.store.compact(LATER_MS, LATER_MS)
    assert [one.state for one in proofs(world.store)] == ["compacted"]


def test_what_is_looked_at_is_what_goes(world: World) -> None:
    tablet = days(world, 3)
    hold(world, tablet.records[0])
    cut = Cut("person", day_begins(NOON_MS + 2 * DAY_MS))
    seen = look(world.store, cut)
    assert (seen.count, seen.kept, len(seen.days)) == (7, 1, 2)
    assert len(readable(world)) == 12
    assert let_go(world.store, cut, LATER_MS, "cli") == seen
    assert len(readable(world)) == 5


def test_what_is_over_goes_at_night_by_itself_or_a_day_later_at_any_hour(world: World) -> None:
    days(world, 3)
    config = Config(world.config.data_dir, retention={"person": 1, "crossing": 7})
    midnight = day_begins(NOON_MS) + 2 * DAY_MS
    assert let_go_if_due(world.store, config, midnight + 14 * HOUR_MS) == []
    (gone,) = let_go_if_due(world.store, config, midnight + 2 * HOUR_MS)
    assert (gone.cut.klass, gone.count) == ("person", 4)
    assert (world.config.data_dir / FILE).exists()
    (gone,) = let_go_if_due(world.store, config, midnight + 2 * DAY_MS + 14 * HOUR_MS)
    assert gone.count == 4
    assert world.store.audited_of("purge")[-1].who == "server"


def test_an_erasure_list_that_could_not_be_written_is_written_at_the_next_look(
    world: World, tmp_path: Path
) -> None:
    days(world, 2)
    folder = tmp_path / "usb"
    listed = folder / "erasures.jsonl"
    config = Config(world.config.data_dir, retention={"person": 1}, erasure_list=str(listed))
    night = day_begins(NOON_MS) + 2 * DAY_MS + 2 * HOUR_MS
    with pytest.raises(OSError, match="erasures"):
        let_go_if_due(world.store, config, night)
    assert world.store.audited_of("purge")
    folder.mkdir()
    assert let_go_if_due(world.store, config, night + HOUR_MS) == []
    assert {one.day for one in read_list(listed)} == {local_day(NOON_MS)}


def test_nothing_goes_by_a_clock_that_is_ahead_of_every_tablet(world: World) -> None:
    tablet, other = days(world, 2), world.tablet()
    config = Config(world.config.data_dir, retention={"person": 30})
    ahead_ms = 400 * DAY_MS
    night = day_begins(NOON_MS) + ahead_ms + 2 * HOUR_MS
    for one in (tablet, other):
        world.store.contact(one.device.id, night - HOUR_MS, 0, ahead_ms)
    with pytest.raises(daily.ClockAheadError):
        let_go_if_due(world.store, config, night)
    assert readable(world)
    # One that agrees is enough: a tablet's own clock may be anywhere.
    world.store.contact(other.device.id, night - HOUR_MS, 0, 5_000)
    assert [one.cut.klass for one in let_go_if_due(world.store, config, night)] == ["person"]
    assert not readable(world)


def test_a_server_looks_once_a_night_and_once_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = day_begins(NOON_MS) + 2 * HOUR_MS
    turns = [night, night + HOUR_MS, NOON_MS, NOON_MS + HOUR_MS, night + DAY_MS]
    left, looked, over = list(turns), list[int](), threading.Event()

    def clock() -> int:
        if len(left) == 1:
            over.set()
        return left.pop(0) if left else turns[-1]

    def look_at(_store: object, _config: object, now_ms: int) -> list[object]:
        looked.append(now_ms)
        return []

    monkeypatch.setattr(daily, "LOOK_S", 0.001)
    monkeypatch.setattr(daily, "let_go_if_due", look_at)
    config = Config(world.config.data_dir, retention={"person": 30})
    with daily.letting_go_daily(lambda: open_store(config), config, clock):
        assert over.wait(30)
    assert looked == [night, NOON_MS, night + DAY_MS]
    with daily.letting_go_daily(lambda: open_store(config), Config(config.data_dir), clock):
        assert not [one for one in threading.enumerate() if one.name == "retention"]
