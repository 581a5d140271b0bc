"""A folder of documents is whole or not there, also after a kill between its two halves."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from server.issuing.sheet_files import SHEETS_A_FILE, sheet_names
from server.issuing.whole_folder import finish_left, mark_of, whole_folder


def left_by_a_kill(out: Path, mark: str = "00112233aabbccdd") -> Path:
    left = out.with_name(f".{out.name}.{mark}")
    left.mkdir(parents=True)
    (left / "issued.csv").write_text("x")
    return left


def test_a_folder_has_its_name_only_once_the_block_has_ended(tmp_path: Path) -> None:
    out = tmp_path / "giay"
    with whole_folder(out) as folder:
        (folder / "a").write_text("x")
        assert not out.exists() and len(mark_of(folder)) == 16
    assert [one.name for one in tmp_path.iterdir()] == ["giay"] and (out / "a").exists()


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "giay") as folder:
        (folder / "a").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_get_its_name_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has taken it in by then: its codes are nowhere else."""
    out = tmp_path / "giay"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"), whole_folder(out) as folder:
        (folder / "a").write_text("x")
    monkeypatch.undo()
    assert finish_left(out, {mark_of(folder)}.__contains__) == ["finished"]
    assert (out / "a").exists()


def test_what_the_database_knows_is_finished_and_the_rest_cleared_away(tmp_path: Path) -> None:
    out = tmp_path / "giấy [1]"
    known, unknown = left_by_a_kill(out), left_by_a_kill(out, "ffeeddccbbaa9988")
    assert finish_left(out, lambda mark: mark == mark_of(known)) == ["finished", "cleared"]
    assert (out / "issued.csv").exists() and not known.exists() and not unknown.exists()
    assert finish_left(out, lambda _: True) == []


def test_neither_a_running_command_nor_anything_else_is_touched(tmp_path: Path) -> None:
    out = tmp_path / "giay"
    running = left_by_a_kill(out)
    others = [tmp_path / ".giay.txt", tmp_path / ".giay.0011223344556677", tmp_path / ".giay2.d"]
    others[0].write_text("x")
    others[1].write_text("x")
    others[2].mkdir()
    handle = os.open(running, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert finish_left(out, lambda _: False) == []
    os.close(handle)
    assert running.exists() and all(one.exists() for one in others)
    assert finish_left(out, lambda _: False) == ["cleared"]


def test_a_folder_with_something_in_it_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "giay"
    left = left_by_a_kill(out)
    out.mkdir()
    (out / "mine.txt").write_text("x")
    assert finish_left(out, lambda _: True) == []
    assert left.exists() and (out / "mine.txt").exists()


def test_sheets_come_by_the_ream() -> None:
    assert sheet_names(1) == sheet_names(SHEETS_A_FILE) == ["sheets.pdf"]
    assert sheet_names(SHEETS_A_FILE + 1) == ["sheets-01.pdf", "sheets-02.pdf"]
    many = sheet_names(100 * SHEETS_A_FILE)
    assert (many[0], many[-1]) == ("sheets-001.pdf", "sheets-100.pdf")
