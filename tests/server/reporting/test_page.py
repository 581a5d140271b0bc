"""What an official would send back: cut figures and names, a line that points at nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from server.reporting import docx_file
from server.reporting.charts import charts
from server.reporting.letterhead import letterhead_of
from server.reporting.page import page_of
from server.reporting.tables import TEXT_MM, Table, figures_table
from tests.server.reporting.conftest import AT_MS, HOUR_MS, UNIT, Day

LETTERS_PT = {".": 2.75, "+": 6.21}
"""Times at 11 points; a digit is 5.5."""
BOLD_PT = {"h": 6.12}


@pytest.mark.parametrize("number", ["0", "4.000.000", "+4.000.000", "+999.999.999.999"])
@pytest.mark.parametrize("width_mm", [14, 17, 24])
def test_a_number_stays_on_one_line_of_its_column(
    day: Day, tmp_path: Path, number: str, width_mm: int
) -> None:
    table = Table("I. Kết quả", (("Chỉ tiêu", "Kỳ này"), ("Tiền phạt", number)), (100, width_mm))
    page = replace(page_of(day.whole, letterhead_of({}, UNIT)), tables=(table,), charts=())
    docx_file.make(tmp_path / "made.docx", page, UNIT)
    book = Document(str(tmp_path / "made.docx"))
    (grid,) = (one for one in book.tables if one.cell(0, 0).text == "Chỉ tiêu")
    (run,) = grid.cell(1, 1).paragraphs[0].runs
    size = run.font.size or book.styles["Ô bảng"].font.size
    wide = sum(LETTERS_PT.get(one, 5.5) for one in number) * size / Pt(11)
    assert size <= Pt(11)
    assert wide <= Mm(width_mm - 2).pt
    assert number != "0" or size == Pt(11)


@pytest.mark.parametrize("until", [":00", ":30", ":59"])
@pytest.mark.parametrize("column", [1, 2, 5])
def test_the_hours_of_a_draft_stay_on_one_line_of_their_head(
    day: Day, until: str, column: int
) -> None:
    minutes = int(until.lstrip(":"))
    ends_ms = AT_MS - 6 * HOUR_MS + minutes * 60_000
    cut, since_midnight, activation = day.draft.periods
    ended = [
        replace(one, period=replace(one.period, to_ms=ends_ms))
        for one in (cut, since_midnight, day.draft.before["previous_day"])
    ]
    report = replace(
        day.draft,
        periods=(ended[0], ended[1], activation),
        before={**day.draft.before, "previous_day": ended[2]},
    )
    table = figures_table(report)
    hours = table.rows[0][column].split()[-1]
    assert ("h" + until.removeprefix(":00").lstrip(":")) in hours
    wide = sum(BOLD_PT.get(one, 5.5) for one in hours)
    assert wide <= Mm(table.widths_mm[column] - 2).pt
    assert sum(table.widths_mm) == TEXT_MM


def test_a_name_that_begins_with_a_digit_is_no_number(day: Day, tmp_path: Path) -> None:
    name = "22 Phùng Hưng, ngã ba 21B vào khu tập thể Ba La"
    table = Table("I. Theo chốt", (("Chốt", "Lượt"), (name, "3/5")), (57, 18))
    page = replace(page_of(day.whole, letterhead_of({}, UNIT)), tables=(table,), charts=())
    docx_file.make(tmp_path / "made.docx", page, UNIT)
    book = Document(str(tmp_path / "made.docx"))
    (grid,) = (one for one in book.tables if one.cell(0, 0).text == "Chốt")
    cells = [grid.cell(1, at).paragraphs[0] for at in (0, 1)]
    assert [one.alignment for one in cells] == [None, WD_ALIGN_PARAGRAPH.RIGHT]
    assert [one.runs[0].font.size for one in cells] == [None, None]


@pytest.mark.parametrize(
    ("agency", "lines"),
    [
        ("Xã Cà Ná", ["XÃ CÀ NÁ"]),
        ("Ủy ban nhân dân quận Hà Đông", ["ỦY BAN NHÂN DÂN", "QUẬN HÀ ĐÔNG"]),
        ("Ban Chỉ đạo phòng, chống dịch", ["BAN CHỈ ĐẠO", "PHÒNG, CHỐNG DỊCH"]),
        ("", [""]),
        ("X" * 60, ["X" * 60]),
    ],
)
def test_a_long_name_is_in_even_lines(day: Day, agency: str, lines: list[str]) -> None:
    page = page_of(day.whole, letterhead_of({"agency": agency, "parent": agency}, UNIT))
    assert page.agency.split("\n") == page.parent.split("\n") == lines


def test_nothing_points_above_where_nobody_is_named(day: Day) -> None:
    assert page_of(day.whole, letterhead_of({}, UNIT)).recipients == ("- Lưu: VT.",)
    named = letterhead_of({"addressees": ["Ủy ban nhân dân tỉnh"]}, UNIT)
    assert page_of(day.whole, named).recipients == ("- Như trên;", "- Lưu: VT.")


def test_a_checkpoint_where_only_vehicles_were_counted_is_in_the_chart(day: Day) -> None:
    (places,) = (one for one in charts(day.whole) if one.heading.startswith("Theo chốt"))
    assert dict(places.rows)["Cà Ná"] == (1, 0)


def test_a_name_beside_a_bar_is_whole_or_says_that_it_is_not(day: Day, tmp_path: Path) -> None:
    named = {"Quốc lộ 6": "Chốt trục phía Nam – Kiến Hưng", "Cà Ná": "Chốt " + "rất dài " * 9}
    checkpoints = tuple(replace(one, name=named[one.name]) for one in day.draft.checkpoints)
    report = replace(day.draft, checkpoints=checkpoints)
    docx_file.make(tmp_path / "made.docx", page_of(report, letterhead_of({}, UNIT)), UNIT)
    grid = Document(str(tmp_path / "made.docx")).tables[-1]
    labels = [row.cells[0].text for row in grid.rows if row.cells[0].text]
    assert labels[0] == "Chốt trục phía Nam – Kiến Hưng"
    assert labels[1].startswith("Chốt rất dài") and labels[1].endswith("…")
