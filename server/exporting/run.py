"""One export from the store into a file: pinned, read in portions, gone on with, checked, named.

The rows are those of one number of the log, whatever is written meanwhile; what was begun and
killed is gone on with at the same number, so it ends in the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from server.exporting.formats import FORMATS, Format, LineFormat, spooled
from server.exporting.partial_file import PartialFile, Reached
from server.exporting.printed import title_of, warning_of
from server.exporting.reasons import ReasonWords
from server.exporting.rows import Rows, Wanted
from server.exporting.tables import TABLES
from server.exporting.words import Lang, heading, style_of
from server.memory import give_memory_back
from server.store.export_protocol import Column, Value
from server.store.protocol import Store

Row = tuple[Value, ...]
Told = Callable[[int, int], None]
"""Called with crossings read so far and in all, after every portion."""
CHUNK_BYTES = 1 << 20


class ExtraMissingError(Exception):
    """The format needs an extra that is not installed; its name is the argument."""


class RowsMissingError(Exception):
    """Crossings were purged or compacted away while they were exported."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported. `n`: as of this log number, None: as far as the view is.

    `came_after`: only what came after that number.
    """

    table: str
    window: tuple[int, int]
    checkpoints: tuple[str, ...]
    columns: tuple[Column, ...]
    layout: str
    lang: Lang
    n: int | None = None
    came_after: int = 0
    unmasked: bool = False
    compressed: bool = False
    destinations: tuple[str, ...] = ()

    def choices(self) -> dict[str, Any]:
        """What must be the same for a part to be gone on with."""
        return {
            "table": self.table,
            "window": list(self.window),
            "checkpoints": list(self.checkpoints),
            "columns": [one.name for one in self.columns],
            "layout": self.layout,
            "lang": self.lang,
            "as_of": self.n,
            "came_after": self.came_after,
            "unmasked": self.unmasked,
            "destinations": list(self.destinations),
        }

    def looked_at(self) -> dict[str, Any]:
        """What the audit keeps of it; why somebody looks is added by who asks."""
        details: dict[str, Any] = {
            "from_ms": self.window[0],
            "to_ms": self.window[1],
            "checkpoints": list(self.checkpoints),
        }
        if self.n is not None:
            details["as_of"] = self.n
        if self.came_after:
            details["came_after"] = self.came_after
        if self.unmasked:
            details["unmasked"] = True
        return details


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it: rows written, from how many crossings, and how many of those count."""

    rows: int
    crossings: int
    counted: int
    n: int
    sha256: str
    went_on_from: int
    """Rows that an earlier run had written."""


def export_to(
    store: Store, asked: Asked, target: Path, told: Told, *, restart: bool = False
) -> Exported:
    """Write `target` and its `.sha256`; a part that lies there is gone on with, unless `restart`.

    Raises OtherExportError, ExtraMissingError, RowsMissingError, OSError.
    """
    how = FORMATS[asked.layout]
    _check_extra(how)
    # Numbers mean what they meant in one log only: a restored server begins another epoch.
    choices = asked.choices() | {"log": [store.server_id, store.epoch]}
    part = PartialFile(target, choices, restart or not TABLES[asked.table].is_pinned)
    with part.file:
        _drop_unfinished(target)
        before = part.reached
        found = _rows(store, asked, how, before.n if before is not None else asked.n)
        lines = _lines(how, asked)
        rows, size = (before.rows, before.size) if before is not None else (0, 0)
        if before is None:
            size += part.file.write(lines.head())
        position = before.position if before is not None else 0
        for reached, some in found.pages(position):
            position = reached
            size += part.file.write(lines.rows(some))
            rows += len(some)
            part.save(Reached(found.n, position, rows, size))
            told(position, found.total)
        if asked.table in ("crossings", "turn-backs") and rows != found.total:
            raise RowsMissingError(found.total, rows)
        part.save(Reached(found.n, position, rows, size), now=True)
        made = part.path
        try:
            if how.make:
                made = target.with_name(f".{target.name}.made")
                store.export_done()
                with part.path.open("rb") as spool:
                    _make(how, made, asked, spool)
            if asked.compressed:
                made = _compressed(made, target)
            digest = _sha256(made)
            part.finish(made)
        except BaseException:
            # The rows stay to be gone on with; a disk that is full needs the room of the rest.
            _drop_unfinished(target)
            raise
    checksum = target.with_name(f"{target.name}.sha256")
    checksum.write_text(f"{digest}  {target.name}\n", "utf-8")
    return Exported(rows, found.total, found.counted, found.n, digest, before.rows if before else 0)


