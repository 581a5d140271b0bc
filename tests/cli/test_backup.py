"""`chot backup` and `chot restore` as somebody types them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

import pytest

from cli.backup import ERRORS as BACKUP_ERRORS
from cli.data import VIETNAM
from cli.passphrase import VARIABLE
from cli.restore import ERRORS as RESTORE_ERRORS
from server.backup import DATABASES, FOLDERS, SINGLE_FILES
from server.config import load_config
from server.store.sqlite import open_store
from tests.cli.conftest import Chot

WORDS = "mười hai con gà trống"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, WORDS)


def test_a_backup_is_restored_as_the_same_server(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file, fresh = tmp_path / "chot.bak", tmp_path / "fresh"
    settings = ("letterhead.json", "schedule.json")
    for name in settings:
        (demo_data / name).write_text("{}")
    told = chot("backup", "--data", demo_data, "--output", file, "--off-machine").stdout
    assert "Đã kiểm tra" in told
    assert "Đã khôi phục" in chot("restore", file, "--data", fresh).stdout
    for name in ("demo.json", *settings):
        assert (fresh / name).read_bytes() == (demo_data / name).read_bytes()
    assert fresh.stat().st_mode & 0o077 == 0
    with open_store(load_config(demo_data)) as old, open_store(load_config(fresh)) as new:
        assert (new.server_id, new.checkpoints()) == (old.server_id, old.checkpoints())
        assert new.epoch > old.epoch
        assert new.user("canhsat") == old.user("canhsat")
        assert [entry.what for _, entry in old.audited(0, 9)] == ["backup"]
        assert [entry.what for _, entry in new.audited(0, 9)] == ["restore"]
    assert json.loads(chot("verify-log", "--data", fresh, "--json").stdout)["whole"]


def test_a_restore_says_what_is_withdrawn_and_that_it_knows_nothing_later(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "chot.bak"
    with open_store(load_config(demo_data)) as store:
        first, *others = [one.id for one in store.devices() if one.kind != "server"]
        officers, users = store.officers(), store.users()
        store.put_officer(replace(officers[0], revoked=True))
    for command in (
        ("user", "disable", "canhsat"),
        ("revoke", "giay-1", "--reason", "mất"),
        ("device", "revoke", first, "--yes"),
    ):
        chot(*command, "--data", demo_data)
    with open_store(load_config(demo_data)) as store:
        last_ms = max(one.at_ms for _, one in store.audited(0, 10_000))
    chot("backup", "--data", demo_data, "--output", file)
    told = chot("restore", file, "--data", tmp_path / "first").stdout
    for words in (
        f"1 trong {len(others) + 1} máy",
        f"1 trong {len(officers)} thẻ cán bộ",
        "1 giấy tờ",
        f"đã khóa 1 trong {len(users)} tài khoản",
        f"{datetime.fromtimestamp(last_ms / 1000, VIETNAM):%H:%M:%S ngày %d/%m/%Y}",
    ):
        assert words in told, words
    # What was withdrawn later is not in it: the same is said, and the login works again.
    chot("user", "disable", "chihuy", "--data", demo_data)
    again = chot("restore", file, "--data", tmp_path / "again").stdout
    assert _standing(again) == _standing(told)
    with open_store(load_config(tmp_path / "again")) as store:
        assert [one.login for one in store.users() if one.disabled] == ["canhsat"]


def _standing(told: str) -> str:
    (line,) = [one for one in told.splitlines() if "chỉ biết đến" in one]
    return line


def test_mistakes_are_told_in_one_line(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, fresh = tmp_path / "chot.bak", tmp_path / "fresh"
    chot("backup", "--data", demo_data, "--output", file)
    for changed, words in (
        (file.read_bytes()[:-1], RESTORE_ERRORS["sealed.damaged"]),
        (b"SQLite format 3\x00", RESTORE_ERRORS["sealed.format"]),
    ):
        other = tmp_path / "other.bak"
        other.write_bytes(changed)
        assert words in chot("restore", other, "--data", fresh, exit_code=1).output
    occupied = chot("restore", file, "--data", demo_data, exit_code=1).output
    assert RESTORE_ERRORS["restore.occupied"] in occupied
    assert "No such file" in chot("restore", tmp_path / "x", "--data", fresh, exit_code=1).output
    secret = tmp_path / "words"
    secret.write_text("một cụm mật khẩu khác\n", "utf-8")
    wrong = chot("restore", file, "--data", fresh, "--passphrase-file", secret, exit_code=1)
    assert RESTORE_ERRORS["sealed.passphrase"] in wrong.output
    monkeypatch.setenv(VARIABLE, "ngắn")
    short = chot("backup", "--data", demo_data, "--output", file, exit_code=1)
    assert "ít nhất 12 ký tự" in short.output
    assert not fresh.exists()


def test_without_a_file_or_variable_the_passphrase_is_asked_for(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    file = tmp_path / "chot.bak"
    chot("backup", "--data", demo_data, "--output", file, stdin=f"{WORDS}\n{WORDS}\n")
    chot("restore", file, "--data", tmp_path / "fresh", stdin=f"{WORDS}\n")


def test_the_how_to_says_of_each_file_whether_it_is_backed_up(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    text = (ROOT / "docs/how-to/backup.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+`) \| (yes|no) \|", text, re.MULTILINE)
    said = {
        word: [name for one, yes in rows if yes == word for name in re.findall("`(.+?)`", one)]
        for word in ("yes", "no")
    }
    assert sorted(said["yes"]) == sorted((*SINGLE_FILES, *DATABASES, *FOLDERS))
    chot("webhook", "add", "ben", "https://ben.example", "--feed", "alerts:home",
         "--data", demo_data)  # fmt: skip
    chot("backup", "--data", demo_data, "--output", tmp_path / "chot.bak")
    names = [one.name for one in demo_data.iterdir()]
    told = said["yes"] + said["no"]
    assert [one for one in names if not any(fnmatch(one, name) for name in told)] == []
    chot("restore", tmp_path / "chot.bak", "--data", tmp_path / "new")
    there = {one.name for one in (tmp_path / "new").iterdir()}
    assert {one for one in names if one in said["yes"]} <= there
    assert "ben" in chot("webhook", "list", "--data", tmp_path / "new").output


def test_every_code_has_words() -> None:
    code = "".join(
        (ROOT / name).read_text("utf-8")
        for name in ("server/backup.py", "server/restore.py", "server/sealed_file.py")
    )
    assert [one for one in BACKUP_ERRORS | RESTORE_ERRORS if f'"{one}"' not in code] == []
