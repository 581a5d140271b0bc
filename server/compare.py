"""Makes the view a second time and says whether the one in use holds the same. SPEC V6.

Beside a running server too: the view in use is read as of one moment, and the other is made of the
log up to the number which that one had reached. Neither replaces the other.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.config import Config
from server.keys import KeyRing
from server.projector import follow_through, portions_of
from server.store.reader import ViewMissingError, read_only, view_files_held
from server.store.view.view_digest import Difference, digests, first_difference
from server.store.view.view_file import make_view, watermark


class OtherViewError(Exception):
    """The view in use is of another log, epoch, schema or key: nothing to compare."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the view in use holds, table by table, and where it first differs from a new one."""

    watermark: int
    digests: dict[str, str]
    difference: Difference | None


def compare_view(config: Config, keys: KeyRing) -> Compared:
    """Compare the view in use with one made anew. ViewMissingError, OtherViewError."""
    with (
        closing(read_only(config.log_path)) as log,
        _as_of_one_moment(config.view_path) as view,
    ):
        portions, wanted = portions_of(config, keys, log)
        if not wanted.items() <= dict(view.execute("SELECT key, value FROM meta")).items():
            raise OtherViewError(str(config.view_path))
        reached = watermark(view)
        path = config.data_dir / "view.db.compare"
        try:
            with closing(make_view(path, wanted)) as fresh:
                follow_through(fresh, portions, reached)
                found = digests(view)
                differs = found != digests(fresh)
                return Compared(reached, found, first_difference(view, fresh) if differs else None)
        finally:
            for leftover in path.parent.glob(f"{path.name}*"):
                leftover.unlink()


@contextmanager
def _as_of_one_moment(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise ViewMissingError(str(path))
    with view_files_held(path, fcntl.LOCK_SH):
        view = read_only(path)
        view.execute("BEGIN")
        view.execute("SELECT value FROM meta").fetchone()
    try:
        yield view
    finally:
        view.close()
