"""Each kind of file holds the same rows, opens where it is meant to, and goes on after a stop."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from server.config import load_config
from server.exporting import crossing_rows, partial_file
from server.exporting.tables import TABLES, columns_of
from server.exporting.words import COLUMNS_VI
from server.store.sqlite import open_store
from server.store.view import exported
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import enrolled

VIETNAM = timedelta(hours=7)
WINDOW = ("--from", "2026-11-22 08:00", "--to", "2026-11-22 11:00")


@pytest.fixture
def crossings(chot: Chot, traffic: Path, tmp_path: Path) -> Any:
    """Exports into a file of this name; returns its path."""

    def make(name: str, *more: object, table: str = "crossings") -> Path:
        chot("export", table, "--data", traffic, *WINDOW, *more, "--output", tmp_path / name)
        return tmp_path / name

    return make


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_json_lines_and_sqlite_hold_what_the_csv_holds(crossings: Any) -> None:
    plain = rows_of(crossings("l.csv", "--lang", "en"))
    lines = [json.loads(line) for line in crossings("l.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(plain) > 100
    for one, other in zip(lines, plain, strict=True):
        assert one.keys() == other.keys()
        assert one["occurred"][:19].replace("T", " ") == other["occurred"]
        assert one["occurred"].endswith("+07:00")
        assert one["plate"] == other["plate"] and one["people"] == int(other["people"])
    database = sqlite3.connect(crossings("l.sqlite"))
    stored = database.execute("SELECT record, occurred, people FROM rows ORDER BY rowid").fetchall()
    types = {row[1]: row[2] for row in database.execute("PRAGMA table_info(rows)")}
    database.close()
    assert stored == [(one["record"], one["occurred"], one["people"]) for one in lines]
    assert types["people"] == "INTEGER" and types["record"] == "TEXT"


def test_a_workbook_has_dates_numbers_and_plates_as_they_are(crossings: Any) -> None:
    plain = rows_of(crossings("l.csv"))
    book = openpyxl.load_workbook(crossings("l.xlsx"), read_only=True)
    head, *rows = book.active.iter_rows(values_only=True)
    book.close()
    assert list(head) == list(plain[0])
    assert len(rows) == len(plain)
    at = {name: place for place, name in enumerate(head)}
    for row, expected in zip(rows, plain, strict=True):
        moment = row[at["Thời điểm"]]
        assert isinstance(moment, datetime)
        assert abs(moment - local(expected["Thời điểm"])) <= timedelta(seconds=1)
        assert row[at["Số người"]] == int(expected["Số người"])
        assert (row[at["Biển số"]] or "") == expected["Biển số"]


def test_parquet_is_typed_and_duckdb_counts_the_same(crossings: Any) -> None:
    plain = rows_of(crossings("l.csv", "--lang", "en"))
    path = crossings("l.parquet")
    sql = (
        "SELECT count(*), sum(people), epoch_ms(min(occurred)), count(DISTINCT checkpoint)"
        f" FROM '{path}'"
    )
    [found] = duckdb.connect().execute(sql).fetchall()
    first = min(local(row["occurred"]) for row in plain)
    assert found[0] == len(plain)
    assert found[1] == sum(int(row["people"]) for row in plain)
    assert datetime.fromtimestamp(found[2] // 1000, UTC).replace(tzinfo=None) == first - VIETNAM
    assert found[3] == len({row["checkpoint"] for row in plain})


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_each_kind_of_file(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(5), "nt-ca-na")
    tablet.now_ms = NOON_MS
    evil = "=HYPERLINK(1)"
    plate = {"read": evil, "normal": "29A12345", "candidates": []}
    tablet.push(store, tablet.batch(tablet.crossing(lane="+cmd", plate=plate)), NOON_MS + 1000)
    store.close()
    asked = (
        "export",
        "crossings",
        "--data",
        demo_data,
        "--from",
        "2026-11-22",
        "--to",
        "2026-11-22",
    )
    for name in ("l.csv", "l.xlsx"):
        chot(*asked, "--output", tmp_path / name)
    cells = {cell for row in rows_of(tmp_path / "l.csv") for cell in row.values()}
    assert f"'{evil}" in cells and "'+cmd" in cells
    assert not {cell for cell in cells if cell[:1] in "=+@"} - {""}
    with zipfile.ZipFile(tmp_path / "l.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert evil in sheet and "<f>" not in sheet


def test_only_the_chosen_columns_in_their_order(crossings: Any, chot: Chot, traffic: Path) -> None:
    rows = rows_of(crossings("l.csv", "--lang", "en", "--columns", "plate, occurred"))
    assert list(rows[0]) == ["plate", "occurred"]
    wrong = chot("export", "crossings", "--data", traffic, *WINDOW, "--columns", "ten", exit_code=1)
    assert "ten" in wrong.output and "plate_read" in wrong.output


def test_a_checksum_stands_beside_and_gzip_holds_the_same(crossings: Any) -> None:
    plain = crossings("l.csv")
    packed = crossings("l.csv.gz")
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    for path in (plain, packed):
        digest, name = (path.parent / f"{path.name}.sha256").read_text().split()
        assert digest == hashlib.sha256(path.read_bytes()).hexdigest() and name == path.name
    again = packed.read_bytes()
    assert crossings("l.csv.gz").read_bytes() == again


def test_turn_backs_are_the_crossings_that_ended_so(crossings: Any) -> None:
    every = rows_of(crossings("l.csv", "--lang", "en"))
    back = rows_of(crossings("q.csv", "--lang", "en", table="turn-backs"))
    assert back == [row for row in every if row["action"] == "turned_back"] != []


def test_passengers_are_nobody_until_they_are_unmasked_and_that_is_audited(
    crossings: Any, chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    masked = rows_of(crossings("n.csv", "--lang", "en", table="passengers"))
    assert "name" not in masked[0] and len(masked) > 100
    asked = ("export", "passengers", "--data", traffic, *WINDOW, "--lang", "en", "--unmask")
    refused = chot(*asked, "--output", tmp_path / "x.csv", exit_code=1)
    assert "--purpose" in refused.output and not (tmp_path / "x.csv").exists()
    chot(*asked, "--purpose", "truy vết", "--case", "12/CV", "--output", tmp_path / "x.csv")
    opened = rows_of(tmp_path / "x.csv")
    assert [row["record"] for row in opened] == [row["record"] for row in masked]
    assert [one.stat().st_mode & 0o077 for one in tmp_path.glob("x.csv*")] == [0, 0]
    store = open_store(load_config(traffic))
    names = {
        (one.row.record, item): person.get("name") or ""
        for one in store.each_crossing(NOON_MS - 86_400_000, NOON_MS, (), True)
        for item, person in one.people.items()
    }
    entries = [entry for _, entry in store.audited(0, 10_000) if entry.what == "export.passengers"]
    store.close()
    assert all(row["name"] == names[row["record"], row["person"]] for row in opened)
    assert sum(row["name"] != "" for row in opened) > 50
    assert entries[-1].details["case"] == "12/CV" and entries[-1].details["unmasked"]
    assert "unmasked" not in entries[0].details


def test_goods_have_descriptions_only_where_they_are_unmasked(crossings: Any) -> None:
    opened = rows_of(
        crossings(
            "h.csv", "--lang", "en", "--unmask", "--purpose", "p", "--case", "c", table="goods"
        )
    )
    assert any(row["description"] for row in opened)


@pytest.mark.parametrize("name", ["l.csv", "l.jsonl", "l.xlsx"])
def test_an_export_that_stops_in_the_middle_goes_on_to_the_same_bytes(
    crossings: Any,
    chot: Chot,
    traffic: Path,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = crossings(name).read_bytes()
    (tmp_path / name).unlink()
    monkeypatch.setattr(partial_file, "SAVE_BYTES", 1)
    monkeypatch.setattr(crossing_rows, "PAGE", 50)
    monkeypatch.setattr(exported, "PAGE", 50)
    left = 2

    def stops(self: Any, reached: Any, *, now: bool = False) -> None:
        nonlocal left
        save(self, reached, now=now)
        left -= 1
        if left == 0:
            self.file.write(b"half a row")
            self.file.flush()
            raise OSError(28, "No space left on device")

    save = partial_file.PartialFile.save
    monkeypatch.setattr(partial_file.PartialFile, "save", stops)
    asked = ("export", "crossings", "--data", traffic, *WINDOW, "--output", tmp_path / name)
    assert "No space" in chot(*asked, exit_code=1).output
    assert not (tmp_path / name).exists()
    assert (tmp_path / f".{name}.part.json").exists()
    monkeypatch.setattr(partial_file.PartialFile, "save", save)
    assert crossings(name).read_bytes() == whole
    assert not [one for one in tmp_path.iterdir() if ".part" in one.name or ".made" in one.name]


def test_a_part_of_another_export_is_not_gone_on_with(
    crossings: Any, chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    notes = {"asked": {"table": "goods"}, "n": 1, "position": 0, "rows": 0, "size": 0}
    (tmp_path / ".l.csv.part.json").write_text(json.dumps(notes))
    (tmp_path / ".l.csv.part").write_bytes(b"")
    asked = ("export", "crossings", "--data", traffic, *WINDOW, "--output", tmp_path / "l.csv")
    refused = chot(*asked, exit_code=1)
    assert "--restart" in refused.output and not (tmp_path / "l.csv").exists()
    chot(*asked, "--restart")
    assert len(rows_of(tmp_path / "l.csv")) > 100


def test_every_column_has_a_heading_in_vietnamese(traffic: Path) -> None:
    store = open_store(load_config(traffic))
    columns = {one.name for table in TABLES for one in columns_of(store, table, True)}
    store.close()
    assert columns <= set(COLUMNS_VI)
    assert len(columns) > 40


def test_events_are_the_accepted_ones_with_their_bodies_by_receipt(
    crossings: Any, traffic: Path
) -> None:
    # What the server writes itself (links) was received when it was: by the real clock.
    window = ("--from", "2026-11-22", "--to", "2100-01-01")
    lines = [
        json.loads(line)
        for line in crossings("e.jsonl", *window, table="events").read_text("utf-8").splitlines()
    ]
    numbers = [one["n"] for one in lines]
    assert len(lines) > 100 and numbers == list(range(1, len(lines) + 1))
    assert "person" not in lines[0]
    kinds = {one["kind"] for one in lines}
    assert {"crossing", "link", "alert", "turn_back"} <= kinds
    assert all(json.loads(one["body"])["record"] == one["record"] for one in lines)
    store = open_store(load_config(traffic))
    known = {one.n for one in store.pull([c.id for c in store.checkpoints()], 0, 500, False).events}
    store.close()
    assert known & set(numbers)


def test_alerts_audit_and_conflicts_can_be_taken_out(
    crossings: Any, chot: Chot, traffic: Path
) -> None:
    # An alert bears the moment it was raised: the real clock's.
    every = ("--from", "2026-11-20", "--to", "2100-01-01", "--lang", "en")
    alerts = rows_of(crossings("a.csv", *every, table="alerts"))
    assert alerts and {row["state"] for row in alerts} <= {"new", "taken", "closed"}
    assert all(row["crossings"] for row in alerts) and "note" not in alerts[0]
    audit = rows_of(crossings("s.csv", "--from", "2020-01-01", "--to", "now", table="audit"))
    assert "export.alerts" in {row["Việc"] for row in audit}
    conflicts = rows_of(crossings("x.csv", *every, table="conflicts"))
    by_path: dict[tuple[str, str], set[str]] = {}
    for row in conflicts:
        by_path.setdefault((row["record"], row["path"]), set()).add(row["value"])
    flagged = [
        row for row in rows_of(crossings("l.csv", *every)) if "conflict" in row["flags"].split("; ")
    ]
    assert {row["record"] for row in conflicts} == {row["record"] for row in flagged} != set()
    assert all(len(values) > 1 for (_, path), values in by_path.items() if "people" not in path)
    refused = chot("export", "alerts", "--data", traffic, *WINDOW, "--as-of", "now", exit_code=1)
    assert "--as-of" in refused.output
