"""SIGKILL at any moment of an export: no half file under its name, and nothing left by the next."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Chot

WINDOW = ("--from", "2026-11-22 08:00", "--to", "2026-11-22 11:00")
KILLED = """
import os, signal, sys
from server.exporting import crossing_rows, parquet_file, partial_file, run
from server.store.view import exported
moment, *asked = sys.argv[1:]
partial_file.SAVE_BYTES, crossing_rows.PAGE, exported.PAGE, parquet_file.GROUP = 1, 20, 20, 10
File, spooled = partial_file.PartialFile, run.spooled
save, finish, saves = File.save, File.finish, 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def after_three_notes(self, reached, *, now=False):
    global saves
    save(self, reached, now=now)
    saves += 1
    if saves == 3:
        self.file.write(b"half a row")
        self.file.flush()
        die()

def half_of_the_rows(file):
    for count, row in enumerate(spooled(file)):
        if count == 50:
            die()
        yield row

def after_the_name(self, made):
    finish(self, made)
    die()

if moment == "rows":
    File.save = after_three_notes
elif moment == "making":
    run.spooled = half_of_the_rows
elif moment == "packing":
    run.gzip.GzipFile.close = lambda self: die()
elif moment == "naming":
    File.finish = lambda self, made: die()
else:
    File.finish = after_the_name
from cli.main import main
main(asked)
"""
SPOOLED = [(name, "making") for name in ("l.xlsx", "l.parquet", "l.sqlite", "l.xlsx.gz")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "moment"),
    [
        *((f"l.{kind}", "rows") for kind in ("csv", "jsonl", "xlsx", "parquet", "sqlite")),
        *SPOOLED,
        ("l.sqlite.gz", "packing"),
        *((f"l.{kind}", "naming") for kind in ("csv", "jsonl", "xlsx", "parquet", "sqlite")),
    ],
)
def test_a_killed_export_leaves_what_was_there_and_goes_on_to_the_same_bytes(
    chot: Chot, traffic: Path, tmp_path: Path, name: str, moment: str
) -> None:
    whole = _exported(chot, traffic, tmp_path / "whole" / name).read_bytes()
    target = tmp_path / "killed" / name
    target.parent.mkdir()
    target.write_bytes(b"what was exported yesterday")
    _kill(traffic, target, moment)
    assert target.read_bytes() == b"what was exported yesterday"
    assert (target.parent / f".{name}.part.json").exists()
    _exported(chot, traffic, target)
    assert target.read_bytes() == whole
    _nothing_left(target)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_never_stands_beside_the_checksum_of_another(
    chot: Chot, traffic: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "killed" / f"l.{kind}"
    whole = _exported(chot, traffic, target, "--checkpoint", "nt-ca-na").read_bytes()
    _kill(traffic, target, "named")
    assert target.read_bytes() != whole
    assert sorted(one.name for one in target.parent.iterdir()) == [target.name]
    _exported(chot, traffic, target)
    _nothing_left(target)


@pytest.mark.slow
def test_what_a_killed_run_was_making_goes_with_an_export_of_another_kind(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    target = tmp_path / "killed" / "danh-sach"
    target.parent.mkdir()
    _kill(traffic, target, "making", "--format", "xlsx", "--compress")
    assert list(target.parent.glob(".danh-sach.made.sheets/*"))
    _exported(chot, traffic, target, "--format", "csv", "--restart")
    _nothing_left(target)


def _exported(chot: Chot, traffic: Path, target: Path, *more: str) -> Path:
    target.parent.mkdir(exist_ok=True)
    chot("export", "crossings", "--data", traffic, *WINDOW, *more, "--output", target)
    return target


def _kill(traffic: Path, target: Path, moment: str, *more: str) -> None:
    """Run the export up to that moment, with a folder for temporary files that must stay empty."""
    elsewhere = target.parent.parent / "tmp"
    elsewhere.mkdir()
    asked = ["export", "crossings", "--data", str(traffic), *WINDOW, *more, "--output", str(target)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, moment, *asked],
        env={**os.environ, "TMPDIR": str(elsewhere)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert list(elsewhere.iterdir()) == []


def _nothing_left(target: Path) -> None:
    assert {one.name for one in target.parent.iterdir()} == {target.name, f"{target.name}.sha256"}
    digest, name = (target.parent / f"{target.name}.sha256").read_text().split()
    assert digest == hashlib.sha256(target.read_bytes()).hexdigest() and name == target.name
