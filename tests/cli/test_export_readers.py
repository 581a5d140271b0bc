"""What others read exports with: pandas and DuckDB the typed files, LibreOffice the tables."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Chot
from tests.cli.exported_day import WINDOW, make_day
from tests.cli.libreoffice import converted, needs_libreoffice, printed

PANDAS = Path(__file__).parents[2] / "build" / "readers" / "bin" / "python"
TABLES = ("crossings", "turn-backs", "goods", "passengers", "conflicts")
UNMASK = ("--unmask", "--purpose", "truy vết", "--case", "12/CV")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("read") / "data"
    make_day(data)
    return data


@pytest.mark.skipif(not PANDAS.exists(), reason="no pandas: make readers")
def test_pandas_reads_every_kind_of_file_alike(chot: Chot, day: Path, tmp_path: Path) -> None:
    for name in ("l.parquet", "l.xlsx", "l.csv", "l.jsonl"):
        chot("export", "crossings", "--data", day, *WINDOW, "--output", tmp_path / name)
    script = Path(__file__).with_name("read_by_pandas.py")
    run = subprocess.run(
        [PANDAS, script, tmp_path], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["types"]["occurred"].startswith("datetime64[ms, ")
    assert found["types"]["people"] == "int64"
    assert found["rows"] == [7] * 4 and found["people"] == [5] * 4
    assert [one[:19] for one in found["first"]] == ["2026-11-22T12:01:01"] * 4
    first, *others = found["plates"]
    assert len(first) == 5 and all(one == first for one in others)


def test_duckdb_reads_the_parquet_of_every_table(chot: Chot, day: Path, tmp_path: Path) -> None:
    for table in TABLES:
        path, plain = tmp_path / f"{table}.parquet", tmp_path / f"{table}.jsonl"
        for output in (path, plain):
            chot("export", table, "--data", day, *WINDOW, "--output", output)
        rows = [json.loads(line) for line in plain.read_text("utf-8").splitlines()]
        [(count,)] = duckdb.connect().execute(f"SELECT count(*) FROM '{path}'").fetchall()
        assert count == len(rows) > 0, table
        types = {
            name: kind
            for name, kind, *_ in duckdb.connect().execute(f"DESCRIBE FROM '{path}'").fetchall()
        }
        assert types["occurred"] == "TIMESTAMP WITH TIME ZONE"
        assert set(types) == set(rows[0])
    goods = f"'{tmp_path / 'goods.parquet'}'"
    [found] = (
        duckdb.connect()
        .execute(f"SELECT sum(quantity) FILTER (unit = 'tonne'), bool_or(perishable) FROM {goods}")
        .fetchall()
    )
    assert found == (2.5, True)


@pytest.mark.slow
@needs_libreoffice
def test_libreoffice_opens_every_table_and_no_cell_runs(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    """As pages: each crossing's plate is there, times are times, and formulas are their text."""
    names = []
    for table in TABLES:
        more = UNMASK if table in ("goods", "passengers") else ()
        for ending in ("csv", "xlsx"):
            names.append(f"{table}.{ending}.{ending}")
            chot("export", table, "--data", day, *WINDOW, *more, "--output", tmp_path / names[-1])
    pages = converted([tmp_path / name for name in names], tmp_path)
    for name, page in zip(names, pages, strict=True):
        text = printed(page)
        packed = re.sub(r"\s+", "", text)
        assert "Err:" not in text and "#NAME?" not in text and "#VALUE!" not in text, name
        assert {"goods": "29C12345", "turn-backs": "30A12345"}.get(
            name.split(".")[0], "30A12347"
        ) in packed, name
        if name.startswith("goods"):
            assert "+Rau,cải" in packed and "Trùng" in packed
        if name == "passengers.xlsx.xlsx":
            assert "001090012345" in packed and "000000000019" in packed, "zeros in front stay"
            assert "=NguyễnThị" in packed
        if name.endswith("xlsx"):
            assert "22/11/2026" in packed, name
