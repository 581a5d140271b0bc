"""What destroys says what will be lost, and does nothing in a dry run or when it is told no."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cli.data import viewed
from cli.demo.make import make_demo
from server.store.view_protocol import Criteria
from tests.cli.conftest import NOON_MS, Chot


def digest(data: Path) -> str:
    """Of all that erasing or compacting would change; looking adds to the audit only."""
    with viewed(data) as store:
        whole = [
            (one.row.record, sorted(map(str, one.people.items())), len(one.history))
            for one in store.each_crossing(0, 1 << 46, (), persons=True)
        ]
    return hashlib.sha256(str(whole).encode()).hexdigest()


def test_erase_and_compact_foretell_and_change_nothing(chot: Chot, tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_demo(data, NOON_MS, lambda _: None, days=1)
    with viewed(data) as store:
        record = store.search(Criteria(), "", 1)[0][0].record
    before = digest(data)
    why = ("--record", record, "--reason", "request", "--basis", "1", "--data", data)
    assert "Chưa xóa gì" in chot("erase", *why, "--dry-run").output
    asked = chot("erase", *why, exit_code=1, stdin="n\n").output
    assert "phần cá nhân của 1 sự kiện" in asked and "Aborted" in asked
    old = ("--before", "2026-11-01", "--data", data)
    assert "Chưa gộp gì" in chot("compact", *old, "--dry-run").output
    assert digest(data) == before


def test_a_tablet_is_named_before_it_is_lost(chot: Chot, demo_data: Path) -> None:
    where = ("--data", demo_data)
    tablet = json.loads(chot("device", "list", *where, "--json").stdout)[0]
    for command in ("wipe", "revoke"):
        asked = chot("device", command, tablet["id"], *where, exit_code=1, stdin="n\n").output
        assert tablet["name"] in asked and "chưa gửi" in asked
    again = json.loads(chot("device", "list", *where, "--json").stdout)[0]
    assert again["state"] == tablet["state"] == "tốt"
