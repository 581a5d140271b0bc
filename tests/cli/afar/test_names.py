"""`--server`: people are named to who says why, and to nobody else."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from server.api.files import UNFINISHED, drop_unfinished
from server.config import load_config
from server.store.sqlite import open_store
from tests.cli.afar.conftest import WINDOW, logged_in, of
from tests.cli.conftest import Chot

WHY = ("--unmask", "--purpose", "truy vết", "--case", "12/CV-CDC")


@pytest.mark.parametrize("table", ["passengers", "crossings", "events"])
def test_names_from_afar_are_those_of_the_server_for_who_says_why(
    chot: Chot, busy: Path, approver: tuple[str | Path, ...], tmp_path: Path, table: str
) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    chot("export", table, "--data", busy, *WINDOW, *WHY, "--output", here)
    chot("export", table, *approver, *WINDOW, *WHY, "--output", there)
    assert there.read_bytes() == here.read_bytes()
    assert [one.stat().st_mode & 0o077 for one in tmp_path.glob("there.csv*")] == [0, 0]
    assert chot("export", table, *approver, *WINDOW).stdout.encode() != here.read_bytes()
    looks = json.loads(chot("audit", "--data", busy, "--what", f"export.{table}", "--json").stdout)
    opened = [one for one in looks if one["details"].get("unmasked")]
    assert [one["who"] for one in opened[-2:]] == ["cli", "nguoi-approver"]
    assert opened[-1]["details"] == opened[-2]["details"]
    assert not [one for one in busy.iterdir() if one.name.startswith(UNFINISHED)]


def test_names_are_opened_from_afar_for_nobody_else(
    chot: Chot, busy: Path, server: str, afar: tuple[str | Path, ...], tmp_path: Path
) -> None:
    before = chot("audit", "--data", busy, "--what", "export", "--last", "999", "--json").stdout
    refused = [afar, of(chot, busy, server, "nguoi-approver", tmp_path / "doc-2.token")]
    for role in ("reviewer", "command", "health", "admin"):
        refused.append(logged_in(busy, server, role, tmp_path / f"{role}.token"))
    to = ("--commune", "2021-22910", "--recipient", "Tổ COVID")
    for options in refused:
        for asked in (("passengers", *WINDOW, *WHY), ("arrivals", *WINDOW, *to)):
            said = chot("export", asked[0], *options, *asked[1:], exit_code=1).output
            assert "auth.forbidden" in said and "approver" in said
    after = chot("audit", "--data", busy, "--what", "export", "--last", "999", "--json").stdout
    assert after == before
    people = chot("export", "passengers", *afar, *WINDOW).stdout
    with closing(open_store(load_config(busy))) as store:
        names = {
            str(person["name"])
            for one in store.each_crossing(0, 1 << 46, (), persons=True)
            for person in one.people.values()
            if person.get("name")
        }
    assert names and not any(one in people for one in names)


def test_who_opens_names_from_afar_says_why_and_what(
    chot: Chot, approver: tuple[str | Path, ...], server: str
) -> None:
    said = chot("export", "passengers", *approver, *WINDOW, "--unmask", exit_code=1).output
    assert "--purpose" in said
    header = {"Authorization": f"Bearer {Path(approver[3]).read_text()}"}
    window = {"from_ms": 0, "to_ms": 9}
    why = {"purpose": "x", "case": "1"}
    for path, sent, status, field in (
        ("/exports/passengers/unmasked", window | why | {"purpose": " "}, 422, "purpose"),
        ("/exports/passengers/unmasked", window | why | {"columns": "nowhere"}, 422, "columns"),
        ("/exports/passengers/unmasked", window | why | {"to_ms": -1}, 422, "to_ms"),
        ("/exports/alerts/unmasked", window | why | {"as_of": 1}, 422, "as_of"),
        ("/exports/arrivals/unmasked", window | why, 404, None),
        ("/exports/audit/unmasked", window | why, 404, None),
        ("/arrivals", window | {"communes": ["2021-22910"], "recipient": " "}, 422, "recipient"),
        ("/arrivals", window | {"communes": ["2021-99999"], "recipient": "x"}, 422, "communes"),
    ):
        headers = header | {"Content-Type": "application/json"}
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{server}/api/v1{path}", json.dumps(sent).encode(), headers))
        told = json.loads(refused.value.read())
        refused.value.close()
        assert refused.value.code == status
        assert field in (None, *(one["field"] for one in told.get("errors", ())))


@pytest.mark.parametrize("audience", ["team", "lodging"])
def test_the_list_of_arrivals_from_afar_is_that_of_the_server(
    chot: Chot, busy: Path, approver: tuple[str | Path, ...], tmp_path: Path, audience: str
) -> None:
    with closing(open_store(load_config(busy))) as store:
        places = [one.row.destination for one in store.each_crossing(0, 1 << 46, (), persons=True)]
    commune = next(one.replace(":", "-") for one in places if one and len(one) == len("2021-22910"))
    asked = (*WINDOW, "--commune", commune, "--for", audience, "--recipient", "Tổ COVID")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    said = chot("export", "arrivals", "--data", busy, *asked, "--output", here).stderr
    told = chot("export", "arrivals", *approver, *asked, "--output", there).stderr
    assert there.read_bytes() == here.read_bytes() and there.read_bytes().count(b"\n") > 1
    assert there.stat().st_mode & 0o077 == 0
    coarser = [one for one in said.splitlines() if one.startswith("Ngoài ra")]
    assert coarser == [one for one in told.splitlines() if one.startswith("Ngoài ra")]
    looks = json.loads(chot("audit", "--data", busy, "--what", "export.arrivals", "--json").stdout)
    assert [one["who"] for one in looks[-2:]] == ["cli", "nguoi-approver"]
    assert looks[-1]["details"] == looks[-2]["details"]
    nobody = chot("export", "arrivals", *approver, *asked[:-2], exit_code=1).output
    assert "--recipient" in nobody


def test_the_list_of_arrivals_is_no_table_for_reading(
    server: str, afar: tuple[str | Path, ...]
) -> None:
    header = {"Authorization": f"Bearer {Path(afar[3]).read_text().strip()}"}
    path = f"{server}/api/v1/exports/arrivals?from_ms=0&to_ms=9"
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(path, headers=header))
    assert refused.value.code == 404
    refused.value.close()


def test_what_a_killed_server_was_making_is_dropped(tmp_path: Path) -> None:
    left = tmp_path / f"{UNFINISHED}abc"
    left.mkdir()
    (left / "passengers.csv").write_text("Phạm Thị Thử")
    (tmp_path / "keys").mkdir()
    assert drop_unfinished(tmp_path) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["keys"]
