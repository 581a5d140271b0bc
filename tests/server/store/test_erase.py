"""Person parts that are to be forgotten leave the log, the view, the readers, and do not return."""

from __future__ import annotations

import json
import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import server.store.log.erase as erase_module
from server.erasure_list import FILE, ErasureListError, Listed, add_to_list, read_list, write_lists
from server.store.forgotten import Target
from server.store.log.log_file import open_log, shred_leftovers
from server.store.log.verify import LogWalk, walk_log
from server.store.reader import read_only
from sync.batch import WireEvent
from sync.chain import NO_PERSON
from sync.encoding import uuid7
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, PHONE, Tablet

FEED = "checkpoint:hd-ql6"


def walked(world: World) -> LogWalk:
    with closing(read_only(world.config.log_path)) as log:
        return walk_log(log, world.sqlite.keys, lambda _: None)


def erase(world: World, *refs: str, home: str = "hd-ql6") -> list[str]:
    targets = [Target(one, home) for one in refs]
    return world.store.erase(targets, "request", "Đơn 12/2026", None, NOON_MS + 60_000)


def persons(world: World, home: str = "hd-ql6") -> dict[int, str | None]:
    page = world.store.pull([home], 0, 500, True)
    return {one.seq: one.person for one in page.events if one.commitment != NO_PERSON}


def ref(tablet: Tablet, seq: int) -> str:
    return f"{tablet.device.id}:{seq}"


def test_g1_a_person_part_leaves_and_all_else_stays(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(5))
    before = persons(world)
    through, head = world.store.held(tablet.device.id)
    (erasure,) = erase(world, ref(tablet, 3))
    after = persons(world)
    assert after[3] is None
    assert {**after, 3: before[3]} == before
    assert world.store.held(tablet.device.id) == (through, head)
    walk = walked(world)
    assert (walk.breaks, walk.first_break, walk.is_plain) == (0, None, True)
    assert [one.erased for one in walk.devices] == [0, 1]
    ((_, entry),) = world.store.audited(0, 9)
    assert (entry.what, entry.who, entry.details["basis"]) == ("erase", "cli", "Đơn 12/2026")
    page = world.store.pull(["hd-ql6"], 0, 99, False)
    assert erasure in {f"{one.device}:{one.seq}" for one in page.events}


def test_g1_not_a_byte_of_it_stays_in_the_files(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(30))
    with closing(open_log(world.config.log_path)) as log:
        ((stored,),) = log.execute("SELECT persons FROM runs").fetchall()
        assert shred_leftovers(log)
    pieces = [stored[at : at + 64] for at in range(0, len(stored) - 64, 64)]
    assert any(one in world.config.log_path.read_bytes() for one in pieces)
    erase(world, ref(tablet, 1))
    with closing(open_log(world.config.log_path)) as log:
        assert shred_leftovers(log)
    data = b"".join(one.read_bytes() for one in world.config.data_dir.glob("log.db*"))
    assert [one for one in pieces if one in data] == []


def test_g1_an_erasure_that_fails_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet, other = world.tablet(), world.tablet("nt-ca-na")
    for one in (tablet, other):
        one.push(world.store, one.crossings(3))
    before = persons(world), persons(world, "nt-ca-na")
    real, calls = erase_module.erase, []

    def failing(*args: Any) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise OSError("no space left")
        return real(*args)

    monkeypatch.setattr(erase_module, "erase", failing)
    targets = [Target(ref(tablet, 1), "hd-ql6"), Target(ref(other, 1), "nt-ca-na")]
    with pytest.raises(OSError, match="no space"):
        world.store.erase(targets, "request", "Đơn 1", None, NOON_MS)
    assert (persons(world), persons(world, "nt-ca-na")) == before
    assert world.store.audited(0, 9) == []
    assert world.store.removals([FEED], 0, 1 << 40) == []
    assert walked(world).is_plain
    assert len(world.store.erase(targets, "request", "Đơn 1", None, NOON_MS)) == 2


def test_g2_only_events_of_the_erasures_own_checkpoint_are_erased(world: World) -> None:
    tablet = world.tablet("nt-ca-na")
    tablet.push(world.store, tablet.crossings(2))
    erase(world, ref(tablet, 1), home="hd-ql6")
    assert None not in persons(world, "nt-ca-na").values()
    erase(world, ref(tablet, 1), home="nt-ca-na")
    assert persons(world, "nt-ca-na")[1] is None
    assert walked(world).breaks == 0


def test_g2_an_erasure_is_of_all_branches_of_a_clone(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    clone = tablet.clone()
    for one in (tablet, clone):
        one.push(world.store, one.crossings(2))
    erase(world, f"{tablet.device.id}-b1:3")
    page = world.store.pull(["hd-ql6"], 0, 99, True).events
    assert [
        one.branch
        for one in page
        if one.seq == 3 and one.person is None and one.commitment != NO_PERSON
    ] == [0, 1]
    assert world.store.removals([FEED], 0, 99) == [
        f"{tablet.device.id}-b1:3",
        ref(tablet, 3),
    ]
    assert walked(world).breaks == 0


def test_g2_a_tablets_erasure_erases_nothing(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1))
    fields = {"events": [ref(tablet, 1)], "reason": "request"}
    body = tablet.body(tablet.new_record(), kind="erasure", fields=fields)
    answer = tablet.push(world.store, tablet.batch(WireEvent(body, None, None, NO_PERSON)))
    assert (answer.results[0].state, answer.results[0].code) == ("rejected", "event.author")
    assert persons(world)[1] is not None


