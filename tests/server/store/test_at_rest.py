"""What somebody with the disk but not the keys finds, and what a changed file gives away."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from server.config import Config
from server.keys import KeyRing, KeyRingError
from server.store.log.log_file import StoreKeysError
from server.store.log.persons import PersonError, local_day
from server.store.published import AuditEntry
from server.store.registered import Officer, User
from server.store.sqlite import open_store
from tests.server.store.conftest import World
from tests.server.store.tablets import ID_NUMBER, NAME, NOON_MS, PHONE


def raw(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


def test_no_file_holds_a_name_number_phone_or_secret_in_clear(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(5))
    world.store.put_user(User("u-1", "canhsat", "x", "reviewer", "hash", "TOTPSECRETXYZ", False))
    kek = b"kek-kek-kek-kek-kek-kek-kek-kek-"
    world.store.put_officer(Officer("cb-01", "x", "lead", ("hd-ql6",), kek, False))
    world.store.write(
        "review",
        tablet.new_record(),
        "hd-ql6",
        "canh-sat",
        {"subject": tablet.records[0], "decision": "seen"},
        {"note": "ghi chú mật"},
        NOON_MS,
    )
    world.project()
    assert len(world.found(name="dao")) == 5
    for path in (world.config.log_path, world.config.view_path):
        data = raw(path)
        assert b"30A12345" in data or b"hd-ql6" in data, "the file was read"
        for secret in (NAME, "Đào", ID_NUMBER, PHONE, "TOTPSECRETXYZ", "ghi chú mật"):
            assert secret.encode("utf-8") not in data, (path.name, secret)
        for folded in (b"nguyen", b"dao mau"):
            assert folded not in data, (path.name, folded)
        assert kek not in data


def test_person_parts_moved_to_another_run_do_not_open(world: World) -> None:
    tablet = world.tablet()
    for _ in range(2):
        tablet.push(world.store, tablet.crossings(1))
    with sqlite3.connect(world.config.log_path) as connection:
        connection.execute(
            "UPDATE runs SET persons = (SELECT persons FROM runs WHERE n = 1) WHERE n = 2"
        )
    connection.close()
    with pytest.raises(PersonError):
        world.store.pull(["hd-ql6"], 0, 10, persons=True)


def test_destroying_a_day_key_erases_that_day_and_nothing_else(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1), NOON_MS)
    tablet.push(world.store, tablet.crossings(1), NOON_MS + 86_400_000)
    with sqlite3.connect(world.config.log_path) as connection:
        changed = connection.execute(
            "UPDATE day_keys SET wrapped = NULL WHERE day = ?", (local_day(NOON_MS),)
        )
        assert changed.rowcount == 1
    connection.close()
    world.reopen()
    events = world.store.pull(["hd-ql6"], 0, 10, persons=True).events
    assert [one.person is None for one in events] == [True, False]
    world.project()
    assert [len(world.found()), len(world.found(name="dao"))] == [2, 1]
    whole = world.store.crossing(tablet.records[0])
    assert whole is not None
    assert "name" not in whole.people["1"]


def test_the_day_is_the_one_people_at_a_checkpoint_call_it() -> None:
    midnight = NOON_MS + 12 * 3_600_000
    assert (local_day(midnight - 1), local_day(midnight)) == ("2026-11-22", "2026-11-23")


def test_a_log_refuses_other_keys_and_never_makes_new_ones(world: World, tmp_path: Path) -> None:
    world.store.close()
    keys = world.config.keys_dir
    other = tmp_path / "other"
    KeyRing.load_or_create(other)
    shutil.move(keys, tmp_path / "kept")
    with pytest.raises(KeyRingError, match="is missing"):
        open_store(world.config)
    shutil.copytree(other / "keys", keys)
    with pytest.raises(StoreKeysError):
        open_store(world.config)
    shutil.rmtree(keys)
    shutil.move(tmp_path / "kept", keys)
    world.reopen()


@pytest.mark.parametrize("name", ["master.key", "session.key", "sealing.pem", "packs.pem"])
@pytest.mark.parametrize("harm", ["open to others", "cut", "gone", "foreign"])
def test_harmed_keys_stop_the_start(tmp_path: Path, name: str, harm: str) -> None:
    KeyRing.load_or_create(tmp_path)
    path = tmp_path / "keys" / name
    if harm == "open to others":
        path.chmod(0o640)
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif harm == "gone":
        path.unlink()
    else:
        KeyRing.load_or_create(tmp_path / "other")
        shutil.copy(tmp_path / "other" / "keys" / name, path)
    with pytest.raises(KeyRingError):
        KeyRing.load_or_create(tmp_path)


def test_keys_are_private_and_stay_the_same(tmp_path: Path) -> None:
    first, again = KeyRing.load_or_create(tmp_path), KeyRing.load_or_create(tmp_path)
    assert first.master == again.master
    assert first.session == again.session
    assert first.derive("a") == again.derive("a") != first.derive("b")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert first.master.hex() not in repr(first)
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(KeyRingError, match="open to others"):
        KeyRing.load_or_create(tmp_path)


def test_a_changed_audit_entry_and_a_deleted_one_are_noticed(world: World) -> None:
    for index in range(4):
        world.store.audit(AuditEntry(NOON_MS + index, "u-1", "search", purpose="tracing"))
    path = world.config.log_path
    with sqlite3.connect(path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            connection.execute("DELETE FROM audit WHERE n = 2")
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("DROP TRIGGER audit_remains")
        connection.execute("UPDATE audit SET who = 'u-2' WHERE n = 3")
    connection.close()
    assert world.store.verify_audit() == 3
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audit SET who = 'u-1' WHERE n = 3")
        connection.execute("DELETE FROM audit WHERE n = 2")
    connection.close()
    assert world.store.verify_audit() == 2


def test_two_processes_may_write_one_log(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1))
    with open_store(Config(world.config.data_dir)) as other:
        tablet.push(other, tablet.crossings(2))
        tablet.push(world.store, tablet.crossings(1))
        references = [
            store.write(
                "review",
                tablet.new_record(),
                "hd-ql6",
                "u",
                {"subject": tablet.records[0], "decision": "seen"},
                None,
                NOON_MS,
            )
            for store in (world.store, other, world.store)
        ]
    assert [one.rpartition(":")[2] for one in references] == ["1", "2", "3"]
    page = world.store.pull(["hd-ql6"], 0, 10, persons=False)
    assert [one.n for one in page.events] == list(range(1, 8))
