"""An export as an Excel workbook: dates as dates, text as text, sheets within Excel's limit.

XlsxWriter in constant memory: rows go to disk as they come. Text is written as strings, so nothing
is taken for a formula, and zeros at the front of numbers stay. Made to be printed as it is: A4
across, as wide as the page, the head on each page, what is only for machines folded away.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from server.exporting.printed import LINE_POINTS, folded, is_wrapped, lines_of, width_of
from server.store.export_protocol import Column, Value

ROWS_A_SHEET = 1_000_000
"""Excel takes 1,048,576."""
HEAD = {"bold": True, "bottom": 1, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"}
GROUPED = frozenset({"amount_vnd"})
"""Numbers shown in groups of three digits."""

_LOCAL = timedelta(hours=7)
_CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""Fixed: the same rows give the same bytes."""


def make(
    path: Path,
    columns: Sequence[Column],
    headings: Sequence[str],
    rows: Iterable[tuple[Value, ...]],
    title: str = "",
    warning: str = "",
) -> None:
    """Times are Vietnamese wall time, as Excel knows no zones.

    `title` and `warning` stand at the head and the foot of each printed page.
    """
    # Not in the system's: a killed run would leave there who people are, and nobody looks for it.
    sheets = path.with_name(f"{path.name}.sheets")
    shutil.rmtree(sheets, ignore_errors=True)
    sheets.mkdir(mode=0o700)
    try:
        _make(path, sheets, columns, headings, rows, title, warning)
    finally:
        shutil.rmtree(sheets, ignore_errors=True)


def _make(
    path: Path,
    sheets: Path,
    columns: Sequence[Column],
    headings: Sequence[str],
    rows: Iterable[tuple[Value, ...]],
    title: str,
    warning: str,
) -> None:
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": str(sheets),
        },
    )
    book.set_properties(
        {"created": _CREATED, "title": title or path.stem.lstrip("."), "author": "chot"}
    )
    looks = _Looks(
        head=book.add_format(HEAD),
        cells=[book.add_format(_look_of(one)) for one in columns],
        title=title,
        warning=warning,
    )
    wrapped = [(at, width_of(one)) for at, one in enumerate(columns) if is_wrapped(one)]
    flags = {True: "✓", False: ""}
    sheet: Any = None
    tall = 0
    at = ROWS_A_SHEET + 1
    count = 0
    for row in rows:
        if at > ROWS_A_SHEET:
            if sheet is not None:
                _end(sheet, ROWS_A_SHEET, len(columns))
            count += 1
            sheet = _sheet(book, count, columns, headings, looks)
            at, tall = 1, 0
        # Before its cells: what is written goes to disk.
        if (lines := lines_of((width, row[place]) for place, width in wrapped)) > 1:
            sheet.set_row(at, LINE_POINTS * lines)
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None or value == "":
                continue
            if column.kind == "moment":
                local = datetime.fromtimestamp(float(value) / 1000, UTC) + _LOCAL
                sheet.write_datetime(at, place, local.replace(tzinfo=None), looks.cells[place])
            elif column.kind == "flag":
                sheet.write_string(at, place, flags[bool(value)])
            elif isinstance(value, str):
                sheet.write_string(at, place, value)
            else:
                sheet.write_number(at, place, value)
        if lines > 1:
            # On disk now; XlsxWriter would keep 300 bytes of every such row up to the end.
            del sheet.row_info[tall], sheet.row_sizes[tall]
            tall = at
        at += 1
    if sheet is None:
        sheet, at = _sheet(book, 1, columns, headings, looks), 1
    _end(sheet, at - 1, len(columns))
    close(book)


def close(book: Any) -> None:
    """Write the workbook out. Raises OSError, which XlsxWriter wraps into an error of its own."""
    try:
        book.close()
    except FileCreateError as error:
        [cause] = error.args
        raise cause from None


@dataclass(frozen=True, slots=True)
class _Looks:
    """What every sheet of a workbook looks like; `cells` by the place of their column."""

    head: Any
    cells: Sequence[Any]
    title: str
    warning: str


def _look_of(column: Column) -> dict[str, Any]:
    look: dict[str, Any] = {"valign": "top"}
    if column.kind == "moment":
        # To the left: it would stand against the text of the next column.
        return look | {"num_format": "dd/mm/yyyy hh:mm:ss", "align": "left"}
    if column.kind == "flag":
        return look | {"align": "center"}
    if column.kind in ("whole", "number"):
        # Away from the text of the next column.
        look |= {"align": "right", "indent": 1}
    if column.name in GROUPED:
        return look | {"num_format": "#,##0"}
    return look | {"text_wrap": is_wrapped(column)}


def _sheet(
    book: Any, count: int, columns: Sequence[Column], headings: Sequence[str], looks: _Looks
) -> Any:
    sheet = book.add_worksheet("Dữ liệu" if count == 1 else f"Dữ liệu {count}")
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.hide_gridlines(0)
    if looks.title:
        sheet.set_header(f"&L&B{_plain(looks.title)}", {"margin": 0.25})
    warning = f"&L{_plain(looks.warning)}" if looks.warning else ""
    sheet.set_footer(f"{warning}&R&P / &N", {"margin": 0.25})
    away = folded(columns)
    for place, (column, cell) in enumerate(zip(columns, looks.cells, strict=True)):
        fold = {"level": 1, "hidden": True} if column.name in away else {}
        sheet.set_column(place, place, width_of(column), cell, fold)
    # Bold, and beside the button of the filter.
    heads = ((width_of(one) - 3, text) for one, text in zip(columns, headings, strict=True))
    sheet.set_row(0, LINE_POINTS * lines_of(heads))
    for place, text in enumerate(headings):
        sheet.write_string(0, place, text, looks.head)
    return sheet


def _plain(text: str) -> str:
    """Text for a head or a foot, where an ampersand begins a command."""
    return text.replace("&", "&&")


def _end(sheet: Any, last: int, width: int) -> None:
    """The filter and the printed area, known when all rows are there.

    A filter over the heading alone filters nothing; without an area, long text at the right end
    is printed as well and everything shrinks to fit it.
    """
    sheet.autofilter(0, 0, last, width - 1)
    sheet.print_area(0, 0, last, width - 1)
