"""CSV and XLSX files of people's rows, read whole and bounded before anything is issued."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from server.issuing.encodings import UTF8, EncodingError, decoded
from server.issuing.values import tidy, unforced

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_UNZIPPED_BYTES = 256 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 64
MAX_CELL_CHARACTERS = 1_000
DELIMITERS = "\t;,"
_QUOTED = re.compile(r'"[^"]*"')
HEADING_ROWS = 10
"""A list may have a title above its headings; they are looked for in so many rows."""

SEPARATOR_HINTS = ("sep=,", "sep=;", "sep=", "sep=\t")
XLSX_EXTRA = "chot[xlsx]"
HELP_SHEET = "Cách điền"
"""The second sheet of our own templates."""


class TableError(Exception):
    """The file as a whole cannot be used; `code` is a key of `server.issuing.texts`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` as the spreadsheet shows it. `numeric`: cells that held a bare number.

    `untyped`: of a text file, where a number that has lost its zeros looks like any other.
    """

    number: int
    cells: tuple[str, ...]
    numeric: frozenset[int] = frozenset()
    untyped: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and the rows below them; `encoding` of a text file, "" of a workbook.

    `sheet` of a workbook is the one that was read, `unread` are others that people see and that
    hold something.
    """

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = UTF8
    heading_row: int = 1
    sheet: str = ""
    unread: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """The rows of a .csv or .xlsx file; empty rows are left out. Raises TableError, OSError."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise TableError("file.large", limit=MAX_FILE_BYTES // 2**20)
    suffix = path.suffix.lower()
    encoding = sheet = ""
    unread: tuple[str, ...] = ()
    lines: Iterable[Row]
    if suffix == ".xlsx":
        lines, sheet, unread = _xlsx(path)
    elif suffix in (".csv", ".txt", ".tsv"):
        try:
            text, encoding = decoded(path.read_bytes())
        except EncodingError:
            raise TableError("file.encoding") from None
        lines = _csv(text)
    else:
        raise TableError("file.kind", suffix=suffix or path.name)
    found = list(_bounded(lines))
    if not found:
        raise TableError("file.empty")
    headings = found[0].cells
    rows = tuple(row for row in found[1:] if any(row.cells))
    if not rows:
        raise TableError("file.empty")
    return Table(headings, rows, encoding, found[0].number, sheet, unread)


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count > MAX_ROWS:
            raise TableError("file.rows", limit=MAX_ROWS)
        if len(row.cells) > MAX_COLUMNS:
            raise TableError("file.columns", row=row.number, limit=MAX_COLUMNS)
        if any(len(cell) > MAX_CELL_CHARACTERS for cell in row.cells):
            raise TableError("file.cell", row=row.number, limit=MAX_CELL_CHARACTERS)
        yield row


def _csv(text: str) -> Iterator[Row]:
    head, _, rest = text.partition("\n")
    skipped = 0
    # Excel's own hint, which it writes no heading after.
    if head.strip().lower() in SEPARATOR_HINTS:
        delimiter, text, skipped = head.strip()[4:] or "\t", rest, 1
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1 + skipped
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # An open quotation mark may swallow so much too.
            is_long = "field limit" in str(error)
            raise TableError("file.endless" if is_long else "file.quotes", row=first) from None
        yield Row(first, tuple(unforced(tidy(cell)) for cell in line), untyped=True)


def _delimiter(text: str) -> str:
    """What stands equally often in most of the first lines; cells hold commas more than tabs."""
    lines = [_QUOTED.sub("", line) for line in text.split("\n", HEADING_ROWS)[:HEADING_ROWS]]

    def fit(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
        return max(((lines_of, count) for count, lines_of in counts.items()), default=(0, 0))

    return max(DELIMITERS, key=fit)


def _xlsx(path: Path) -> tuple[list[Row], str, tuple[str, ...]]:
    """The rows of the first sheet that people see, its name, and what else they see."""
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise TableError("extra", extra=XLSX_EXTRA) from None
    try:
        with zipfile.ZipFile(path) as archive:
            unzipped = sum(one.file_size for one in archive.infolist())
            if unzipped > MAX_UNZIPPED_BYTES:
                raise TableError("file.large", limit=MAX_UNZIPPED_BYTES // 2**20)
            # No workbook has one. What a parser does with it differs: lxml, which openpyxl takes
            # where it finds it, leaves entities out without a word.
            if any(_declares_types(archive.read(one)) for one in archive.infolist()):
                raise TableError("file.xlsx")
    except (zipfile.BadZipFile, ValueError, EOFError, zlib.error):
        raise TableError("file.xlsx") from None
    # Opened here, because openpyxl leaves a file open that it cannot read.
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
            # A sheet may claim a million columns that nobody filled.
            bounds = {"max_col": MAX_COLUMNS, "max_row": MAX_ROWS + 2}
            sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
            sheet = (sheets or book.worksheets)[0]
            lines = list(sheet.iter_rows(values_only=True, **bounds))
            unread = tuple(one.title for one in sheets[1:] if _holds_something(one))
        except Exception:
            # It fails in many ways on XML that is not what it expects; all mean the same.
            raise TableError("file.xlsx") from None
    rows = []
    for number, line in enumerate(lines, 1):
        cells = [_cell(value) for value in line]
        while cells and not cells[-1]:
            cells.pop()
        bare = frozenset(
            index
            for index, value in enumerate(line)
            if isinstance(value, int | float) and not isinstance(value, bool)
        )
        rows.append(Row(number, tuple(cells), bare))
    return rows, str(sheet.title), unread


def _holds_something(sheet: Any) -> bool:
    if sheet.title == HELP_SHEET:
        return False
    head = sheet.iter_rows(values_only=True, max_row=HEADING_ROWS, max_col=MAX_COLUMNS)
    return any(value is not None for line in head for value in line)


def _declares_types(part: bytes) -> bool:
    """Whether a part holds a document type declaration, in any encoding that XML parsers take."""
    return any("<!DOCTYPE".encode(coding) in part for coding in ("utf-8", "utf-16-le", "utf-16-be"))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        at_midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unforced(tidy(str(value)))
