"""An issued report is read again years later: after late events, a lost disk and a purge."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path

import pytest

from cli.passphrase import VARIABLE
from server.config import load_config
from server.erasure_list import FILE
from server.projector import rebuild
from server.store.sqlite import open_store
from sync.batch import Batch
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import Tablet, enrolled

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
CUT_MS = NOON_MS - 12 * DAY_MS + HOUR_MS
AT = "2026-11-10T12:00"
LATE = 5_000
LAYOUTS = ("json", "html", "docx")


def shown(chot: Chot, data: Path, folder: Path) -> tuple[dict[str, bytes], str, list[str]]:
    """(what `report show` writes by layout, its SHA-256, the lines of the addendum)."""
    folder.mkdir()
    made, said = {}, ""
    for layout in LAYOUTS:
        path = folder / f"bc.{layout}"
        said = chot("report", "show", "05", "--data", data, "--output", path).stderr
        made[layout] = path.read_bytes()
        if layout == "docx":
            with zipfile.ZipFile(path) as book:
                made[layout] = book.read("word/document.xml")
    assert "Chữ ký đúng" in said
    digest = re.search(r"sha256 ([0-9a-f]{64})", said)
    assert digest is not None
    _, _, addendum = said.partition("Bổ sung sau khi ban hành:\n")
    return made, digest[1], [line.strip() for line in addendum.splitlines()]


def late(tablet: Tablet) -> list[Batch]:
    """Crossings of the morning before the cut-off that come too late for the report."""
    batches = []
    for _ in range(LATE // 500):
        tablet.now_ms = CUT_MS - 2 * HOUR_MS
        batches.append(tablet.traffic(500))
    return batches


@pytest.mark.slow
def test_late_events_a_restore_and_a_purge_change_nothing_of_an_issued_report(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "mười hai con gà trống")
    backup, new = tmp_path / "chot.bak", tmp_path / "new"
    with open_store(load_config(demo_data)) as store:
        # At two checkpoints: two tablets of one would be linked where they drew the same plate.
        tablet = enrolled(store, random.Random(3), "nt-ca-na")
        slow = enrolled(store, random.Random(4), "hd-ql6")
        tablet.now_ms = slow.now_ms = CUT_MS - 3 * HOUR_MS
        tablet.push(store, tablet.traffic(40), CUT_MS - HOUR_MS)
    issue = ("report", "issue", "--data", demo_data, "--at", AT, "--yes", "--number", "05")
    chot(*issue)
    first = shown(chot, demo_data, tmp_path / "first")
    assert json.loads(first[0]["json"])["periods"]["cut"]["figures"]["crossings"] == 40
    assert first[2] == []
    before, after = late(slow), late(tablet)
    with open_store(load_config(demo_data)) as store:
        for batch in before:
            slow.push(store, batch, CUT_MS + HOUR_MS)
    chot("backup", "--data", demo_data, "--output", backup)
    with open_store(load_config(demo_data)) as store:
        for batch in after:
            tablet.push(store, batch, CUT_MS + DAY_MS)
    chot("purge", "--before", "2026-11-11", "--yes", "--data", demo_data)
    told = shown(chot, demo_data, tmp_path / "second")
    assert told[:2] == first[:2]
    assert "Lượt phương tiện: +10.000 " in " ".join(told[2])
    # The disk is lost with what came after the backup; the tablet that wrote it offers it again.
    chot("restore", backup, "--data", new, "--erasures", demo_data / FILE)
    with open_store(load_config(new)) as store:
        for batch in after:
            tablet.push(store, batch, CUT_MS + 2 * DAY_MS)
    chot("purge", "--before", "2026-11-20", "--yes", "--data", new)
    rebuild(new)
    again = shown(chot, new, tmp_path / "third")
    assert again == told
    proof = json.loads(chot("purge", "--proof", "--json", "--data", new).stdout)
    assert {one["state"] for one in proof["days"]} == {"gone"} and len(proof["days"]) >= 2
    assert chot("verify-log", "--data", new, "--strict").stdout
