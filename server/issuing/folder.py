"""What issuing in bulk leaves behind: codes as pictures, and a table of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from server.issuing.codes import PrintedCode, code_svg
from server.issuing.drawing import drawn
from server.issuing.said import local_time
from server.issuing.sign import Document
from server.png import rows_png
from server.spreadsheet import Cell, defused

ISSUED = "issued.csv"
ISSUED_COLUMNS = (
    "row", "id", "type", "issued", "valid_from", "expires", "key", "parts", "name", "plate",
    "files",
)  # fmt: skip


def write_codes(
    folder: Path,
    documents: Iterable[Document],
    count: int,
    draw: Callable[[Document, Sequence[PrintedCode]], None],
) -> None:
    """SVG and PNG of every code, and `issued.csv`, document by document: none is held.

    `count` of them; each is handed on to `draw` with its codes, for a sheet.
    """
    (folder / "codes").mkdir()
    write_csv(folder / ISSUED, ISSUED_COLUMNS, _written(folder / "codes", documents, count, draw))


def _written(
    folder: Path,
    documents: Iterable[Document],
    count: int,
    draw: Callable[[Document, Sequence[PrintedCode]], None],
) -> Iterator[list[Cell]]:
    digits = max(4, len(str(count)))
    for number, (document, codes) in enumerate(drawn(documents, count), 1):
        names = code_names(f"{number:0{digits}}", document)
        for name, code in zip(names, codes, strict=True):
            (folder / f"{name}.svg").write_text(code_svg(code), "ascii")
            (folder / f"{name}.png").write_bytes(rows_png(code.rows))
        draw(document, codes)
        yield _issued_row(document, names)


def code_names(number: str, document: Document) -> list[str]:
    """The file names of a document's codes, without their suffix."""
    stem = f"{number}-{document.id}"
    if len(document.texts) == 1:
        return [stem]
    of = len(document.texts)
    return [f"{stem}-{part}of{of}" for part in range(1, of + 1)]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A CSV file for a spreadsheet: BOM, and no cell that would run. Readable by its owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([defused(cell) for cell in row])


def _issued_row(document: Document, names: Sequence[str]) -> list[Cell]:
    draft = document.draft
    cells = {} if draft is None else draft.cells
    return [
        0 if draft is None else draft.row,
        document.id,
        document.typ,
        local_time(document.issued_ms),
        "" if document.from_ms is None else local_time(document.from_ms),
        local_time(document.expires_ms),
        document.kid,
        len(document.texts),
        cells.get("name", ""),
        cells.get("plate", ""),
        " ".join(f"codes/{name}.svg" for name in names),
    ]
