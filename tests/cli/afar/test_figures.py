"""`--server`: what a command says from afar is what it says on the server."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import cli.remote_export
from server.api.files import UNFINISHED
from tests.cli.afar.conftest import WINDOW
from tests.cli.conftest import Chot


def test_figures_from_afar_are_those_of_the_server(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...]
) -> None:
    here = json.loads(chot("stats", "--data", busy, *WINDOW, "--json").stdout)
    assert json.loads(chot("stats", *afar, *WINDOW, "--json").stdout) == here
    assert here["total"]["crossings"] > 100


def test_the_report_from_afar_is_that_of_the_server(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path
) -> None:
    at = ("--at", "2026-11-22 12:00", "--checkpoint", "nt-ca-na")
    here = json.loads(chot("report", "--data", busy, *at, "--format", "json").stdout)
    there = json.loads(chot("report", *afar, *at, "--format", "json").stdout)
    for one in (here, there):
        for moving in ("made_ms", "completeness"):
            del one[moving]
    assert there == here
    of_place = ("--at", "2026-11-22 12:00", "--unit", "Ninh Thuận", "--format", "json")
    there = json.loads(chot("report", *afar, *of_place).stdout)
    here = json.loads(chot("report", "--data", busy, *of_place).stdout)
    assert there["area"] == "Tỉnh Ninh Thuận" and there["checkpoints"] == here["checkpoints"]
    nowhere = chot("report", *afar, "--unit", "Cà Mau", exit_code=1).output
    assert "unit: unknown" in nowhere
    chot("report", *afar, *at, "--output", tmp_path / "bao-cao.html")
    assert "BÁO CÁO" in (tmp_path / "bao-cao.html").read_text("utf-8")
    assert "Giờ chốt tới" in chot("report", "status", *afar, exit_code=1).output


def test_the_goods_flow_from_afar_is_that_of_the_server(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...]
) -> None:
    day = ("--from", "2026-11-22", "--to", "2026-11-22 11:00", "--product", "Tôm=tôm")
    flow = ("report", "goods-flow", *day, "--by", "district")
    for layout in ("json", "text", "csv"):
        here = chot(*flow, "--data", busy, "--format", layout).stdout
        there = chot(*flow, *afar, "--format", layout).stdout
        made = re.compile(r'"made_ms": \d+|lập lúc .*')
        assert made.sub("", there) == made.sub("", here)
    assert "Tôm" in there and "Thủy sản" in there
    said = chot("report", "goods-flow", *afar, "--checkpoint", "x", exit_code=1).output
    assert "request.invalid" in said
    long = ("--from", "2026-01-01", "--to", "2026-11-22")
    assert "request.invalid" in chot("report", "goods-flow", *afar, *long, exit_code=1).output


@pytest.mark.parametrize("name", ["luot.csv", "luot.jsonl", "luot.csv.gz"])
def test_a_file_from_afar_has_the_same_bytes_and_a_checksum(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path, name: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, where in ((here, ("--data", busy)), (there, afar)):
        folder.mkdir()
        chot("export", "crossings", *where, *WINDOW, "--output", folder / name)
    assert (there / name).read_bytes() == (here / name).read_bytes()
    for suffix in ("", ".sha256"):
        assert (there / f"{name}{suffix}").read_bytes() == (here / f"{name}{suffix}").read_bytes()
    assert sorted(one.name for one in there.iterdir()) == [name, f"{name}.sha256"]
    assert not [one for one in busy.iterdir() if one.name.startswith(UNFINISHED)]


def test_a_workbook_comes_whole(chot: Chot, afar: tuple[str | Path, ...], tmp_path: Path) -> None:
    target = tmp_path / "hang.xlsx"
    chot("export", "goods", *afar, *WINDOW, "--output", target)
    digest, _, name = (tmp_path / "hang.xlsx.sha256").read_text().partition("  ")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == digest and name == "hang.xlsx\n"
    assert zipfile.ZipFile(target).testzip() is None


def test_a_file_that_came_in_part_has_no_name(
    chot: Chot,
    afar: tuple[str | Path, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Cut:
        def __init__(self, answer: object) -> None:
            self.answer = answer

        def read(self, size: int) -> bytes:
            return b""

    copy = cli.remote_export._copy
    monkeypatch.setattr(
        cli.remote_export,
        "_copy",
        lambda source, *rest: copy(Cut(source), *rest),  # type: ignore[arg-type]
    )
    target = tmp_path / "files" / "luot.csv"
    target.parent.mkdir()
    said = chot("export", "crossings", *afar, *WINDOW, "--output", target, exit_code=1).output
    assert "không đủ" in said
    assert list(target.parent.iterdir()) == []


def test_every_look_from_afar_is_in_the_audit_under_its_user(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...]
) -> None:
    chot("export", "goods", *afar, *WINDOW)
    looks = json.loads(chot("audit", "--data", busy, "--what", "export.goods", "--json").stdout)
    assert looks[-1]["who"] == "chihuy"
    assert looks[-1]["details"]["from_ms"] == 1_795_194_000_000


def test_a_token_ends_with_its_user_and_its_password(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path
) -> None:
    ask = ("stats", *afar, *WINDOW)
    chot(*ask)
    chot("user", "disable", "chihuy", "--data", busy)
    assert "auth.invalid" in chot(*ask, exit_code=1).output
    chot("user", "enable", "chihuy", "--data", busy)
    chot(*ask)
    chot("user", "password", "chihuy", "--data", busy, "--password", "mat-khau-khac")
    assert "auth.invalid" in chot(*ask, exit_code=1).output


def test_a_token_for_figures_opens_nothing_else(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    token = tmp_path / "doc.token"
    chot("user", "token", "canhsat", "--data", busy, "--output", token)
    header = {"Authorization": f"Bearer {token.read_text().strip()}"}
    record = "019a0000-0000-7000-8000-000000000000"
    for path, body in ((f"/crossings/{record}", None), ("/searches", b"{}")):
        headers = {**header, "Content-Type": "application/json"}
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{server}/api/v1{path}", body, headers))
        assert refused.value.code == 403
        refused.value.close()
    said = chot("stats", "--server", server, "--token-file", token, *WINDOW, exit_code=1).output
    assert "auth.forbidden" in said and "cần vai trò" in said


def test_mistakes_are_one_clear_line(
    chot: Chot,
    afar: tuple[str | Path, ...],
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("CHOT_TOKEN", raising=False)
    assert "chot user token" in chot("stats", "--server", server, exit_code=1).output
    monkeypatch.setenv("CHOT_TOKEN", "none")
    assert "auth.invalid" in chot("stats", "--server", server, exit_code=1).output
    far = ("--server", "http://chot.example")
    assert "https" in chot("stats", *far, exit_code=1).output
    closed = ("--server", "http://127.0.0.1:1")
    assert "Không hỏi được" in chot("stats", *closed, exit_code=1).output
    wrong = ("--checkpoint", "nowhere")
    assert "checkpoint: unknown" in chot("stats", *afar, *WINDOW, *wrong, exit_code=1).output
    columns = ("--columns", "nowhere")
    assert (
        "columns: unknown" in chot("export", "goods", *afar, *WINDOW, *columns, exit_code=1).output
    )
    assert (
        "cần --output"
        in chot("export", "goods", *afar, *WINDOW, "--format", "xlsx", exit_code=1).output
    )
    assert "auth.forbidden" in chot("export", "audit", *afar, *WINDOW, exit_code=1).output


def test_a_data_directory_on_the_command_line_beats_a_server_in_a_variable(
    chot: Chot, demo_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHOT_SERVER", "http://127.0.0.1:1")
    monkeypatch.setenv("CHOT_TOKEN", "none")
    assert "Chưa có lượt" in chot("stats", "--data", demo_data).output
    both = ("--data", demo_data, "--server", "http://127.0.0.1:1")
    assert "Không hỏi được" in chot("stats", *both, exit_code=1).output


def test_units_are_waited_for_from_afar_for_the_cut_off_that_has_been(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...], tmp_path: Path
) -> None:
    key, below = tmp_path / "khoa.json", tmp_path / "below"
    chot("init", "--data", below, "--unit", "UBND huyện Thuận Nam")
    chot("report", "unit", "key", "--data", below, "--output", key)
    named = ("--name", "UBND huyện Thuận Nam")
    chot("report", "unit", "add", "thuan-nam", "--data", busy, "--key", key, *named)
    try:
        here, there = (
            chot("report", "status", *where, "--json", exit_code=1).stdout
            for where in (("--data", busy), afar)
        )
        assert json.loads(there)["units"] == json.loads(here)["units"]
        assert json.loads(here)["units"]["missing"] == ["thuan-nam"]
    finally:
        chot("report", "unit", "remove", "thuan-nam", "--data", busy)
