"""A workbook as an administrator prints it: whole lines on A4, heads on each page, nothing cut."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from server.config import Config
from server.exporting import xlsx_file
from server.exporting.printed import LEGIBLE_CHARACTERS, MOST_LINES, folded, lines_of, width_of
from server.exporting.tables import TABLES, columns_of
from server.exporting.words import heading
from server.store.export_protocol import Column, Value
from server.store.sqlite import open_store
from tests.cli.conftest import Chot
from tests.cli.exported_day import WINDOW, make_day
from tests.cli.exported_log import AUDIT_WINDOW, LOG_WINDOW, make_log
from tests.cli.libreoffice import converted, needs_libreoffice, printed

UNMASK = ("--unmask", "--purpose", "truy vết", "--case", "12/CV")
COLUMNS = (Column("record"), Column("occurred", "moment"), Column("note", free=True))
LONG = "Va chạm hai xe máy trước chốt, không ai bị nặng; đã gọi cấp cứu và báo chốt trưởng."


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("printed") / "data"
    make_day(data)
    return data


def made(path: Path, rows: list[tuple[Value, ...]], columns: tuple[Column, ...] = COLUMNS) -> Path:
    headings = [heading(one.name, "vi") for one in columns]
    xlsx_file.make(path, columns, headings, rows, "Sổ & việc", "Có thông tin cá nhân")
    return path


def sheet_of(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_page_is_a4_across_as_wide_as_the_table_with_its_head_and_number(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    file = tmp_path / "luot.xlsx"
    chot("export", "crossings", "--data", day, *WINDOW, "--output", file)
    sheet = sheet_of(file)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$1", "A2")
    assert sheet.print_options.gridLines
    title = "Lượt qua chốt: 22/11/2026 12:00 – 22/11/2026 13:00"
    assert sheet.oddHeader.left.text == f"&B{title}"
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == (None, "&P / &N")


def test_the_filter_and_the_printed_area_reach_the_last_row(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    file = tmp_path / "luot.xlsx"
    chot("export", "crossings", "--data", day, *WINDOW, "--output", file)
    sheet = sheet_of(file)
    assert sheet.max_row == 8
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.print_area.replace("$", "").endswith(f"!{sheet.dimensions}")
    nothing = sheet_of(made(tmp_path / "nothing.xlsx", []))
    assert nothing.auto_filter.ref == "A1:C1"


def test_whoever_prints_names_is_told_so_on_every_page(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    for name, more in (("vi.xlsx", ()), ("en.xlsx", ("--lang", "en"))):
        asked = ("export", "passengers", "--data", day, *WINDOW, *UNMASK, *more)
        chot(*asked, "--output", tmp_path / name)
    vi, en = (sheet_of(tmp_path / name).oddFooter.left.text for name in ("vi.xlsx", "en.xlsx"))
    assert (vi[:20], en[:12]) == ("Có thông tin cá nhân", "Names people")
    arrivals = ("export", "arrivals", "--commune", "2021-22849", "--data", day, *WINDOW)
    chot(*arrivals, "--output", tmp_path / "den.xlsx")
    assert sheet_of(tmp_path / "den.xlsx").oddFooter.left.text == vi


def test_a_moment_shows_its_date_and_its_time_to_the_left(tmp_path: Path) -> None:
    sheet = sheet_of(made(tmp_path / "m.xlsx", [("r", 1_795_323_600_000, "")]))
    cell = sheet["B2"]
    assert (cell.number_format, cell.alignment.horizontal) == ("dd/mm/yyyy hh:mm:ss", "left")
    assert sheet.column_dimensions["B"].width >= len("22/11/2026 12:00:00")


def test_long_text_is_wrapped_in_a_row_as_high_as_it_needs(tmp_path: Path) -> None:
    rows: list[tuple[Value, ...]] = [("r", 1, "ngắn"), ("r", 1, LONG), ("r", 1, "hai\ndòng")]
    sheet = sheet_of(made(tmp_path / "w.xlsx", rows))
    assert sheet["C3"].alignment.wrap_text
    heights = [sheet.row_dimensions[at].height for at in (2, 3, 4)]
    assert heights == [None, 60.0, 30.0], "one line, four, two"
    assert lines_of([(10, "x" * 10_000)]) == MOST_LINES
    assert lines_of([(10, "vừa mười c")]) == 1


def test_what_is_for_machines_is_folded_where_a_line_would_be_too_small(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    for name, more in (("all.xlsx", ()), ("few.xlsx", ("--columns", "record,plate,occurred"))):
        asked = ("export", "crossings", "--data", day, *WINDOW, "--lang", "en", *more)
        chot(*asked, "--output", tmp_path / name)
    every, few = sheet_of(tmp_path / "all.xlsx"), sheet_of(tmp_path / "few.xlsx")
    away = {
        str(cell.value)
        for cell in every[1]
        for at in [every.column_dimensions[cell.column_letter]]
        if at.hidden and at.outlineLevel == 1
    }
    assert {"record", "device", "counted_as", "received"} <= away
    assert not away & {"occurred", "checkpoint", "plate", "action", "reasons", "officer"}
    assert not any(one.hidden for one in few.column_dimensions.values())
    assert every["A2"].value, "folded, not left out"


def test_no_table_is_folded_away_whole_and_each_keeps_its_time(day: Path) -> None:
    with open_store(Config(day)) as store:
        for table in TABLES:
            columns = columns_of(store, table, True)
            left = {one.name for one in columns} - folded(columns)
            assert left & {"occurred", "at", "received"}, table
            if folded(columns):
                assert sum(map(width_of, columns)) > LEGIBLE_CHARACTERS
    assert not folded([Column("body"), *[Column("record")] * 20][1:]), "nothing would be left"


def test_high_rows_are_forgotten_as_they_are_written(tmp_path: Path) -> None:
    """A million of them must not fill the memory; 9,000 kept would be some 3 MB."""
    peaks = []
    for count in (1_000, 10_000):
        tracemalloc.start()
        made(tmp_path / f"{count}.xlsx", [("r", 1, LONG)] * count)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 500_000, peaks


@pytest.mark.slow
@needs_libreoffice
def test_libreoffice_prints_each_page_with_its_head_and_no_column_beside(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    make_log(log)
    files = [made(tmp_path / "long.xlsx", [("r", 1_795_323_600_000, LONG)] * 20)]
    for table in ("crossings", "goods", "passengers", "conflicts", "alerts", "notes", "events"):
        is_logged = table in ("alerts", "notes", "events")
        data, window = (log, LOG_WINDOW) if is_logged else (day, WINDOW)
        more = () if table == "conflicts" else UNMASK
        files.append(tmp_path / f"{table}.xlsx")
        chot("export", table, "--data", data, *window, *more, "--output", files[-1])
    files.append(tmp_path / "audit.xlsx")
    chot("export", "audit", "--data", log, *AUDIT_WINDOW, "--output", files[-1])
    converted(files, tmp_path)
    for file in files:
        *pages, rest = printed(file.with_suffix(".pdf")).split("\f")
        assert rest == "" and len(pages) == (3 if file.stem == "long" else 1), file.name
        for number, page in enumerate(pages, 1):
            title = "Sổ & việc" if file.stem == "long" else "22/11/2026 12:00 – "
            assert (title if file.stem != "audit" else "12/10/2021 08:00 – ") in page, file.name
            assert re.search(rf"{number} ?/ ?{len(pages)}\b", page), file.name
            assert re.search(r"Thời điểm|Nhận lúc|Lúc", page), "the head of the table"
            assert "###" not in page, "no column is too narrow for its numbers"
