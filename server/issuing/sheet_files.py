"""The sheets of many documents as PDF files of a ream each: what a printer takes at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from server.issuing.codes import PrintedCode
from server.issuing.sheets import Sheets
from server.issuing.sign import Document

SHEETS_A_FILE = 500
"""Documents. A file is held until it is whole: a list of 20,000 would be 200 MB."""


class SheetFiles:
    """`sheets.pdf` in a folder, or for more than SHEETS_A_FILE documents `sheets-01.pdf` and on."""

    def __init__(self, folder: Path, count: int, *, unit: str, windscreen: bool = False) -> None:
        self._folder = folder
        self._unit = unit
        self._windscreen = windscreen
        self._names = sheet_names(count)
        self._sheets: Sheets | None = None
        self._added = 0

    def add(self, document: Document, codes: Sequence[PrintedCode]) -> None:
        """The next document with its codes, `count` of them in all."""
        if self._sheets is None:
            path = self._folder / self._names[self._added // SHEETS_A_FILE]
            self._sheets = Sheets(path, document.typ, unit=self._unit, windscreen=self._windscreen)
        self._sheets.add(document, codes)
        self._added += 1
        if self._added % SHEETS_A_FILE == 0:
            self.close()

    def close(self) -> None:
        """Write what is left."""
        if self._sheets is not None:
            self._sheets.save()
            self._sheets = None


def sheet_names(count: int) -> list[str]:
    """The files that so many documents get."""
    files = -(-count // SHEETS_A_FILE)
    if files <= 1:
        return ["sheets.pdf"]
    digits = max(2, len(str(files)))
    return [f"sheets-{number:0{digits}}.pdf" for number in range(1, files + 1)]


def sheets_said(count: int) -> str:
    """These files in a few words."""
    names = sheet_names(count)
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"
