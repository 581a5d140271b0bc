"""Lists: a table on a terminal of any width, tabs in a pipe, everything as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.shown import tell_rows, wide
from tests.cli.conftest import Chot

HEADINGS = {"id": "mã", "name": "tên", "note": "ghi chú"}
ROWS: list[dict[str, Any]] = [
    {"id": "01a1ef11-214e-77ed-a27e-5163a6c4d97d", "name": "Chốt Cà Ná", "note": "x" * 80},
    {"id": "01a1ef11-214e-7d85-b93a-f4d9d5d37f9d", "name": "", "note": None},
]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_table_fits_the_terminal_and_cuts_no_id(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    tell_rows(HEADINGS, ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert all(wide(line) <= max(columns, 36 + 6 + 7 + 4) for line in lines[1:])
    assert [line.split()[0] for line in lines[1:]] == [one["id"] for one in ROWS]


def test_a_pipe_gets_whole_values_and_json_gets_what_no_column_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_rows(HEADINGS, ROWS)
    assert capsys.readouterr().out.splitlines()[0].split("\t")[2] == "x" * 80
    tell_rows({"id": "mã"}, ROWS, is_json=True)
    assert json.loads(capsys.readouterr().out) == ROWS


LISTS = (
    ("user", "list"),
    ("device", "list"),
    ("officer", "list"),
    ("checkpoint", "list"),
    ("keys", "list"),
    ("trust", "list"),
    ("bulletin", "list"),
    ("alerts", "list"),
    ("road", "list"),
    ("lane", "list"),
    ("company", "list"),
    ("worker", "list"),
)


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_every_list_is_json_when_asked_and_holds_no_secret(
    chot: Chot, demo_data: Path, command: tuple[str, ...]
) -> None:
    said = chot(*command, "--data", demo_data, "--json").stdout
    assert isinstance(json.loads(said), list)
    assert not any(word in said for word in ("password_hash", "totp_secret", "kek", "jwk"))
    lines = chot(*command, "--data", demo_data).stdout.splitlines()
    assert len(lines) == len(json.loads(said))


def test_what_is_in_force_is_json_when_asked(chot: Chot, demo_data: Path) -> None:
    steps = json.loads(chot("procedures", "show", "--data", demo_data, "--json").stdout)["steps"]
    assert {one["id"] for one in steps} and all(one["vi"] for one in steps)
    legal = json.loads(chot("offences", "show", "--data", demo_data, "--json").stdout)
    lines = chot("offences", "show", "--data", demo_data).stdout.splitlines()
    assert len(lines) == len(legal.get("legal", ()))
    book = json.loads(chot("hotlines", "show", "--data", demo_data, "--json").stdout)
    lines = chot("hotlines", "show", "--data", demo_data).stdout.splitlines()
    assert len(lines) == sum(len(one) for one in book.values()) > 0
    here = ("hotlines", "show", "--data", demo_data, "--checkpoint", "nt-ca-na")
    own = json.loads(chot(*here, "--json").stdout)["hotlines"]
    assert [one["checkpoint"] for one in own] == ["nt-ca-na"]
    assert own[0]["number"] in chot(*here).stdout and own[0] in book["hotlines"]


def test_a_user_is_shut_out_let_in_and_given_a_new_password(chot: Chot, demo_data: Path) -> None:
    def state() -> str:
        users = json.loads(chot("user", "list", "--data", demo_data, "--json").stdout)
        return next(str(one["state"]) for one in users if one["login"] == "canhsat")

    chot("user", "disable", "canhsat", "--data", demo_data)
    assert state() == "khóa"
    chot("user", "enable", "canhsat", "--data", demo_data)
    assert state() == "mở"
    asked = "mat-khau-moi-1\nmat-khau-moi-1\n"
    assert "Đã đổi" in chot("user", "password", "canhsat", "--data", demo_data, stdin=asked).output
    short = chot("user", "password", "canhsat", "--data", demo_data, "--password", "ngan",
                 exit_code=1)  # fmt: skip
    assert "10 ký tự" in short.output
    unknown = chot("user", "disable", "nobody", "--data", demo_data, exit_code=1).output
    assert "Đang có: canhsat" in unknown