def export_into(store: Store, asked: Asked, file: BinaryIO, told: Told) -> Exported:
    """The same into a stream: nothing to go on with, and only formats made of lines."""
    how = FORMATS[asked.layout]
    found = _rows(store, asked, how, asked.n)
    lines = _lines(how, asked)
    digest = hashlib.sha256()
    rows = 0
    out: BinaryIO = gzip.GzipFile(fileobj=file, mode="wb", mtime=0) if asked.compressed else file  # type: ignore[assignment]

    def put(data: bytes) -> None:
        digest.update(data)
        out.write(data)

    put(lines.head())
    for position, some in found.pages(0):
        put(lines.rows(some))
        rows += len(some)
        told(position, found.total)
    if out is not file:
        out.close()
    file.flush()
    return Exported(rows, found.total, found.counted, found.n, digest.hexdigest(), 0)


def _rows(store: Store, asked: Asked, how: Format, n: int | None) -> Rows:
    style = style_of(asked.lang, how.moments, defused=how.defused)
    reasons = ReasonWords(store, is_defused=how.defused) if asked.lang == "vi" else None
    if reasons is not None:
        style = replace(style, reasons=reasons.__getitem__)
    wanted = Wanted(
        asked.table, asked.window, asked.checkpoints, asked.columns, style, asked.unmasked, n,
        asked.came_after, reasons, asked.destinations,
    )  # fmt: skip
    return TABLES[asked.table].rows(store, wanted)


def _lines(how: Format, asked: Asked) -> LineFormat:
    return how.lines(asked.columns, [heading(one.name, asked.lang) for one in asked.columns])


def _check_extra(how: Format) -> None:
    """Before anything is read: an hour of rows must not end in a missing package."""
    if how.package and importlib.util.find_spec(how.package) is None:
        raise ExtraMissingError(how.extra)


def _make(how: Format, made: Path, asked: Asked, spool: BinaryIO) -> None:
    """The file of a format that cannot be cut, from its rows.

    Its package is loaded only now, and what reading took is given back: pyarrow alone is 30 MB.
    """
    give_memory_back()
    module = importlib.import_module(f"server.exporting.{how.make}")
    headings = [heading(one.name, asked.lang) for one in asked.columns]
    more = {}
    if how.printed:
        names_people = asked.unmasked or TABLES[asked.table].names_people
        more["title"] = title_of(asked.table, asked.window, asked.lang)
        more["warning"] = warning_of(names_people, asked.lang)
    module.make(made, asked.columns, headings, spooled(spool), **more)


def _drop_unfinished(target: Path) -> None:
    """What a killed run was making of the rows, perhaps in another format: no run goes on with it.

    Whoever is named in it would be named in a file that nobody looks for.
    """
    for ending in ("made", "gz.made"):
        target.with_name(f".{target.name}.{ending}").unlink(missing_ok=True)
    shutil.rmtree(target.with_name(f".{target.name}.made.sheets"), ignore_errors=True)


def _compressed(made: Path, target: Path) -> Path:
    packed = target.with_name(f".{target.name}.gz.made")
    with (
        made.open("rb") as plain,
        packed.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, 0) as out,
    ):
        shutil.copyfileobj(plain, out, CHUNK_BYTES)
    made.unlink()
    return packed


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
