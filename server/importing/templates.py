"""Files to fill in: the headings of an import, and what is stored now, to be edited."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from server.importing.plan import Shown
from server.issuing.columns import Column
from server.issuing.folder import write_csv
from server.issuing.tables import HELP_SHEET, XLSX_EXTRA, TableError

_WIDTH = 22
_SHEET = "Dữ liệu"


def write_template(path: Path, columns: Sequence[Column], rows: Iterable[Shown], lang: str) -> None:
    """A new .csv or .xlsx with these rows; in a workbook every cell is text, so that zeros stay.

    Raises FileExistsError; TableError("file.kind" | "extra").
    """
    headings = [one.name if lang == "en" else one.vi for one in columns]
    cells = [[row.get(one.name, "") for one in columns] for row in rows]
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_csv(path, headings, cells)
    elif suffix == ".xlsx":
        _write_workbook(path, columns, headings, cells)
    else:
        raise TableError("file.kind", suffix=suffix or path.name)


def _write_workbook(
    path: Path, columns: Sequence[Column], headings: Sequence[str], cells: Sequence[Sequence[str]]
) -> None:
    try:
        import xlsxwriter
    except ImportError:
        raise TableError("extra", extra=XLSX_EXTRA) from None
    # Taken first, so that nobody's file is overwritten and others may not read it.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    sheet = book.add_worksheet(_SHEET)
    sheet.set_column(0, len(columns) - 1, _WIDTH, text)
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(cells, 1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, text)
    about = book.add_worksheet(HELP_SHEET)
    about.set_column(0, 2, _WIDTH, text)
    for column, heading in enumerate(("Cột / column", "Bắt buộc / required", "Ví dụ / example")):
        about.write_string(0, column, heading, bold)
    for number, one in enumerate(columns, 1):
        values = (f"{one.vi} / {one.name}", "x" if one.required else "", one.example)
        for column, cell in enumerate(values):
            about.write_string(number, column, cell, text)
    book.close()
