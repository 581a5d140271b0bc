"""`chot rules publish`: checked, shown, asked, signed; ahead of its time it waits in tablets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.data import now_ms, opened
from rules import RulePack, decide, parse_pack_content, to_iso
from server.keys import KeyRing
from server.packs import checkpoint_scope, content_of
from tests.cli.conftest import Chot
from tests.rules.journeys import PACKS

FILES = Path(__file__).parent / "rules_files"
PLACE = "hd-ql6"
DAY_MS = 86_400_000
JOURNEY = {
    "direction": "in",
    "purpose": "other",
    "checkpoint": {"id": PLACE, "province": "01", "class": "border"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A pack of rules that all leave open since when they hold."""
    text = (FILES / "cua_ngo.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if "effective_" not in line]
    (tmp_path / "hn.yaml").write_text("\n".join(lines), "utf-8")
    shutil.copy(FILES / "cua_ngo_journeys.yaml", tmp_path / "hn_journeys.yaml")
    return tmp_path / "hn.yaml"


def published(data: Path, place: str = PLACE) -> tuple[int, Any]:
    with opened(data) as store:
        pack = store.pack("rules", checkpoint_scope(place))
        assert pack is not None
        return pack.version, content_of(pack, KeyRing.load_or_create(data), now_ms())


def reason(content: Any, at_ms: int) -> str:
    pack = RulePack("rules", 1, at_ms, parse_pack_content(content))
    return decide(None, JOURNEY, {}, at_ms, pack).reasons[0]


def audited(data: Path) -> list[tuple[str, str, Any]]:
    with opened(data) as store:
        entries = [entry for _, entry in store.audited(0, 10_000)]
    return [(one.subject, one.reference, one.details) for one in entries if "rules" in one.what]


def test_a_file_becomes_the_next_version_and_is_noted_down(
    chot: Chot, demo_data: Path, file: Path
) -> None:
    began_ms = now_ms()
    said = chot("rules", "publish", file, "--checkpoint", PLACE, "--yes", "--data", demo_data)
    assert "CHƯA XÁC NHẬN" in said.output
    assert "-  hd-emergency" in said.output
    version, content = published(demo_data)
    assert version == 2
    rules = parse_pack_content(content).rules
    assert [one.id for one in rules] == ["emergency", "doses", "red-zone"]
    assert all(began_ms <= one.effective_from_ms <= now_ms() for one in rules)
    [(subject, reference, details)] = audited(demo_data)
    assert (subject, reference) == (PLACE, "hn.yaml")
    assert details == {"version": 2, "rules": 3, "unconfirmed": ["doses"], "effective": None}
    again = chot("rules", "publish", file, "--checkpoint", PLACE, "--yes", "--data", demo_data)
    assert "Không thay đổi gì." in again.output
    assert published(demo_data) == (2, content)
    assert len(audited(demo_data)) == 1


def test_published_ahead_the_old_rules_hold_until_the_moment(
    chot: Chot, demo_data: Path, file: Path
) -> None:
    _, before = published(demo_data)
    then_ms = now_ms() // 60_000 * 60_000 + 2 * DAY_MS
    words = ("--effective", to_iso(then_ms), "--yes", "--data", demo_data)
    said = chot("rules", "publish", file, "--checkpoint", PLACE, *words)
    assert "Áp dụng từ" in said.output
    version, content = published(demo_data)
    assert version == 2
    assert reason(before, then_ms) == "declaration_required"
    assert [reason(content, then_ms + late) for late in (-DAY_MS, -1)] == [
        "declaration_required"
    ] * 2
    assert [reason(content, then_ms + late) for late in (0, DAY_MS)] == ["ask"] * 2
    begins = {one["id"]: one["effective_from"] for one in content["rules"]}
    assert begins["emergency"] == to_iso(then_ms)
    chot("rules", "publish", file, "--checkpoint", PLACE, "--yes", "--data", demo_data)
    version, content = published(demo_data)
    assert (version, reason(content, now_ms())) == (3, "ask")


def test_a_date_that_the_file_gives_is_kept_and_said(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    pack = json.loads((PACKS / "ha_dong_2021_08.json").read_text("utf-8"))
    pack["rules"][0]["effective_from"] = "2021-09-01T00:00:00+07:00"
    file = tmp_path / "hd.json"
    file.write_text(json.dumps(pack), "utf-8")
    words = ("--effective", to_iso(now_ms() + DAY_MS), "--yes", "--data", demo_data)
    said = chot("rules", "publish", file, "--checkpoint", PLACE, *words)
    assert "giữ nguyên: hd-emergency" in said.output
    _, content = published(demo_data)
    begins = {one["id"]: one["effective_from"] for one in content["rules"]}
    assert begins["hd-emergency"].startswith("2021-0")


def test_a_province_is_all_its_checkpoints(chot: Chot, demo_data: Path, file: Path) -> None:
    chot("rules", "publish", file, "--province", "01", "--yes", "--data", demo_data)
    assert published(demo_data, "hd-ql6")[0] == published(demo_data, "hd-to-huu")[0] == 2
    assert published(demo_data, "nt-ca-na")[0] == 1
    chot("rules", "publish", file, "--province", "99", "--yes", "--data", demo_data, exit_code=1)


def test_rules_that_never_hold_at_a_checkpoint_are_named(
    chot: Chot, demo_data: Path, file: Path
) -> None:
    said = chot("rules", "publish", file, "--checkpoint", "nt-ca-na", "--yes", "--data", demo_data)
    assert "không áp dụng ở đây: doses, red-zone" in said.output


def test_nothing_is_published_without_a_yes(chot: Chot, demo_data: Path, file: Path) -> None:
    words = ("rules", "publish", file, "--checkpoint", PLACE, "--data", demo_data)
    chot(*words, stdin="n\n", exit_code=1)
    chot(*words, exit_code=1)
    assert published(demo_data)[0] == 1
    assert audited(demo_data) == []
    chot(*words, stdin="y\n")
    assert published(demo_data)[0] == 2


def test_a_refused_file_is_never_published(chot: Chot, demo_data: Path) -> None:
    for name in ("sai.yaml", "hong.yaml"):
        words = (FILES / name, "--checkpoint", PLACE, "--yes", "--data", demo_data)
        assert "Không ban hành" in chot("rules", "publish", *words, exit_code=1).output
    assert published(demo_data)[0] == 1


def test_where_to_publish_has_to_be_said_and_known(chot: Chot, demo_data: Path, file: Path) -> None:
    chot("rules", "publish", file, "--yes", "--data", demo_data, exit_code=2)
    words = ("--checkpoint", "no-such", "--yes", "--data", demo_data)
    chot("rules", "publish", file, *words, exit_code=1)