def test_g3_nobody_finds_the_person_in_the_view_any_more(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.batch(tablet.crossing("Trần Văn Mẫu"), tablet.crossing()))
    world.project()
    assert len(world.found(name="trần văn")) == 1
    erase(world, ref(tablet, 1))
    world.project()
    assert world.found(name="trần văn") == []
    assert len(world.found(phone=PHONE)) == 1
    assert len(world.found()) == 2
    whole = world.store.crossing(tablet.records[0])
    assert whole is not None
    assert whole.history[0].person is None
    with closing(sqlite3.connect(world.config.view_path)) as view:
        tokens = view.execute("SELECT * FROM tokens ORDER BY 1, 2, 3").fetchall()
    world.config.view_path.unlink()
    world.project()
    with closing(sqlite3.connect(world.config.view_path)) as view:
        assert view.execute("SELECT * FROM tokens ORDER BY 1, 2, 3").fetchall() == tokens


def test_g3_what_comes_again_is_kept_as_its_commitment(world: World) -> None:
    tablet = world.tablet()
    batch = tablet.crossings(3)
    late = tablet.crossings(3)
    tablet.push(world.store, batch)
    erase(world, ref(tablet, 2), ref(tablet, 5))
    tablet.push(world.store, batch)
    tablet.push(world.store, late)
    found = persons(world)
    assert sorted(seq for seq, text in found.items() if text is None) == [2, 5]
    walk = walked(world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [one.erased for one in walk.devices] == [0, 2]


def test_g3_what_comes_from_a_device_not_known_yet_is_kept_as_its_commitment(
    world: World, tmp_path: Path
) -> None:
    other = World.fresh(tmp_path / "other", world.rng)
    try:
        tablet = world.tablet()
        erase(other, ref(tablet, 1))
        tablet.device = replace(tablet.device, no=2)
        other.adopt(tablet)
        tablet.push(other.store, tablet.crossings(2))
        assert [one is None for one in persons(other).values()] == [True, False]
    finally:
        other.store.close()


def test_g4_readers_hear_of_it_wherever_they_stand(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    cursor = world.store.pull(["hd-ql6"], 0, 99, False).sequence
    erase(world, ref(tablet, 2), ref(tablet, 5))
    after = world.store.pull(["hd-ql6"], 0, 99, False).sequence
    assert world.store.removals([FEED], 0, after) == [ref(tablet, 2)]
    assert world.store.removals([FEED], cursor, after) == [ref(tablet, 2)]
    assert world.store.removals([FEED], after, after) == []
    assert world.store.removals(["checkpoint:nt-ca-na"], 0, after) == []
    # It is erased before it comes: whoever made it hears of it when it has come.
    tablet.push(world.store, tablet.crossings(3))
    newest = world.store.pull(["hd-ql6"], 0, 99, False).sequence
    assert world.store.removals([FEED], after, newest) == [ref(tablet, 5)]


def test_g5_the_list_holds_every_erasure_once(world: World, tmp_path: Path) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    config = replace(world.config, erasure_list=str(tmp_path / "elsewhere.jsonl"))
    for seq in (1, 2):
        erase(world, ref(tablet, seq))
        for _ in range(2):
            with closing(read_only(config.log_path)) as log:
                write_lists(config, log)
    for path in (config.data_dir / FILE, tmp_path / "elsewhere.jsonl"):
        lines = read_list(path)
        assert [one.events for one in lines] == [(ref(tablet, 1),), (ref(tablet, 2),)]
        assert {(one.home, one.reason, one.basis) for one in lines} == {
            ("hd-ql6", "request", "Đơn 12/2026")
        }
        assert path.stat().st_mode & 0o077 == 0


def test_g5_a_line_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    lines = [
        Listed(
            f"01a:{seq}", "hd-ql6", (f"{uuid7(1, secrets.token_bytes(10))}:1",), "request", "Đơn"
        )
        for seq in (1, 2)
    ]
    add_to_list(path, lines)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert read_list(path) == lines[: whole[:cut].count(b"\n")]
        add_to_list(path, lines)
        assert path.read_bytes() == whole
    path.write_text(json.dumps({"erasure": 5}) + "\n")
    with pytest.raises(ErasureListError):
        read_list(path)


def test_g1_what_is_noted_without_an_erasure_is_named(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    erase(world, ref(tablet, 1))
    with closing(sqlite3.connect(world.config.log_path)) as log:
        log.execute(
            "INSERT INTO erased VALUES (?, 2, 1, (SELECT max(n) FROM runs))", (tablet.device.id,)
        )
        log.commit()
    first = walked(world).first_break
    assert first is not None
    assert first.code == "person.erasure"
