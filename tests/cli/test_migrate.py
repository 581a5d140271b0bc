"""An older log becomes this version's: foretold, copied, whole afterwards, untouched on failure."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.config import load_config
from server.keys import KeyRing
from server.migrate import plan
from server.projector import locked
from server.store.log.log_schema import log_migrations
from server.store.sqlite import open_store
from tests.cli.conftest import Chot


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A directory as the version before erasures left it."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    KeyRing.load_or_create(data)
    open_store(load_config(data)).close()
    log = data / "log.db"
    with closing(sqlite3.connect(log)) as written:
        meta = written.execute("SELECT * FROM meta").fetchall()
        devices = written.execute("SELECT * FROM devices").fetchall()
    for one in data.glob("log.db*"):
        one.unlink()
    with closing(sqlite3.connect(log, isolation_level=None)) as fresh:
        log_migrations.apply(Database(fresh), stop_before="m006_erasures")
        fresh.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        marks = ",".join("?" * len(devices[0]))
        fresh.executemany(f"INSERT INTO devices VALUES ({marks})", devices)
    log.chmod(0o600)
    return data


def digest_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as log:
        return list(log.iterdump())


def test_a_dry_run_names_every_step_and_writes_nothing(chot: Chot, older: Path) -> None:
    before = digest_of(older / "log.db")
    said = chot("migrate", "--data", older, "--dry-run", exit_code=1).output
    assert "sẽ làm m006_erasures: Person parts that were erased" in said
    found = json.loads(chot("migrate", "--data", older, "--dry-run", "--json", exit_code=1).output)
    assert found["pending"][0]["step"] == "m006_erasures"
    assert found["view"] == "missing" and len(found["applied"]) == 5
    assert digest_of(older / "log.db") == before


def test_the_log_is_copied_changed_and_audited(chot: Chot, older: Path) -> None:
    before = digest_of(older / "log.db")
    said = chot("migrate", "--data", older).output
    assert "nguyên vẹn" in said and "Bản chép" in said
    [copy] = older.glob("log.db.before-*")
    assert digest_of(copy) == before and copy.stat().st_mode & 0o077 == 0
    assert plan(load_config(older)).is_current
    found = json.loads(chot("audit", "--data", older, "--what", "migrate", "--json").stdout)
    assert found[0]["details"]["steps"][0] == "m006_erasures"
    again = chot("migrate", "--data", older, "--dry-run").output
    assert "Không có gì phải làm" in again
    chot("migrate", "--data", older)
    assert list(older.glob("log.db.before-*")) == [copy]


def test_a_step_that_fails_leaves_the_log_as_it_was(
    chot: Chot, older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def m999_fails(db: Database) -> None:
        """Fails."""
        db.execute("INSERT INTO nowhere VALUES (1)")

    steps = [*log_migrations._migrations, log_migrations._Migration("m999_fails", m999_fails)]
    monkeypatch.setattr(log_migrations, "_migrations", steps)
    before = digest_of(older / "log.db")
    said = chot("migrate", "--data", older, exit_code=1).output
    assert "vẫn như cũ" in said and "nowhere" in said
    assert digest_of(older / "log.db") == before


def test_nothing_is_changed_under_a_running_server(chot: Chot, older: Path) -> None:
    with locked(older):
        said = chot("migrate", "--data", older, exit_code=1).output
    assert "dừng chot serve" in said
    assert plan(load_config(older)).pending


def test_the_log_of_a_newer_version_is_refused(chot: Chot, demo_data: Path) -> None:
    with closing(sqlite3.connect(demo_data / "log.db")) as log:
        log.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('log', 'm999_future', '')"
        )
        log.commit()
    said = chot("migrate", "--data", demo_data, exit_code=1).output
    assert "m999_future" in said and "mới hơn" in said


def test_a_log_of_a_newer_version_is_neither_read_nor_written(chot: Chot, older: Path) -> None:
    chot("migrate", "--data", older, "--no-copy")
    log = older / "log.db"
    with closing(sqlite3.connect(log)) as newer, newer:
        newer.execute("UPDATE _sqlite_migrations SET name = 'm099_later' WHERE name LIKE 'm013%'")
    before = digest_of(log)
    for command in (("stats",), ("user", "list"), ("serve", "--port", "1"), ("rebuild",)):
        said = chot(*command, "--data", older, exit_code=1).output
        assert "phiên bản mới hơn (m099_later)" in said
    said = chot("migrate", "--data", older, "--dry-run", exit_code=1).output
    assert "Cài phiên bản ấy" in said and "Chạy: chot migrate" not in said
    found = json.loads(chot("doctor", "--data", older, "--json", exit_code=2).stdout)
    assert any("m099_later" in json.dumps(one) for one in found)
    assert digest_of(log) == before
