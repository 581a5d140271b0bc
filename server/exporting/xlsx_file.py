"""An export as an Excel workbook: dates as dates, text as text, sheets within Excel's limit.

XlsxWriter in constant memory: rows go to disk as they come. Text is written as strings, so nothing
is taken for a formula, and zeros at the front of numbers stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from server.store.export_protocol import Column, Value

ROWS_A_SHEET = 1_000_000
"""Excel takes 1,048,576."""

_LOCAL = timedelta(hours=7)
_CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""Fixed: the same rows give the same bytes."""
_WIDE = {
    **dict.fromkeys(("record", "device", "counted_as"), 38),
    **dict.fromkeys(("name", "origin", "destination"), 28),
    "address": 40,
}
_WIDTHS = {"moment": 19, "whole": 9, "number": 11, "flag": 9, "text": 16}


def make(
    path: Path,
    columns: Sequence[Column],
    headings: Sequence[str],
    rows: Iterable[tuple[Value, ...]],
) -> None:
    """Times are Vietnamese wall time, as Excel knows no zones."""
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"created": _CREATED, "title": path.stem.lstrip("."), "author": "chot"})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4", "text_wrap": True})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    flags = {True: "✓", False: ""}
    sheet: Any = None
    at = ROWS_A_SHEET + 1
    count = 0
    for row in rows:
        if at > ROWS_A_SHEET:
            count += 1
            sheet = _sheet(book, count, columns, headings, bold)
            at = 1
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None or value == "":
                continue
            if column.kind == "moment":
                local = datetime.fromtimestamp(float(value) / 1000, UTC) + _LOCAL
                sheet.write_datetime(at, place, local.replace(tzinfo=None), moment)
            elif column.kind == "flag":
                sheet.write_string(at, place, flags[bool(value)])
            elif isinstance(value, str):
                sheet.write_string(at, place, value)
            else:
                sheet.write_number(at, place, value)
        at += 1
    if sheet is None:
        _sheet(book, 1, columns, headings, bold)
    book.close()


def _sheet(
    book: Any, count: int, columns: Sequence[Column], headings: Sequence[str], bold: Any
) -> Any:
    sheet = book.add_worksheet("Dữ liệu" if count == 1 else f"Dữ liệu {count}")
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, column in enumerate(columns):
        width = _WIDE.get(column.name, _WIDTHS[column.kind])
        sheet.set_column(place, place, width)
    for place, text in enumerate(headings):
        sheet.write_string(0, place, text, bold)
    sheet.autofilter(0, 0, 0, len(columns) - 1)
    return sheet
