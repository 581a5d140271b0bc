"""The files an export may become: CSV and JSON lines grow by the row, others at the end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from server.exporting.words import Lang
from server.store.export_protocol import Column, Value

Row = tuple[Value, ...]


class LineFormat:
    """Rows as bytes, one after the other, so that a file may be cut and gone on with."""

    def __init__(self, columns: Sequence[Column], headings: Sequence[str]) -> None:
        self.names = [column.name for column in columns]
        self.headings = headings

    def head(self) -> bytes:
        """What stands before the first row."""
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        raise NotImplementedError


class CsvLines(LineFormat):
    """RFC 4180 with a BOM, which tells Excel that the text is UTF-8."""

    def head(self) -> bytes:
        return b"\xef\xbb\xbf" + self.rows([tuple(self.headings)])

    def rows(self, rows: Sequence[Row]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()


class JsonLines(LineFormat):
    """One object a line, by wire names."""

    def rows(self, rows: Sequence[Row]) -> bytes:
        names = self.names
        lines = (
            json.dumps(
                dict(zip(names, row, strict=True)), ensure_ascii=False, separators=(",", ":")
            )
            for row in rows
        )
        return "".join(f"{line}\n" for line in lines).encode()


class Spool(LineFormat):
    """Rows as JSON arrays: what a format that cannot be cut is made of when all rows are there."""

    def rows(self, rows: Sequence[Row]) -> bytes:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def spooled(file: BinaryIO) -> Iterator[Row]:
    """The rows of a spool."""
    for line in file:
        yield tuple(json.loads(line))


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its times, whether cells are defused, and how it is made."""

    lines: type[LineFormat]
    moments: Literal["ms", "local", "iso"]
    lang: Lang
    """Whose words where nobody says: those of people for spreadsheets, the wire's for programs."""
    defused: bool = False
    make: str = ""
    """The module of this room with `make(path, columns, headings, rows)`; "" where lines are it."""
    extra: str = ""
    """The extra of setup.cfg that it needs."""
    package: str = ""
    """What that extra brings."""
    printed: bool = False
    """Whether `make` takes a title and a warning for its pages as well."""


FORMATS = {
    "csv": Format(CsvLines, "local", "vi", defused=True),
    "jsonl": Format(JsonLines, "iso", "en"),
    "xlsx": Format(
        Spool, "ms", "vi", make="xlsx_file", extra="xlsx", package="xlsxwriter", printed=True
    ),
    "parquet": Format(Spool, "ms", "en", make="parquet_file", extra="parquet", package="pyarrow"),
    "sqlite": Format(Spool, "iso", "en", make="sqlite_file"),
}
