"""What an export leaves behind where something fails, and what it never goes on with."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from server.exporting import partial_file, sqlite_file
from tests.cli.conftest import Chot
from tests.cli.exported_day import WINDOW, make_day

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("broken") / "data"
    make_day(data)
    return data


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_disk_that_is_full_when_a_workbook_is_packed_is_said(
    chot: Chot, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def packed(*_: Any, **__: Any) -> None:
        raise FULL

    asked = ("export", "crossings", "--data", day, *WINDOW, "--output", tmp_path / "l.xlsx")
    with monkeypatch.context() as patched:
        patched.setattr("xlsxwriter.workbook.ZipFile", packed)
        assert "No space" in chot(*asked, exit_code=1).output
    assert left(tmp_path) == [".l.xlsx.part", ".l.xlsx.part.json"]
    chot(*asked)
    assert left(tmp_path) == ["l.xlsx", "l.xlsx.sha256"]


@pytest.mark.parametrize("name", ["l.db", "l.db.gz"])
def test_a_file_that_could_not_be_made_whole_leaves_its_room(
    chot: Chot, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def half(path: Path, *_: Any) -> None:
        path.write_bytes(b"half a database")
        raise FULL

    asked = ("export", "passengers", "--data", day, *WINDOW, "--output", tmp_path / name)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_file, "make", half)
        chot(*asked, exit_code=1)
    assert left(tmp_path) == [f".{name}.part", f".{name}.part.json"]


def test_a_part_of_another_log_is_not_gone_on_with(
    chot: Chot, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same day twice, by two servers: numbers of the log and choices are the same."""
    other = tmp_path / "other"
    make_day(other)
    out = tmp_path / "out"
    out.mkdir()
    asked = ("export", "crossings", *WINDOW, "--output", out / "l.csv")
    save = partial_file.PartialFile.save

    def stops(self: Any, reached: Any, *, now: bool = False) -> None:
        save(self, reached, now=True)
        raise FULL

    with monkeypatch.context() as patched:
        patched.setattr(partial_file.PartialFile, "save", stops)
        chot(*asked, "--data", day, exit_code=1)
    assert "--restart" in chot(*asked, "--data", other, exit_code=1).output
    assert left(out) == [".l.csv.part", ".l.csv.part.json"]
    chot(*asked, "--data", day)


def test_what_came_late_never_takes_the_place_of_the_export(
    chot: Chot, day: Path, tmp_path: Path
) -> None:
    asked = ("export", "crossings", "--data", day, *WINDOW, "--as-of-sequence", "2")
    same = tmp_path / "sub" / ".." / "l.csv"
    refused = chot(*asked, "--output", tmp_path / "l.csv", "--late", same, exit_code=1)
    assert "--late" in refused.output and left(tmp_path) == []
