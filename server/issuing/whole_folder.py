"""A folder of issued documents: whole or not at all, also where the power goes in between.

What is issued has two halves, the files and what the database knows of them. The files are written
into a hidden folder beside; then the database takes in everything at once, the folder's mark with
it in the audit entry (`details["folder"]`); then the folder gets its name. Whoever is killed before
the middle step leaves a folder that nobody knows, which the next run clears away; whoever is killed
after it leaves one that the next run finishes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Literal

MARK_BYTES = 8


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` only when the block ends well.

    Nothing may follow in the block once the database has taken in `mark_of` the folder. Raises
    FileExistsError when `out` is there and not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(17, "đã có / exists", str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{secrets.token_hex(MARK_BYTES)}")
    partial.mkdir(mode=0o700)
    with _held(partial):
        try:
            yield partial
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        _name(partial, out)


def mark_of(folder: Path) -> str:
    """What the audit entry keeps of a folder in `whole_folder`, so that it can be told apart."""
    return folder.name.rpartition(".")[2]


def to_disk() -> None:
    """Everything written so far is on disk when this returns: ten thousands of files at once."""
    os.sync()


Done = Literal["finished", "cleared"]


def finish_left(out: Path, is_taken_in: Callable[[str], bool]) -> list[Done]:
    """Finish or clear away what runs that were cut off left beside `out`; what was done.

    `is_taken_in` says of a mark whether the database knows it. A folder that a running command is
    still writing is left alone.
    """
    done: list[Done] = []
    for left in sorted(out.parent.glob(f".{escape(out.name)}.*")):
        mark = mark_of(left)
        if len(mark) != 2 * MARK_BYTES or left.name != f".{out.name}.{mark}" or not left.is_dir():
            continue
        try:
            with _held(left):
                if not is_taken_in(mark):
                    shutil.rmtree(left)
                    done.append("cleared")
                elif not out.exists() or (out.is_dir() and not any(out.iterdir())):
                    _name(left, out)
                    done.append("finished")
        except BlockingIOError:
            continue
    return done


def _name(partial: Path, out: Path) -> None:
    if out.exists():
        out.rmdir()
    partial.rename(out)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Whoever writes into a folder holds it; a killed process lets go. Raises BlockingIOError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
