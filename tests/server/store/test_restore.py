"""A restored server forgets again what was forgotten, and gives none of its old numbers twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from server.backup import take_backup
from server.config import Config
from server.erasure_list import FILE, Listed, read_list, write_lists
from server.packs import publish
from server.restore import Restored, restore_backup
from server.store.forgotten import Target
from server.store.log.persons import local_day
from server.store.log.verify import LogWalk, walk_log
from server.store.reader import read_only
from server.store.sqlite import SqliteStore, open_store
from sync.batch import verify_batch
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

WORDS = "mười hai con gà trống"
DAY_MS = 86_400_000
LATER_MS = NOON_MS + 40 * DAY_MS
PLACE = "hd-ql6"


def walk(log: object, keys: object) -> LogWalk:
    return walk_log(log, keys, lambda _: None)  # type: ignore[arg-type]


def review(store: SqliteStore, subject: str, at_ms: int) -> str:
    record = f"019a0000-0000-7000-8000-{at_ms % 10**12:012d}"
    fields = {"subject": subject, "decision": "seen"}
    return store.write("review", record, PLACE, "canhsat", fields, {"note": "xong"}, at_ms)


def backed_up(world: World, path: Path) -> Path:
    keys = world.sqlite.keys
    assert take_backup(world.config, keys, path, WORDS, NOON_MS, walk, True).verified
    return path


def restored(source: Path, target: Path, listed: list[Listed] | None = None) -> Restored:
    return restore_backup(source, target, WORDS, LATER_MS, walk, False, listed or [])


def persons(store: SqliteStore) -> dict[tuple[str, int], bool]:
    page = store.pull([PLACE], 0, 500, True)
    return {(one.device, one.seq): one.person is not None for one in page.events}


def forgetful(world: World, tmp_path: Path) -> tuple[Tablet, Path, list[Listed]]:
    """Two days of crossings in a backup; then one is erased and the first day is purged."""
    tablet = world.tablet()
    for day in range(2):
        tablet.now_ms = NOON_MS + day * DAY_MS
        tablet.push(world.store, tablet.crossings(3))
    source = backed_up(world, tmp_path / "chot.bak")
    target = Target(f"{tablet.device.id}:5", PLACE)
    world.store.erase([target], "request", "Đơn 1", None, LATER_MS)
    world.store.purge([local_day(NOON_MS)], LATER_MS)
    with closing(read_only(world.config.log_path)) as log:
        write_lists(world.config, log)
    return tablet, source, read_list(world.config.data_dir / FILE)


def test_g5_what_was_erased_after_the_backup_is_erased_again(world: World, tmp_path: Path) -> None:
    tablet, source, listed = forgetful(world, tmp_path)
    assert restored(source, tmp_path / "without").erased == 0
    with open_store(Config(tmp_path / "without")) as store:
        assert list(persons(store).values()) == [True] * 6
    done = restored(source, tmp_path / "new", listed)
    assert done.erased == 2
    assert not list((tmp_path / "new").glob("log.db-*")), "nothing is left beside the log"
    config, mine = Config(tmp_path / "new"), tablet.device.id
    with open_store(config) as store:
        there = {seq for (device, seq), one in persons(store).items() if one and device == mine}
        assert there == {4, 6}
        assert store.removals([f"checkpoint:{PLACE}"], 0, 1 << 40) == [f"{tablet.device.id}:5"]
        assert [one.what for _, one in store.audited(0, 9)][-2:] == ["erase", "purge"]
    with closing(read_only(config.log_path)) as log:
        seen = walk(log, world.sqlite.keys)
    assert (seen.breaks, [one.erased for one in seen.devices]) == (0, [0, 4, 0])
    # The list goes on in the new directory, so that the next restore finds it whole.
    assert read_list(config.data_dir / FILE)[: len(listed)] == listed


def test_g5_a_restore_that_dies_while_it_erases_leaves_nothing_to_serve(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, source, listed = forgetful(world, tmp_path)

    def die(*_: object) -> None:
        raise OSError("power")

    monkeypatch.setattr(SqliteStore, "purge", die)
    with pytest.raises(OSError, match="power"):
        restored(source, tmp_path / "new", listed)
    assert not (tmp_path / "new").exists()


def test_p10_a_restored_server_gives_no_number_of_its_chain_twice(
    world: World, tmp_path: Path
) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    review(world.sqlite, tablet.records[0], NOON_MS)
    source = backed_up(world, tmp_path / "chot.bak")
    lost = review(world.sqlite, tablet.records[1], NOON_MS + 1)
    (batch,) = [one.batch for one in world.store.batches_after(0, 99) if one.batch.first == 2]

    restored(source, tmp_path / "new")
    config = Config(tmp_path / "new")
    with open_store(config) as store:
        assert store.server_id == world.sqlite.server_id
        made = review(store, tablet.records[1], LATER_MS)
        assert made != lost
        assert made.partition(":")[0] not in (world.sqlite.server_id, tablet.device.id)
        assert made.endswith(":1")
        # Who still holds what was lost offers it again: it is a device's like any other.
        old = store.device(world.sqlite.server_id)
        assert old is not None
        chain = verify_batch(batch, world.sqlite.keys.signing.public_key())
        answer = store.push(batch, chain, old, LATER_MS + 1)
        assert [one.state for one in answer.results] == ["accepted"]
        assert (answer.through, answer.forked) == (2, False)
        again = review(store, tablet.records[0], LATER_MS + 2)
        assert again == made.replace(":1", ":2")
    with closing(read_only(config.log_path)) as log:
        seen = walk(log, world.sqlite.keys)
    assert (seen.breaks, seen.is_plain) == (0, True)
    assert [(one.kind, one.through) for one in seen.devices] == [
        ("server", 2),
        ("tablet", 2),
        ("server", 2),
    ]


def test_p10_each_restore_begins_another_chain(world: World, tmp_path: Path) -> None:
    source = backed_up(world, tmp_path / "chot.bak")
    chains = {world.sqlite.own_device.id}
    for name in ("one", "two"):
        restored(source, tmp_path / name)
        with open_store(Config(tmp_path / name)) as store:
            chains.add(store.own_device.id)
            path = tmp_path / f"{name}.bak"
            taken = take_backup(store.config, store.keys, path, WORDS, NOON_MS, walk, True)
            assert taken.verified
    assert len(chains) == 3


def test_k2_a_restored_server_signs_no_version_that_tablets_may_hold(
    world: World, tmp_path: Path
) -> None:
    keys = world.sqlite.keys

    def said(store: SqliteStore, content: str) -> int:
        pack = publish(store, keys, "levels", "all", {"levels": content}, LATER_MS)
        assert pack is not None
        return pack.version

    assert said(world.sqlite, "before") == 1
    source = backed_up(world, tmp_path / "chot.bak")
    lost = [said(world.sqlite, f"lost {at}") for at in range(3)]
    assert lost == [2, 3, 4]
    for name in ("one", "two"):
        restored(source, tmp_path / name)
        with open_store(Config(tmp_path / name)) as store:
            first, second = said(store, name), said(store, f"{name} again")
            assert max(lost) < first < second == first + 1
            latest = store.pack("levels", "all")
            assert latest is not None
            assert latest.version == second
