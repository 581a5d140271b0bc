"""Backups while serving, restore, and what tablets make of a server that holds less than before."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from cli.simulate.tablet import SimTablet
from server.app import create_app
from server.backup import BackupError, Taken, _copying, take_backup
from server.config import Config
from server.context import EXTENSION, Context
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing
from server.projector import Projector
from server.restore import STAGING, RestoreError, restore_backup
from server.sealed_file import SealedFileError
from server.store.log.backups import REREAD_S
from server.store.log.verify import walk_log
from server.store.registered import Checkpoint, Enrolment
from server.store.sqlite import open_store
from sync.chain import genesis
from sync.cursor import parse_cursor
from sync.encoding import uuid7
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS

WORDS = "mười hai con gà trống"
PLACE = Checkpoint(
    "hd-ql6", "QL6", "Quốc lộ 6", "01", "268", "10117", "border", "active", "", ("o-to",)
)


def walk(log: sqlite3.Connection, keys: KeyRing) -> Any:
    return walk_log(log, keys, lambda _: None)


def backed_up(config: Config, target: Path, off_machine: bool = True) -> Taken:
    keys = KeyRing.load_or_create(config.data_dir)
    return take_backup(config, keys, target, WORDS, NOON_MS, walk, off_machine)


@dataclass
class Served:
    """A server without a port: tablets call the application itself. `restart` opens other data."""

    config: Config
    app: Flask

    @property
    def context(self) -> Context:
        context = self.app.extensions[EXTENSION]
        assert isinstance(context, Context)
        return context

    def post(self, path: str, body: Any, token: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.app.test_client().post(f"/api/v1{path}", json=body, headers=headers)
        return answer.status_code, answer.get_json()

    def tablet(self) -> SimTablet:
        code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
        enrolment = Enrolment(PLACE.id, "o-to", "máy thử")
        self.context.store.add_enrolment(code_hash(code), enrolment, 1 << 45)
        key = ec.generate_private_key(ec.SECP256R1())
        return SimTablet.enrol(self.post, code, PLACE.id, key, ())

    def restart(self, data_dir: Path) -> None:
        self.context.store.close()
        self.config = Config(data_dir)
        self.app = create_app(self.config)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    config = Config(tmp_path / "data")
    with contextlib.closing(open_store(config)) as store:
        store.put_checkpoint(PLACE)
    world = Served(config, create_app(config))
    yield world
    world.context.store.close()


def cross(tablet: SimTablet, count: int) -> None:
    for _ in range(count):
        now = now_ms()
        tablet.replica.write(
            now,
            uuid7(now, secrets.token_bytes(10)),
            CAR,
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
            person_items={"people": {"1": {"name": "Nguyễn Thị Đào Mẫu"}}},
            salt=secrets.token_bytes(16),
        )


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def sync(tablet: SimTablet, rounds: int = 3) -> None:
    for _ in range(rounds):
        assert tablet.exchange(now_ms(), True, "fine")


def forget_what_was_read(served: Served) -> None:
    """`safe_through` may be a second old."""
    served.context.store._safe_through._read_s -= REREAD_S  # type: ignore[attr-defined]


def test_p5_a_backup_taken_during_writes_is_whole_and_has_what_was_acknowledged(
    world: World, tmp_path: Path
) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(20))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            tablet.push(world.store, tablet.crossings(5))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        before = world.store.held(tablet.device.id)[0]
        taken = backed_up(world.config, tmp_path / "chot.bak")
        assert world.store.held(tablet.device.id)[0] > before, "writers were not kept waiting"
    finally:
        stop.set()
        writer.join()
    assert taken.verified
    restored = restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, False)
    through = restored.walk.devices[1].through
    assert before <= through <= tablet.seq
    assert through % 5 == 0
    with open_store(Config(tmp_path / "new")) as store:
        assert store.held(tablet.device.id)[0] == through
        with Projector(Config(tmp_path / "new"), store.keys) as projector:
            projector.catch_up()
        assert store.counts(0, 1 << 46, [])["crossings"] == through
    assert list(world.config.data_dir.glob("backup.tmp*")) == []


def test_p5_the_file_tells_nothing_without_the_passphrase(world: World, tmp_path: Path) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(20))
    backed_up(world.config, tmp_path / "chot.bak")
    data = (tmp_path / "chot.bak").read_bytes()
    for text in (b"30A12345", b"SQLite format", tablet.device.id.encode(), b"master.key"):
        assert text not in data
    assert (tmp_path / "chot.bak").stat().st_mode & 0o077 == 0
    with pytest.raises(SealedFileError, match=r"sealed\.passphrase"):
        restore_backup(tmp_path / "chot.bak", tmp_path / "new", "sai", NOON_MS, walk, False)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.5, 0.99])
def test_p5_a_truncated_file_restores_nothing(world: World, tmp_path: Path, kept: float) -> None:
    backed_up(world.config, tmp_path / "chot.bak")
    data = (tmp_path / "chot.bak").read_bytes()
    (tmp_path / "chot.bak").write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(SealedFileError):
        restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, False)
    assert [one.name for one in tmp_path.iterdir() if "new" in one.name] == []


def test_p6_a_directory_with_data_is_never_restored_over(world: World, tmp_path: Path) -> None:
    backed_up(world.config, tmp_path / "chot.bak")
    before = world.config.log_path.read_bytes()
    with pytest.raises(RestoreError, match=r"restore\.occupied"):
        restore_backup(tmp_path / "chot.bak", world.config.data_dir, WORDS, NOON_MS, walk, False)
    assert world.config.log_path.read_bytes() == before


def test_p6_an_empty_directory_is_filled_also_after_a_restore_that_was_killed(
    world: World, tmp_path: Path
) -> None:
    backed_up(world.config, tmp_path / "chot.bak")
    (tmp_path / "new" / STAGING / "keys").mkdir(parents=True)
    inode = (tmp_path / "new").stat().st_ino
    restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, False)
    assert (tmp_path / "new").stat().st_ino == inode, "a mounted disk cannot be replaced"
    assert {one.name for one in (tmp_path / "new").iterdir()} >= {"keys", "log.db"}
    assert not (tmp_path / "new" / STAGING).exists()


def test_p6_each_restore_begins_a_greater_epoch(world: World, tmp_path: Path) -> None:
    backed_up(world.config, tmp_path / "chot.bak")
    epoch = world.sqlite.epoch
    for name, at_ms in (("new", 0), ("later", (epoch + 500) * 1000)):
        restored = restore_backup(tmp_path / "chot.bak", tmp_path / name, WORDS, at_ms, walk, False)
        assert restored.epoch == max(epoch + 1, at_ms // 1000)
        with open_store(Config(tmp_path / name)) as store:
            assert (store.server_id, store.epoch) == (world.sqlite.server_id, restored.epoch)


def test_p4_a_broken_log_is_copied_but_makes_nothing_safe(world: World, tmp_path: Path) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(5))
    with contextlib.closing(sqlite3.connect(world.config.log_path)) as log:
        log.execute("UPDATE runs SET bodies = replace(bodies, '30A', '31A') WHERE first = 1")
        log.commit()
    taken = backed_up(world.config, tmp_path / "chot.bak")
    assert not taken.verified
    assert world.store.safe_through(tablet.device.id) == 0
    with pytest.raises(RestoreError, match=r"restore\.broken") as caught:
        restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, False)
    assert caught.value.walk is not None
    assert caught.value.walk.breaks > 0
    restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, True)
    assert (tmp_path / "new" / "log.db").exists()


def test_p4_two_backups_at_once_are_refused(world: World, tmp_path: Path) -> None:
    with _copying(world.config), pytest.raises(BackupError, match=r"backup\.running"):
        backed_up(world.config, tmp_path / "chot.bak")
    assert not (tmp_path / "chot.bak").exists()


def test_p4_receipts_say_how_far_a_backup_off_the_machine_holds(
    served: Served, tmp_path: Path
) -> None:
    tablet = served.tablet()
    cross(tablet, 4)
    sync(tablet)
    assert tablet.replica.safe_through == 0
    backed_up(served.config, tmp_path / "same-disk.bak", off_machine=False)
    forget_what_was_read(served)
    sync(tablet)
    assert tablet.replica.safe_through == 0
    backed_up(served.config, tmp_path / "chot.bak")
    cross(tablet, 3)
    forget_what_was_read(served)
    sync(tablet)
    assert (tablet.replica.through, tablet.replica.safe_through) == (7, 4)


def test_p4_a_cloned_device_has_no_safe_events(served: Served, tmp_path: Path) -> None:
    tablet = served.tablet()
    cross(tablet, 4)
    sync(tablet)
    clone = SimTablet(tablet.replica.copy(), tablet.key, served.post, ())
    cross(tablet, 2)
    sync(tablet)
    backed_up(served.config, tmp_path / "chot.bak")
    cross(clone, 3)
    forget_what_was_read(served)
    sync(clone, rounds=1)
    forget_what_was_read(served)
    sync(tablet)
    assert (clone.replica.safe_through, tablet.replica.safe_through) == (0, 0)


def test_p6_f5_tablets_offer_again_what_a_restored_server_lacks(
    served: Served, tmp_path: Path
) -> None:
    first, second = served.tablet(), served.tablet()
    for tablet in (first, second):
        cross(tablet, 5)
        sync(tablet)
    backed_up(served.config, tmp_path / "chot.bak")
    for tablet in (first, second):
        cross(tablet, 4)
        forget_what_was_read(served)
        sync(tablet)
    sync(first)
    assert (first.replica.through, first.replica.safe_through) == (9, 5)
    assert len(first.replica.pulled) == 9

    restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, now_ms(), walk, False)
    served.restart(tmp_path / "new")
    for tablet in (first, second):
        cursor = parse_cursor(tablet.replica.cursor)
        assert cursor is not None
        # A tablet may have dropped what is safe: it needs none of it to offer the rest.
        cross(tablet, 1)
        sync(tablet, rounds=4)
        after = parse_cursor(tablet.replica.cursor)
        assert after is not None
        assert after.epoch > cursor.epoch
        assert tablet.replica.unsent == 0
        assert (tablet.replica.through, tablet.replica.problems()) == (10, [])
    sync(first)
    assert {seq for _, seq in first.replica.pulled} == set(range(1, 11))
    store = served.context.store
    for tablet in (first, second):
        assert store.held(tablet.replica.device) == (10, tablet.replica.head)
    assert store.held("nobody") == (0, genesis("nobody"))
    found = backed_up(served.config, tmp_path / "again.bak")
    assert found.verified
    assert found.walk.is_plain
