"""`chot verify-log`: what a person and a program are told, and the exit code."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.demo.make import make_demo
from cli.verify_log import BREAKS
from tests.cli.conftest import NOON_MS, Chot

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("day") / "data"
    make_demo(data, NOON_MS - NOON_MS % 86_400_000 + 4 * 3_600_000, lambda _: None, days=0)
    make_demo(data, NOON_MS - NOON_MS % 86_400_000 + 5 * 3_600_000, lambda _: None, days=1)
    return data


def test_a_whole_log_is_told_device_by_device(chot: Chot, day: Path) -> None:
    before = (day / "log.db").read_bytes()
    told = json.loads(chot("verify-log", "--data", day, "--json", "--strict").stdout)
    assert (told["whole"], told["breaks"], told["first_break"]) == (True, 0, None)
    assert told["events"] == sum(one["events"] for one in told["devices"]) > 50
    assert all(one["through"] == one["events"] for one in told["devices"])
    shown = chot("verify-log", "--data", day).stdout
    assert "nguyên vẹn" in shown
    assert all(one["device"] in shown for one in told["devices"] if one["events"])
    assert (day / "log.db").read_bytes() == before, "nothing is written"


def test_a_break_is_named_and_ends_with_exit_code_1(chot: Chot, day: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(day / "keys", copy / "keys")
    with (
        closing(sqlite3.connect(day / "log.db")) as source,
        closing(sqlite3.connect(copy / "log.db")) as log,
    ):
        source.backup(log)
        n, device, seq, last = log.execute(
            "SELECT n, id, first, first + count - 1 FROM runs JOIN devices ON no = device"
            " WHERE n >= 17 ORDER BY n LIMIT 1"
        ).fetchone()
        log.execute(f"UPDATE runs SET bodies = replace(bodies, 'cross', 'Cross') WHERE n = {n}")
        log.commit()
    told = json.loads(chot("verify-log", "--data", copy, "--json", exit_code=1).stdout)
    assert told["first_break"] == {
        "device": device,
        "seq": seq,
        "code": "run.hash",
        "detail": "",
        "last": last,
    }
    shown = chot("verify-log", "--data", copy, exit_code=1).stdout
    place = f"{device}:{seq}" if seq == last else f"{device}:{seq}–{last}"
    assert f"{place}  {BREAKS['run.hash']}" in shown


def test_a_directory_without_data_is_told_in_one_line(chot: Chot, tmp_path: Path) -> None:
    assert "Chưa có dữ liệu" in chot("verify-log", "--data", tmp_path, exit_code=1).output


def test_every_code_of_a_break_has_words() -> None:
    code = "".join(
        (ROOT / "server/store/log" / name).read_text("utf-8")
        for name in ("branches.py", "run_check.py", "verify.py")
    )
    kinds = "audit|batch|chain|device|envelope|event|feed|log|person|run"
    used = set(re.findall(rf'"((?:{kinds})\.[a-z]+)"', code)) - {"log.db"}
    assert used == set(BREAKS)
