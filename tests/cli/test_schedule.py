"""What an administrator sees of the reports that are written by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli.schedule
from server.doctor import Finding, examine
from tests.cli.conftest import NOON_MS, Chot
from tests.server.scheduling.mail_server import free_port, mail_server

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
EVENING_MS = NOON_MS + 7 * HOUR_MS + 5 * MINUTE_MS
"""18:05 in Vietnam: NOON_MS is an hour before noon there."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    now = [EVENING_MS - 15 * MINUTE_MS]
    monkeypatch.setattr(cli.schedule, "now_ms", lambda: now[0])
    return now


def set_up(data: Path, folder: Path, **more: Any) -> None:
    settings = {"folder": str(folder), "formats": ["json", "html"]} | more
    (data / "schedule.json").write_text(json.dumps(settings), "utf-8")


def test_a_timer_runs_what_is_due_and_a_second_run_nothing(
    chot: Chot, demo_data: Path, tmp_path: Path, clock: list[int]
) -> None:
    folder = tmp_path / "bao-cao"
    set_up(demo_data, folder)
    assert "Chưa có việc" in chot("schedule", "run", "--data", demo_data).output
    shown = chot("schedule", "show", "--data", demo_data).output
    assert "báo cáo 18:00 ngày 22/11/2026, làm lúc 18:05" in shown and "không gửi thư" in shown
    clock[0] = EVENING_MS
    said = chot("schedule", "run", "--data", demo_data).output
    assert "bao-cao-2026-11-22-18h00.json" in said
    assert sorted(one.name for one in folder.iterdir()) == [
        "bao-cao-2026-11-22-18h00.html",
        "bao-cao-2026-11-22-18h00.json",
    ]
    assert "Chưa có việc" in chot("schedule", "run", "--data", demo_data).output
    assert "Đã làm    báo cáo 18:00" in chot("schedule", "show", "--data", demo_data).output
    [one] = json.loads(chot("schedule", "show", "--json", "--data", demo_data).output)["written"]
    assert one["made_ms"] == EVENING_MS and one["mailed_ms"] is None


def test_what_went_wrong_is_shown_until_it_is_put_right(
    chot: Chot, demo_data: Path, tmp_path: Path, clock: list[int]
) -> None:
    mail = {
        "host": "127.0.0.1",
        "port": free_port(),
        "security": "none",
        "sender": "chot@quan.example",
        "to": ["bcd@quan.example"],
    }
    set_up(demo_data, tmp_path / "bao-cao", mail=mail)
    chot("schedule", "run", "--data", demo_data)
    clock[0] = EVENING_MS
    said = chot("schedule", "run", "--data", demo_data, exit_code=1).output
    assert "mail.connect" in said and "bao-cao-2026-11-22-18h00.html" in said
    shown = chot("schedule", "show", "--data", demo_data, exit_code=1).output
    assert "CHƯA gửi thư" in shown and "mail.connect, lúc 18:05" in shown
    assert "mail.connect" in chot("schedule", "test-mail", "--data", demo_data, exit_code=1).output
    with mail_server(tmp_path / "mail", "none") as server:
        set_up(demo_data, tmp_path / "bao-cao", mail=mail | {"port": server.port})
        said = chot("schedule", "test-mail", "--data", demo_data).output
        assert "1/1" in said
        assert "đã gửi thư" in chot("schedule", "run", "--data", demo_data).output
        trial, report = server.messages()
        assert str(trial["Subject"]).startswith("Thư thử")
        assert not list(trial.iter_attachments())
        assert len(list(report.iter_attachments())) == 2
        server.refuses = {"bcd@quan.example"}
        said = chot("schedule", "test-mail", "--data", demo_data, exit_code=1).output
        assert "mail.refused" in said
    assert "gửi thư 18:05" in chot("schedule", "show", "--data", demo_data).output


def test_without_settings_or_with_wrong_ones_it_says_so(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    for command in ("show", "run", "test-mail"):
        said = chot("schedule", command, "--data", demo_data, exit_code=1).output
        assert "schedule.json" in said
    set_up(demo_data, tmp_path, wait_minutes=-1)
    for command in ("show", "run", "test-mail"):
        said = chot("schedule", command, "--data", demo_data, exit_code=1).output
        assert "wait_minutes" in said
    set_up(demo_data, tmp_path)
    assert "mail" in chot("schedule", "test-mail", "--data", demo_data, exit_code=1).output


def test_doctor_sees_a_schedule_that_is_wrong_late_or_failing(
    chot: Chot, demo_data: Path, tmp_path: Path, clock: list[int]
) -> None:
    def found() -> list[Finding]:
        return [one for one in examine(demo_data, clock[0]) if one.check == "schedule"]

    assert found() == []
    set_up(demo_data, tmp_path, wait_minutes=-1)
    [one] = found()
    assert one.level == "bad" and "wait_minutes" in one.said
    set_up(demo_data, tmp_path / "bao-cao")
    assert [one.level for one in found()] == ["warn"]
    chot("schedule", "run", "--data", demo_data)
    assert [one.level for one in found()] == ["ok"]
    clock[0] = EVENING_MS + HOUR_MS
    [one] = found()
    assert one.level == "warn" and "1 báo cáo chưa được lập" in one.said
    (tmp_path / "bao-cao").write_text("no folder")
    chot("schedule", "run", "--data", demo_data, exit_code=1)
    [one] = found()
    assert one.level == "warn" and "folder" in one.said
