"""A file in the making: it appears under its name only when it is whole, and goes on after a kill.

Beside `NAME` lie `.NAME.part`, the bytes so far, and `.NAME.part.json`: what was asked for, at
which number of the log it was pinned, and how far the bytes are known to be on disk. Whatever lies
in the part beyond that is cut off before it is gone on with.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

SAVE_BYTES = 8 << 20
"""How much may have to be made again after a kill."""


class OtherExportError(Exception):
    """What lies there in part was begun with other choices."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far an export is: crossings read, rows and bytes written."""

    n: int
    position: int
    rows: int
    size: int


class PartialFile:
    """The part of one export; a context that keeps it when something goes wrong."""

    def __init__(self, target: Path, asked: dict[str, Any], restart: bool = False) -> None:
        """Raises OtherExportError where a part of something else lies there, unless `restart`."""
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self._notes = target.with_name(f".{target.name}.part.json")
        self._asked = asked
        self.reached = None if restart else self._read()
        self.file: BinaryIO = self.path.open("r+b" if self.reached is not None else "wb")
        if self.reached is not None:
            self.file.truncate(self.reached.size)
            self.file.seek(self.reached.size)
        else:
            self._notes.unlink(missing_ok=True)
        self._saved = 0 if self.reached is None else self.reached.size

    def save(self, reached: Reached, *, now: bool = False) -> None:
        """Note how far it is, once enough was written since the last note."""
        if not now and reached.size - self._saved < SAVE_BYTES:
            return
        self.file.flush()
        os.fsync(self.file.fileno())
        fresh = self._notes.with_suffix(".tmp")
        fresh.write_text(json.dumps({"asked": self._asked, **asdict(reached)}), "utf-8")
        fresh.replace(self._notes)
        self._saved = reached.size

    def finish(self, made: Path) -> None:
        """Give `made`, which may be the part itself, the name that was asked for.

        What stands beside from before is not its checksum, and goes first.
        """
        self.file.close()
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        self.target.with_name(f"{self.target.name}.sha256").unlink(missing_ok=True)
        made.replace(self.target)
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def _read(self) -> Reached | None:
        try:
            notes = json.loads(self._notes.read_text("utf-8"))
        except FileNotFoundError:
            return None
        if notes.pop("asked") != self._asked:
            raise OtherExportError(str(self.path))
        reached = Reached(**notes)
        is_there = self.path.exists() and self.path.stat().st_size >= reached.size
        return reached if is_there else None
