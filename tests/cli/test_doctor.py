"""`chot doctor` finds what was broken on purpose, and names the command that mends it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.data import now_ms
from server.config import load_config
from server.store.sqlite import open_store
from tests.cli.conftest import Chot
from tests.server.store.tablets import enrolled

HOUR_MS = 3_600_000


def found(chot: Chot, data: Path, exit_code: int) -> dict[str, Any]:
    said = chot("doctor", "--data", data, "--json", exit_code=exit_code).output
    return {one["check"]: one for one in json.loads(said)}


def test_a_fresh_server_lacks_a_backup_and_nothing_is_broken(chot: Chot, demo_data: Path) -> None:
    chot("rebuild", "--data", demo_data)
    checks = found(chot, demo_data, 1)
    assert not [one for one in checks.values() if one["level"] == "bad"]
    assert "--off-machine" in checks["backup"]["mend"]
    assert checks["audit"]["level"] == checks["log.file"]["level"] == "ok"
    told = chot("doctor", "--data", demo_data, exit_code=1).output
    assert "→ chot backup" in told


def test_keys_that_others_may_read_are_bad(chot: Chot, demo_data: Path) -> None:
    (demo_data / "keys" / "master.key").chmod(0o644)
    checks = found(chot, demo_data, 2)
    assert checks["keys"]["level"] == "bad"


def test_a_missing_index_and_a_changed_audit_are_seen(chot: Chot, demo_data: Path) -> None:
    chot("rebuild", "--data", demo_data)
    chot("alerts", "list", "--data", demo_data)
    view = sqlite3.connect(demo_data / "view.db")
    view.execute("DROP INDEX crossings_by_plate")
    view.commit()
    view.close()
    log = sqlite3.connect(demo_data / "log.db")
    # Whoever has the file can take the trigger away; the chain still tells.
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    for (name,) in log.execute(triggers).fetchall():
        log.execute(f"DROP TRIGGER {name}")
    log.execute("UPDATE audit SET who = 'nobody' WHERE n = 1")
    log.commit()
    log.close()
    checks = found(chot, demo_data, 2)
    assert "crossings_by_plate" in checks["view.index"]["said"]
    assert checks["view.index"]["mend"] == "chot rebuild"
    assert checks["audit"]["level"] == "bad" and "số 1" in checks["audit"]["said"]


def test_a_silent_tablet_with_unsent_events_and_a_wrong_clock(chot: Chot, demo_data: Path) -> None:
    store = open_store(load_config(demo_data))
    now = now_ms()
    for number in range(3):
        tablet = enrolled(store, random.Random(number), "nt-ca-na")
        store.contact(tablet.device.id, now - 3 * HOUR_MS, 7, 600_000)
    store.close()
    checks = found(chot, demo_data, 1)
    assert "còn 7 sự kiện" in checks["device.undrained"]["said"]
    assert checks["clock"]["level"] == "warn" and "600 giây" in checks["clock"]["said"]


def test_little_room_is_said(chot: Chot, demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(demo_data)._replace(free=100 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    checks = found(chot, demo_data, 2)
    assert checks["disk"]["level"] == "bad" and "chot compact" in checks["disk"]["mend"]


def test_a_setting_that_is_none_ends_the_visit(chot: Chot, demo_data: Path) -> None:
    (demo_data / "config.json").write_text('{"unitt": 1}')
    assert found(chot, demo_data, 2)["config"]["level"] == "bad"
