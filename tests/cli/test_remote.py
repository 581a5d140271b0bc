"""Reading from afar gives what reading at the server gives, to who may, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server

import cli.remote_export
from cli.data import viewed
from cli.demo.make import make_demo
from server.api.files import UNFINISHED, drop_unfinished
from server.app import create_app
from server.config import load_config
from server.passwords import hash_password
from server.store.published import AuditEntry
from server.store.registered import User
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot

WINDOW = ("--from", "2026-11-21", "--to", "2026-11-22 11:00")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("busy") / "data"
    make_demo(data, NOON_MS, lambda _: None, days=1)
    with viewed(data):
        pass
    return data


@pytest.fixture(scope="module")
def server(busy: Path) -> Iterator[str]:
    with closing(open_store(load_config(busy))) as store:
        served = make_server("127.0.0.1", 0, create_app(load_config(busy), store), threaded=True)
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}"
        finally:
            served.shutdown()
            thread.join()
            served.server_close()


@pytest.fixture
def afar(chot: Chot, busy: Path, server: str, tmp_path: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks the server, as the steering committee's program."""
    token = tmp_path / "doc.token"
    chot("user", "token", "chihuy", "--data", busy, "--output", token)
    assert token.stat().st_mode & 0o077 == 0
    return ("--server", server, "--token-file", token)


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


@pytest.fixture
def approver(busy: Path, server: str, tmp_path: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks as an approver who logged in."""
    return logged_in(busy, server, "approver", tmp_path / "approver.token")


def logged_in(busy: Path, server: str, role: str, token: Path) -> tuple[str | Path, ...]:
    with closing(open_store(load_config(busy))) as store:
        user = User(f"u-{role}", f"nguoi-{role}", "Thử", role, hash_password("x"), None, False)  # type: ignore[arg-type]
        store.put_user(user)
    sent = json.dumps({"login": f"nguoi-{role}", "password": "x"}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{server}/api/v1/auth/login", sent, headers)) as answer:
        token.write_text(json.loads(answer.read())["access_token"])
    return ("--server", server, "--token-file", token)


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


def test_every_look_from_afar_is_in_the_audit_under_its_user(
    chot: Chot, busy: Path, afar: tuple[str | Path, ...]
) -> None:
    chot("export", "goods", *afar, *WINDOW)
    looks = json.loads(chot("audit", "--data", busy, "--what", "export.goods", "--json").stdout)
    assert looks[-1]["who"] == "chihuy"
    assert looks[-1]["details"]["from_ms"] == 1_795_194_000_000


def of(chot: Chot, busy: Path, server: str, login: str, token: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks as this user, by a token for reading."""
    chot("user", "token", login, "--data", busy, "--output", token)
    return ("--server", server, "--token-file", token)


def admin_of(busy: Path) -> str:
    with closing(open_store(load_config(busy))) as store:
        return next(one.login for one in store.users() if one.role == "admin")


def test_the_audit_from_afar_is_that_of_the_server(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    with closing(open_store(load_config(busy))) as store:
        for n in range(3):
            store.audit(AuditEntry(NOON_MS + n, "cli", "thử.xem", f"S{n}", details={"a": "Ước"}))
    ask = ("--what", "thử", "--last", "2")
    here = chot("audit", "--data", busy, *ask, "--json").stdout
    assert chot("audit", *admin, *ask, "--json").stdout == here
    assert [one["subject"] for one in json.loads(here)] == ["S1", "S2"]
    assert chot("audit", *admin, *ask).stdout == chot("audit", "--data", busy, *ask).stdout
    for more in (("--text", "ƯỚC"), ("--about", "S0"), ("--from", "2026-11-22 11:00")):
        here = chot("audit", "--data", busy, "--what", "thử", *more).stdout
        assert chot("audit", *admin, "--what", "thử", *more).stdout == here
    looks = json.loads(chot("audit", *admin, "--what", "audit", "--json").stdout)
    assert [one["who"] for one in looks[-2:]] == ["cli", admin_of(busy)]
    assert "nguyên vẹn" in chot("audit", *admin, "--verify").output
    assert "nhiều nhất 1000" in chot("audit", *admin, "--last", "1001", exit_code=1).output


def test_an_audit_that_was_changed_is_told_from_afar(
    chot: Chot, busy: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    monkeypatch.setattr("server.store.sqlite.SqliteStore.verify_audit", lambda _: 7)
    assert "đứt ở dòng 7" in chot("audit", *admin, "--verify", exit_code=1).output


def test_what_a_newer_server_says_besides_is_left(
    chot: Chot, afar: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = dict.fromkeys(("who", "what", "subject", "purpose", "reference"), "x")
    answers: dict[str, dict[str, Any]] = {
        "/audit": {
            "entries": [{**entry, "n": 1, "at_ms": 1, "details": {}, "new": 1}],
            "broken_at": None,
        },
        "/doctor": {"findings": [{"check": "x", "level": "ok", "said": "y", "mend": "", "new": 1}]},
    }
    for module in ("cli.audit", "cli.doctor"):
        monkeypatch.setattr(f"{module}.ask", lambda _, path, *__, **___: answers[path])
    assert json.loads(chot("audit", *afar, "--json").stdout)[0]["n"] == 1
    assert json.loads(chot("doctor", *afar, "--json").stdout)[0]["said"] == "y"
    answers["/audit"]["entries"][0].pop("who")
    answers["/doctor"]["findings"][0]["level"] = "worse"
    for command in ("audit", "doctor"):
        assert "phiên bản khác" in chot(command, *afar, exit_code=1).output


def test_only_who_answers_for_a_server_reads_its_audit_and_its_health(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    for login, refused in (("canhsat", ("audit", "doctor")), ("chihuy", ("audit", "doctor"))):
        options = of(chot, busy, server, login, tmp_path / f"{login}.token")
        for command in refused:
            said = chot(command, *options, exit_code=1).output
            assert "auth.forbidden" in said and "admin" in said


def test_what_a_server_lacks_is_told_from_afar(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    there = json.loads(chot("doctor", *admin, "--json", exit_code=1).stdout)
    here = json.loads(chot("doctor", "--data", busy, "--json", exit_code=1).stdout)
    assert [one["check"] for one in there] == [one["check"] for one in here]
    assert next(one for one in there if one["check"] == "backup")["level"] == "warn"
    assert "→ chot backup" in chot("doctor", *admin, exit_code=1).output
    looks = json.loads(chot("audit", "--data", busy, "--what", "doctor", "--json").stdout)
    assert looks[-1]["who"] == admin_of(busy)


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
