"""Any moment of the log, from a replica that Litestream wrote: as docs/how-to/backup.md says."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.passphrase import VARIABLE
from server.config import load_config
from server.erasure_list import FILE
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import enrolled

LITESTREAM = Path(__file__).parents[2] / "build" / "readers" / "bin" / "litestream"
DAY_MS = 86_400_000
PLACE = "nt-ca-na"


def litestream(*asked: str | Path) -> None:
    run = subprocess.run([LITESTREAM, *asked], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def newest(replica: Path) -> str:
    """The newest transaction that the replica has."""
    return max(one.stem.split("-")[1] for one in replica.rglob("*.ltx"))


@pytest.mark.slow
@pytest.mark.skipif(not LITESTREAM.exists(), reason="no Litestream: make readers")
def test_any_moment_comes_back_as_a_server_of_a_new_epoch_that_forgot_what_was_purged(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "mười hai con gà trống")
    replica, moment, new = tmp_path / "replica", tmp_path / "moment", tmp_path / "new"
    replicate = ("replicate", "-once", demo_data / "log.db", f"file://{replica}")
    with open_store(load_config(demo_data)) as store:  # served meanwhile
        tablet = enrolled(store, random.Random(3), PLACE)
        tablet.now_ms = NOON_MS - 12 * DAY_MS
        tablet.push(store, tablet.traffic(20))
        litestream(*replicate)
        then = newest(replica)
        lost = tablet.traffic(10)
        tablet.push(store, lost)
        litestream(*replicate)
        assert newest(replica) > then
        chot("purge", "--before", "2026-11-11", "--yes", "--data", demo_data)
        litestream(*replicate)
        epoch = store.epoch
    moment.mkdir()
    litestream("restore", "-txid", then, "-o", moment / "log.db", f"file://{replica}")
    shutil.copytree(demo_data / "keys", moment / "keys")
    chot("backup", "--data", moment, "--output", tmp_path / "moment.bak")
    chot("restore", tmp_path / "moment.bak", "--data", new, "--erasures", demo_data / FILE)
    with open_store(load_config(new)) as store:
        assert store.epoch > epoch
        events = store.pull([PLACE], 0, 500, True).events
        assert [one.person for one in events if one.device == tablet.device.id] == [None] * 20
        answer = tablet.push(store, lost, NOON_MS)
        assert {one.state for one in answer.results} == {"accepted"}, "the tablet offers it again"
    assert chot("verify-log", "--data", new, "--strict").stdout
