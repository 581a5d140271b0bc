"""Every kind of export file, byte by byte, of two made-up noons (`tests/golden/exports`).

A wanted change is written with CHOT_GOLDEN=write and looked at in the diff. Workbooks and Parquet
name the library that wrote them, so of those the sheet, the schema and the rows are compared.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from server.exporting.formats import FORMATS
from tests.cli.conftest import Chot
from tests.cli.exported_day import WINDOW, make_day
from tests.cli.exported_log import AUDIT_WINDOW, LOG_WINDOW, make_log, steady

GOLDEN = Path(__file__).parents[1] / "golden" / "exports"
LOGGED = ("alerts", "notes", "events", "audit")
UNMASK = ("--unmask", "--purpose", "truy vết", "--case", "12/CV")
FILES: dict[str, tuple[str, ...]] = {
    "crossings.csv": ("crossings",),
    "crossings-en.csv": ("crossings", "--lang", "en"),
    "crossings.jsonl": ("crossings",),
    "crossings.xlsx": ("crossings",),
    "crossings.parquet": ("crossings",),
    "crossings.sqlite": ("crossings",),
    "turn-backs.csv": ("turn-backs",),
    "goods.csv": ("goods",),
    "goods-unmasked.csv": ("goods", *UNMASK),
    "goods.xlsx": ("goods",),
    "goods.parquet": ("goods",),
    "passengers.csv": ("passengers",),
    "passengers-unmasked.csv": ("passengers", *UNMASK),
    "passengers-unmasked.jsonl": ("passengers", *UNMASK),
    "passengers-unmasked.xlsx": ("passengers", *UNMASK),
    "arrivals.csv": ("arrivals", "--commune", "2021-22849"),
    "arrivals-lodging.xlsx": ("arrivals", "--commune", "2021-22849", "--for", "lodging"),
    "arrivals-lodging.jsonl": ("arrivals", "--commune", "2021-22849", "--for", "lodging"),
    "conflicts.csv": ("conflicts",),
    "conflicts.jsonl": ("conflicts",),
    **{f"{table}.{kind}": (table,) for table in LOGGED for kind in FORMATS},
    "alerts-en.csv": ("alerts", "--lang", "en"),
    "alerts-unmasked.csv": ("alerts", *UNMASK),
    "notes-unmasked.csv": ("notes", *UNMASK),
    "notes-unmasked.xlsx": ("notes", *UNMASK),
    "events-unmasked.jsonl": ("events", *UNMASK),
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("golden") / "data"
    make_day(data)
    return data


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("golden-log") / "data"
    make_log(data)
    return data


def told(path: Path) -> str:
    """What a file holds, as text; of line formats the bytes themselves."""
    if path.suffix == ".xlsx":
        return sheet(path)
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        fields = [
            f"{one.name}: {one.type} ({one.metadata[b'description'].decode()})"
            for one in table.schema
        ]
        rows = [json.dumps(one, ensure_ascii=False, default=str) for one in table.to_pylist()]
        return "\n".join([*fields, *rows, ""])
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as database:
            return "\n".join([*database.iterdump(), ""])
    return path.read_bytes().decode("utf-8")


def sheet(path: Path) -> str:
    """The first sheet and the number formats of a workbook, a cell a line."""
    with zipfile.ZipFile(path) as book:
        styles = book.read("xl/styles.xml").decode("utf-8")
        cells = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    formats = re.search(r"<numFmts.*?</numFmts>", styles)
    shown = "" if formats is None else formats[0]
    return "\n".join([shown, *re.split(r"(?=<c |<row |<autoFilter |<pageSetup )", cells), ""])


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_what_it_was(
    chot: Chot, day: Path, log: Path, tmp_path: Path, name: str
) -> None:
    table, *more = FILES[name]
    data = log if table in LOGGED else day
    window = AUDIT_WINDOW if table == "audit" else LOG_WINDOW if table in LOGGED else WINDOW
    chot("export", table, "--data", data, *window, *more, "--output", tmp_path / name)
    found = told(tmp_path / name)
    if table == "events":
        found = steady(found, log)
    known = GOLDEN / (name if name.endswith((".csv", ".jsonl")) else f"{name}.txt")
    if os.environ.get("CHOT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        known.write_bytes(found.encode("utf-8"))
    assert found == known.read_bytes().decode("utf-8")


def test_no_golden_file_is_left_over() -> None:
    names = {one if one.endswith((".csv", ".jsonl")) else f"{one}.txt" for one in FILES}
    assert {one.name for one in GOLDEN.iterdir()} == names
