"""Flags beat the environment, the environment beats the file, and nothing is silently ignored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Chot


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CHOT_DATA", raising=False)
    path = tmp_path / "config" / "chot" / "chot.toml"
    path.parent.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return path


def test_flags_beat_the_environment_and_that_beats_the_file(
    chot: Chot, demo_data: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(f'data = "{demo_data}"\n[audit]\nlast = 1\njson = true\n', "utf-8")
    for _ in range(3):
        chot("audit")  # each look is an entry
    assert len(json.loads(chot("audit").stdout)) == 1
    monkeypatch.setenv("CHOT_AUDIT_LAST", "2")
    assert len(json.loads(chot("audit").stdout)) == 2
    assert len(json.loads(chot("audit", "--last", "3").stdout)) == 3


def test_a_table_reaches_a_subcommand(chot: Chot, demo_data: Path, settings: Path) -> None:
    settings.write_text(
        f'data = "{demo_data}"\n[alerts]\n[alerts.list]\nstate = "nowhere"\n', "utf-8"
    )
    assert "'nowhere' is not one of" in chot("alerts", "list", exit_code=2).output


def test_the_file_named_is_the_one_that_counts(
    chot: Chot, demo_data: Path, settings: Path, tmp_path: Path
) -> None:
    settings.write_text("nonsense", "utf-8")
    other = tmp_path / "other.toml"
    other.write_text(f'data = "{demo_data}"\n', "utf-8")
    assert chot("--config", other, "checkpoint", "list").output
    assert str(settings) in chot("checkpoint", "list", exit_code=1).output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("datta = 1", "'datta'"),
        ("[audit]\nlats = 3", "[audit] không có 'lats'"),
        ("[alerts.list]\nstat = 3", "[alerts.list] không có 'stat'"),
        ("audit = 3\n", "'audit' không đặt được"),
        ("[audit", "cannot be read"),
        ("[purge]\nyes = true", "nêu trên dòng lệnh mỗi lần"),
        ("[export.crossings]\nunmask = true", "nêu trên dòng lệnh mỗi lần"),
    ],
)
def test_a_name_that_nobody_knows_stops_the_command(
    chot: Chot, settings: Path, text: str, said: str
) -> None:
    settings.write_text(text, "utf-8")
    command = {"[a": "audit", "[p": "purge", "[e": "export"}.get(text[:2], "audit")
    args = ["alerts", "list"] if "alerts" in text else [command]
    args += {"purge": ["--before", "2020-01-01"], "export": ["crossings"]}.get(args[0], [])
    assert said in chot(*args, exit_code=1).output


def test_no_variable_confirms_a_destruction(
    chot: Chot, demo_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--data", demo_data)
    device = json.loads(chot("device", "list", *where, "--json").stdout)[0]["id"]
    monkeypatch.setenv("CHOT_DEVICE_REVOKE_YES", "1")
    refused = chot("device", "revoke", device, *where, exit_code=1, stdin="n")
    assert "Aborted" in refused.output


def test_values_of_the_file_are_read_like_those_of_a_command_line(
    chot: Chot, demo_data: Path, settings: Path
) -> None:
    settings.write_text(
        f'\ufeffdata = "{demo_data}"\n[export.crossings]\ncheckpoint = "nt-ca-na"\n'
        "from = 2026-11-21\nto = 2026-11-22T11:00:00\n",
        "utf-8",
    )
    assert chot("export", "crossings").exit_code == 0
    settings.write_text("data = 5\n", "utf-8")
    assert "'5'" in chot("audit", exit_code=1).output
    settings.write_text("[audit]\nlast = [1, 2]\n", "utf-8")
    assert "[audit] 'last' chỉ nhận một giá trị" in chot("audit", exit_code=1).output


@pytest.mark.parametrize("name", ["config.json", "schedule.json", "letterhead.json"])
def test_a_file_that_windows_wrote_is_read_or_refused_in_a_line(
    chot: Chot, demo_data: Path, settings: Path, name: str
) -> None:
    settings.unlink(missing_ok=True)
    file = demo_data / name
    held = file.read_text("utf-8") if file.exists() else "{}"
    commands = {"schedule.json": ("schedule", "show"), "config.json": ("user", "list")}
    command = commands.get(name, ("report", "--format", "html"))
    marked, wide = held.encode("utf-8-sig"), held.encode("utf-16")
    for data, exit_code in ((marked, 1 if name == "schedule.json" else 0), (wide, 1)):
        file.write_bytes(data)
        said = chot(*command, "--data", demo_data, exit_code=exit_code).output
        assert "BOM" not in said and (data == marked or name in said)
