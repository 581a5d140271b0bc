"""What somebody types or names wrongly is one line that says so, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.projector import locked
from tests.cli.conftest import Chot
from tests.server.api.serving import free_port

TOKEN = "eyJhbGciOiJFUzI1NiJ9.secret.half"


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "0001-01-01T00:00+14:00", "31/02/2021"]
)
def test_a_day_that_nobody_can_mean_is_refused(chot: Chot, demo_data: Path, day: str) -> None:
    for command in (("stats",), ("report", "goods-flow"), ("audit",)):
        for side in ("--from", "--to"):
            said = chot(*command, "--data", demo_data, side, day, exit_code=2).output
            assert f"'{day}' không phải ngày giờ" in said


def test_words_that_are_no_utf8_are_refused_before_anything_is_done(
    chot: Chot, demo_data: Path
) -> None:
    name = b"Ch\xeft".decode("utf-8", "surrogateescape")
    said = chot("user", "disable", "--data", demo_data, name, exit_code=2).output
    assert "'Ch?t' không phải UTF-8" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("audit --last 99999999999999999999", "--last"),
        ("bulletin end 99999999999999999999", "NUMBER"),
        ("report goods-flow --as-of-sequence 99999999999999999999", "--as-of-sequence"),
        ("export goods --from today --to now --as-of-sequence 99999999999999999999", "as-of-seq"),
        ("watchlist publish --rate nan --dry-run", "'nan' không phải số"),
        ("simulate --hours nan", "'nan' không phải số"),
        ("device enrol --checkpoint hd-ql6 --url 10.0.0.5:8000", "--url cần dạng https://"),
        ("device enrol --checkpoint hd-ql6 --url https://" + "x" * 3000, "--url cần dạng https://"),
    ],
)
def test_what_is_out_of_bounds_is_a_line(
    chot: Chot, demo_data: Path, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.setenv("CHOT_DATA", str(demo_data))
    assert said in chot(*command.split(), exit_code=2).output


def test_a_server_that_is_no_address_is_a_line(chot: Chot, demo_data: Path) -> None:
    said = chot("stats", "--server", "https://[::1", exit_code=1).output
    assert "--server: " in said and "Cần dạng https://" in said


def test_a_token_that_is_none_is_refused_and_never_printed(
    chot: Chot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = ("stats", "--server", "http://127.0.0.1:1", "--token-file")
    file = tmp_path / "doc.token"
    for held in (f"{TOKEN}\n{TOKEN}\n", f"{TOKEN} ế", f"Bearer {TOKEN}"):
        file.write_text(held, "utf-8")
        said = chot(*far, file, exit_code=1).output
        assert "không phải một mã truy cập" in said and "secret" not in said
    file.write_bytes(b"\xff\xfe" + TOKEN.encode("utf-16-le"))
    assert "không phải UTF-8" in chot(*far, file, exit_code=1).output
    file.write_text(f"\ufeff{TOKEN}\r\n", "utf-8")
    assert "Không hỏi được" in chot(*far, file, exit_code=1).output
    monkeypatch.setenv("CHOT_TOKEN", f"{TOKEN}\n{TOKEN}")
    assert "secret" not in chot(*far[:-1], exit_code=1).output


def test_an_authority_that_is_no_certificate_is_a_line(chot: Chot, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("-----BEGIN NOTHING-----\n", "utf-8")
    far = ("stats", "--server", "https://127.0.0.1:1", "--ca-file", file)
    assert "không có chứng chỉ PEM" in chot(*far, exit_code=1).output


def test_a_passphrase_that_cannot_be_read_is_a_line(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file, backup = tmp_path / "phrase", tmp_path / "chot.bak"
    where = ("--data", demo_data, "--output", backup, "--passphrase-file", file)
    file.write_bytes(b"\xff\xfeabc")
    assert "không phải UTF-8" in chot("backup", *where, exit_code=1).output
    file.write_text("\n", "utf-8")
    assert "tệp trống" in chot("backup", *where, exit_code=1).output
    assert not backup.exists()


def test_thresholds_that_are_too_deep_are_a_line(chot: Chot, tmp_path: Path) -> None:
    deep, rows = tmp_path / "nguong.json", tmp_path / "chi-so.csv"
    deep.write_text("[" * 100_000, "utf-8")
    rows.write_text("Bộ mã,Mã\n2021,1\n", "utf-8")
    said = chot("levels", "suggest", rows, "--thresholds", deep, exit_code=1).output
    assert "nguong.json: pack.limit" in said


def test_what_the_system_says_of_a_path_is_said_in_vietnamese(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    into = ("--from", "today", "--to", "now", "--output", tmp_path / "nowhere" / "luot.csv")
    said = chot("export", "crossings", "--data", demo_data, *into, exit_code=1).output
    assert "Không có tệp hay thư mục này" in said
    assert said.rstrip().endswith(f": {tmp_path / 'nowhere'}"), "the folder, no hidden file in it"
    taken = tmp_path / "mau.csv"
    taken.write_text("của ai đó", "utf-8")
    said = chot("checkpoint", "import", "--template", taken, exit_code=1).output
    assert "Đã có tệp này, không ghi đè" in said and str(taken) in said
    assert taken.read_text("utf-8") == "của ai đó"


def test_a_window_that_ends_before_it_begins_is_refused_not_answered_with_nothing(
    chot: Chot, demo_data: Path
) -> None:
    window = ("--from", "now", "--to", "yesterday")
    for command in (("audit",), ("stats",), ("report", "goods-flow")):
        said = chot(*command, "--data", demo_data, *window, exit_code=1).output
        assert "--to đứng trước --from" in said


@pytest.mark.parametrize("name", ["luot.xls", "luot.ods", "luot.json", "luot.docx.gz"])
def test_a_file_is_not_given_an_ending_of_what_it_is_not(
    chot: Chot, demo_data: Path, tmp_path: Path, name: str
) -> None:
    asked = ("export", "crossings", "--data", demo_data, "--from", "today", "--to", "now")
    said = chot(*asked, "--output", tmp_path / name, exit_code=1).output
    assert "không ghi được loại tệp này" in said and "xlsx" in said
    assert not list(tmp_path.glob("luot*"))
    chot(*asked, "--output", tmp_path / name, "--format", "jsonl")
    chot(*asked, "--output", tmp_path / "luot.2026-11-22")
    assert (tmp_path / name).exists() and (tmp_path / "luot.2026-11-22").exists()


def test_an_officers_id_is_not_given_to_somebody_else_unasked(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    listed = chot("officer", "list", "--data", demo_data).stdout
    identifier, *_, name = listed.splitlines()[0].split("\t")
    add = ("officer", "add", identifier, "--data", demo_data, "--role", "officer",
           "--checkpoint", "hd-ql6", "--pin", "135790")  # fmt: skip
    said = chot(*add, "--name", "Ai Đó", "--badge", tmp_path / "a.png", exit_code=1).output
    assert f"đang là của {name}" in said
    assert chot("officer", "list", "--data", demo_data).stdout == listed
    assert not (tmp_path / "a.png").exists()
    chot(*add, "--name", name.upper(), "--badge", tmp_path / "b.png")
    chot(*add, "--name", "Ai Đó", "--badge", tmp_path / "c.png", "--yes")
    assert "Ai Đó" in chot("officer", "list", "--data", demo_data).stdout
    badge = (tmp_path / "c.png").read_bytes()
    again = chot(*add, "--name", "Ai Đó", "--badge", tmp_path / "c.png", exit_code=1).output
    assert "không ghi đè" in again and (tmp_path / "c.png").read_bytes() == badge
    assert (tmp_path / "c.png").stat().st_mode & 0o077 == 0, "who reads it holds the badge"


def test_a_second_server_on_the_same_data_is_a_line(chot: Chot, demo_data: Path) -> None:
    with locked(demo_data):
        said = chot("serve", "--data", demo_data, "--port", str(free_port()), exit_code=1).output
    assert "Máy chủ đang chạy với dữ liệu này" in said
