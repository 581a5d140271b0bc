"""Exports: open in a spreadsheet, run nothing there, and hold exactly what was logged."""

from __future__ import annotations

import csv
import io
import random
import re
from pathlib import Path

import pytest

from server.config import load_config
from server.spreadsheet import defused
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import enrolled

HOUR_MS = 3_600_000
WINDOW = ("--from", "2026-11-22 08:00", "--to", "2026-11-22 11:00")


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf"), "Excel needs the BOM to read UTF-8"
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_crossings_are_all_there_once(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    target = tmp_path / "luot.csv"
    chot("export", "crossings", "--data", traffic, *WINDOW, "--lang", "en", "--output", target)
    rows = rows_of(target)
    store = open_store(load_config(traffic))
    from_ms, to_ms = NOON_MS - 3 * HOUR_MS, NOON_MS
    expected = {one.row.record: one for one in store.each_crossing(from_ms, to_ms, (), False)}
    counted = store.counts(from_ms, to_ms, ())["crossings"]
    store.close()
    assert list(rows[0])[:5] == ["record", "occurred", "received", "checkpoint", "lane"]
    assert len(rows) == len(expected) > 100
    alone = [row for row in rows if not {"duplicate", "voided"} & set(row["flags"].split("; "))]
    assert len(alone) == counted < len(rows)
    assert {row["record"] for row in rows} >= {row["counted_as"] for row in rows} - {""} != set()
    assert {row["record"] for row in rows} == set(expected)
    assert {row["outcome"] for row in rows} <= {"pass", "refer", "turn_back"}
    assert all("2026-11-22 08:00" <= row["occurred"] <= "2026-11-22 11:00:00" for row in rows)


def test_no_person_is_in_the_crossings(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    target = tmp_path / "luot.csv"
    chot("export", "crossings", "--data", traffic, *WINDOW, "--output", target)
    text = target.read_text("utf-8-sig")
    store = open_store(load_config(traffic))
    names = {
        person["name"]
        for one in store.each_crossing(NOON_MS - HOUR_MS, NOON_MS, (), True)
        for person in one.people.values()
        if person.get("name")
    }
    store.close()
    assert len(names) > 20
    assert not [name for name in names if name in text]


def test_goods_have_one_row_a_line(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    target = tmp_path / "hang.csv"
    chot("export", "goods", "--data", traffic, *WINDOW, "--lang", "en", "--output", target)
    rows = rows_of(target)
    store = open_store(load_config(traffic))
    lines = {
        (one.row.record, line)
        for one in store.each_crossing(NOON_MS - 3 * HOUR_MS, NOON_MS, (), False)
        for line in one.goods
    }
    store.close()
    assert "description" not in rows[0]
    assert {(row["record"], row["line"]) for row in rows} == lines
    assert len(lines) > 10
    assert all(float(row["quantity"]) > 0 and row["group"] for row in rows)


def test_one_checkpoint_only(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    target = tmp_path / "luot.csv"
    chot("export", "crossings", "--data", traffic, *WINDOW, "--lang", "en",
         "--checkpoint", "nt-ca-na", "--output", target)  # fmt: skip
    assert {row["checkpoint"] for row in rows_of(target)} == {"nt-ca-na"}
    wrong = chot(
        "export", "crossings", "--data", traffic, *WINDOW, "--checkpoint", "x", exit_code=1
    )
    assert "x" in wrong.output


def test_standard_output_is_the_same_file(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    target = tmp_path / "hang.csv"
    chot("export", "goods", "--data", traffic, *WINDOW, "--output", target)
    piped = chot("export", "goods", "--data", traffic, *WINDOW).stdout_bytes
    assert piped == target.read_bytes()


def test_every_export_is_in_the_audit_log(chot: Chot, demo_data: Path) -> None:
    chot("export", "goods", "--data", demo_data, "--from", "today", "--to", "now")
    store = open_store(load_config(demo_data))
    entries = [entry for _, entry in store.audited(0, 1000) if entry.what == "export.goods"]
    store.close()
    assert len(entries) == 1 and entries[0].who == "cli"


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Chốt", "29A-123.45", "", 3, -2.5])
def test_any_other_cell_is_left_alone(cell: str | int | float) -> None:
    assert defused(cell) == cell


def test_the_end_before_the_start_is_a_clear_mistake(chot: Chot, traffic: Path) -> None:
    turned = ("--from", "2026-11-22", "--to", "2026-11-20")
    result = chot("export", "goods", "--data", traffic, *turned, exit_code=1)
    assert "--to" in result.output


@pytest.mark.parametrize("text", ["hôm qua", "32/13/2026", "2026-13-01"])
def test_a_date_that_is_none_is_explained(chot: Chot, traffic: Path, text: str) -> None:
    result = chot("export", "goods", "--data", traffic, "--from", text, "--to", "now", exit_code=2)
    assert "không phải ngày giờ" in result.output


def test_v5_a_report_made_again_later_says_the_same_and_lists_apart_what_came_late(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    store = open_store(load_config(demo_data))
    rng = random.Random(6)
    tablet, late = enrolled(store, rng, "nt-ca-na"), enrolled(store, rng, "nt-ca-na")
    for one in (tablet, late):
        one.now_ms = NOON_MS
    tablet.push(store, tablet.crossings(3), NOON_MS + HOUR_MS)
    window = ("--data", demo_data, "--from", "2026-11-22 10:00", "--to", "2026-11-22 12:00")
    first, again, apart = (tmp_path / f"{name}.csv" for name in ("06h", "again", "late"))
    chot("export", "crossings", *window, "--output", first)
    missed = tablet.batch(tablet.amendment(tablet.records[0], {}, lane="xe-may"))
    tablet.push(store, missed, NOON_MS + 3 * HOUR_MS)
    late.push(store, late.crossings(2), NOON_MS + 3 * HOUR_MS)
    store.close()
    as_of = ("--as-of", "2026-11-22T12:30+07:00", "--late", apart)
    told = chot("export", "crossings", *window, *as_of, "--output", again)
    assert again.read_bytes() == first.read_bytes()
    assert [row["Mã lượt"] for row in rows_of(apart)] == late.records
    assert "Theo nhật ký đến số" in told.output
    number = re.search(r"đến số (\d+)", told.output)
    assert number is not None
    chot(
        "export",
        "crossings",
        *window,
        "--as-of-sequence",
        number[1],
        "--output",
        tmp_path / "n.csv",
    )
    assert (tmp_path / "n.csv").read_bytes() == first.read_bytes()
    chot("export", "crossings", *window, "--output", first)
    assert again.read_bytes() != first.read_bytes()


def test_v5_as_of_is_said_once_and_late_needs_it(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    export = ("export", "crossings", "--data", traffic, *WINDOW)
    chot(*export, "--as-of", "now", "--as-of-sequence", "3", exit_code=1)
    chot(*export, "--late", tmp_path / "late.csv", exit_code=1)
