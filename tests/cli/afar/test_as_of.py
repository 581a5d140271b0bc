"""`--server … --as-of`: an export as the server knew then, and beside it what came after."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.cli.afar.conftest import WINDOW
from tests.cli.conftest import Chot

NINE = ("--as-of", "2026-11-22 09:00")
WHY = ("--unmask", "--purpose", "truy vết", "--case", "12/CV-CDC")


@pytest.mark.parametrize("table", ["crossings", "goods", "conflicts", "events"])
def test_what_was_known_then_and_what_came_after_are_those_of_the_server(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path, table: str
) -> None:
    here, there = _both(chot, tmp_path, table, ("--data", busy), afar, NINE)
    assert there == here
    then, after = here["then.jsonl"].splitlines(), here["after.csv"].splitlines()
    assert after[0].startswith("\ufeff".encode())
    if table != "conflicts":
        assert len(then) > 50 and len(after) > 50
    if table == "events":
        numbers = [json.loads(line)["n"] for line in then]
        every = chot("export", table, "--data", busy, *WINDOW, "--format", "jsonl").stdout
        assert [json.loads(line)["n"] for line in every.splitlines()][: len(numbers)] == numbers
        assert len(every.splitlines()) == len(numbers) + len(after) - 1


def test_a_number_of_the_log_says_the_same_as_its_time(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path
) -> None:
    said = chot("export", "goods", *afar, *WINDOW, *NINE).stderr
    n = said.rsplit("nhật ký đến số ", 1)[1].strip()
    assert int(n) > 0
    by_number = ("--as-of-sequence", n)
    here, there = _both(chot, tmp_path, "goods", afar, afar, NINE, by_number)
    assert there == here


def test_names_that_came_after_are_opened_for_the_same_reason(
    chot: Chot, busy: Path, approver: tuple[str | Path, ...], tmp_path: Path
) -> None:
    here, there = _both(chot, tmp_path, "passengers", ("--data", busy), approver, (*NINE, *WHY))
    assert there == here
    after = tmp_path / "there" / "after.csv"
    assert after.stat().st_mode & 0o077 == 0 and after.read_bytes().count(b"\n") > 10
    asked = ("audit", "--data", busy, "--what", "export.passengers", "--last", "4", "--json")
    looks = json.loads(chot(*asked).stdout)
    assert [one["who"] for one in looks] == ["cli", "cli", "nguoi-approver", "nguoi-approver"]
    cli_then, cli_after, then, later = (one["details"] for one in looks)
    assert then == cli_then and later == cli_after
    assert later["came_after"] == then["as_of"] > 0 and "as_of" not in later
    assert later["case"] == then["case"] == "12/CV-CDC"


@pytest.mark.parametrize("table", ["alerts", "notes", "audit"])
def test_a_table_without_a_past_says_so_here_and_there(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], table: str
) -> None:
    for where in (("--data", busy), afar):
        assert "bỏ --as-of" in chot("export", table, *where, *WINDOW, *NINE, exit_code=1).output


def test_what_nobody_can_mean_is_refused(afar: tuple[str | Path, ...], server: str) -> None:
    header = {"Authorization": f"Bearer {Path(afar[3]).read_text().strip()}"}
    for table, asked, field in (
        ("goods", "as_of=1&as_of_ms=1", "as_of_ms"),
        ("goods", "as_of_ms=-1", "as_of_ms"),
        ("alerts", "as_of_ms=1", "as_of_ms"),
        ("alerts", "came_after=1", "came_after"),
        ("notes", "as_of=0", "as_of"),
    ):
        path = f"{server}/api/v1/exports/{table}?from_ms=0&to_ms=9&{asked}"
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(path, headers=header))
        told = json.loads(refused.value.read())
        refused.value.close()
        assert refused.value.code == 422 and [one["field"] for one in told["errors"]] == [field]


def _both(
    chot: Chot,
    folder: Path,
    table: str,
    here: tuple[str | Path, ...],
    there: tuple[str | Path, ...],
    more: tuple[str, ...],
    more_there: tuple[str, ...] | None = None,
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every file that the command leaves, asked for in two ways."""
    made = []
    for name, where, asked in (("here", here, more), ("there", there, more_there or more)):
        (folder / name).mkdir()
        files = ("--output", folder / name / "then.jsonl", "--late", folder / name / "after.csv")
        chot("export", table, *where, *WINDOW, *asked, *files)
        made.append({one.name: one.read_bytes() for one in (folder / name).iterdir()})
    assert len(made[0]) == 4
    return made[0], made[1]
