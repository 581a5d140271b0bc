"""What issuing in bulk leaves behind: one folder, whole or not at all."""

from __future__ import annotations

import csv
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from server.issuing.codes import code_svg, printed_code
from server.issuing.said import local_time
from server.issuing.sign import Document
from server.png import rows_png
from server.spreadsheet import Cell, defused

ISSUED = "issued.csv"
ISSUED_COLUMNS = (
    "row", "id", "type", "issued", "valid_from", "expires", "key", "parts", "name", "plate",
    "files",
)  # fmt: skip


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` only when the block ends well.

    Raises FileExistsError when `out` is there and not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(17, "đã có / exists", str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    partial.mkdir(mode=0o700)
    try:
        yield partial
        if out.exists():
            out.rmdir()
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_codes(folder: Path, documents: Sequence[Document], seen: Callable[[], None]) -> None:
    """SVG and PNG of every code, and `issued.csv`. `seen` is called once a document."""
    (folder / "codes").mkdir()
    rows: list[list[Cell]] = []
    for number, document in enumerate(documents, 1):
        names = code_names(number, document)
        for name, text in zip(names, document.texts, strict=True):
            code = printed_code(text)
            (folder / "codes" / f"{name}.svg").write_text(code_svg(code), "ascii")
            (folder / "codes" / f"{name}.png").write_bytes(rows_png(code.rows))
        rows.append(_issued_row(document, names))
        seen()
    write_csv(folder / ISSUED, ISSUED_COLUMNS, rows)


def code_names(number: int, document: Document) -> list[str]:
    """The file names of a document's codes, without their suffix."""
    stem = f"{number:04}-{document.id}"
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
