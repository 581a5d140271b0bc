"""A new server without a question, and nothing left where it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.config import load_config
from server.passwords import password_matches
from server.store.sqlite import open_store
from tests.cli.conftest import Chot


def test_a_new_server_can_be_signed_in_to_and_is_healthy(chot: Chot, tmp_path: Path) -> None:
    data = tmp_path / "srv" / "chot"
    made = json.loads(chot("init", "--data", data, "--unit", "UBND phường", "--json").output)
    assert load_config(data).unit == "UBND phường"
    assert not load_config(data).demo
    store = open_store(load_config(data))
    try:
        admin = store.user("quantri")
        assert admin is not None and admin.role == "admin"
        assert password_matches(made["admin"]["password"], admin.password_hash)
        assert admin.totp_secret == made["admin"]["totp_secret"]
        assert made["server"] == store.server_id
        assert [one.what for _, one in store.audited(0, 10)] == ["init", "user.add"]
    finally:
        store.close()
    for path in (data, data / "keys", data / "log.db", data / "config.json"):
        assert path.stat().st_mode & 0o077 == 0
    found = json.loads(chot("doctor", "--data", data, "--json", exit_code=1).output)
    assert [one["check"] for one in found if one["level"] == "bad"] == []
    for file in data.iterdir():
        assert not file.is_file() or made["admin"]["password"].encode() not in file.read_bytes()


def test_what_comes_next_is_said_as_commands(chot: Chot, tmp_path: Path) -> None:
    said = chot("init", "--data", tmp_path / "x", "--unit", "Chốt", "--no-totp").output
    assert "chot checkpoint add" in said and "chot serve" in said and "TOTP" not in said


def test_a_directory_with_data_stays_as_it_is(chot: Chot, demo_data: Path) -> None:
    before = sorted(one.name for one in demo_data.iterdir())
    refused = chot("init", "--data", demo_data, "--unit", "Chốt", exit_code=1)
    assert "đã có dữ liệu" in refused.output
    assert sorted(one.name for one in demo_data.iterdir()) == before


@pytest.mark.parametrize(
    "options",
    [
        ("--public-url", "http://chot.example"),
        ("--report-hours", "12,6"),
        ("--report-hours", "six"),
        ("--password-file", "-"),
        ("--admin", "Quản Trị"),
        ("--unit", " "),
    ],
)
def test_a_mistake_leaves_nothing_behind(
    chot: Chot, tmp_path: Path, options: tuple[str, str]
) -> None:
    said = chot(
        "init", "--unit", "Chốt", "--data", tmp_path / "new", *options, exit_code=1, stdin="ngan"
    )
    assert "Error:" in said.output
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing_behind(
    chot: Chot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "packs")

    monkeypatch.setattr("cli.init.publish_packs", fail)
    chot("init", "--unit", "Chốt", "--data", tmp_path / "new", exit_code=1)
    assert list(tmp_path.iterdir()) == []
