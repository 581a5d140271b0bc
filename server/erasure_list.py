"""The erasure list: what was erased, purged, and kept for a case, outside of every backup. SPEC G5.

A backup is older than what was erased since. The list is a file of lines, each one JSON value; it
holds references and no person. It follows from the log and is only added to, in the order of time:
a hold keeps nothing of a day that was purged before it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from server.config import Config
from server.store.hold_protocol import Hold
from server.store.log.erase import place_of
from server.store.log.erasures import erasures_in, purged_days
from server.store.log.holds import read_holds

FILE = "erasures.jsonl"
MAX_BYTES = 64 << 20


class ErasureListError(Exception):
    """A line of a list that is none; `line` counts from 1."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}: line {line}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class Listed:
    """One line: an erasure by its own reference, a day whose key was destroyed (`day`), or a hold.

    `klass`: the key was that of what had been kept for a case. `is_release`: the hold ended.
    """

    event: str = ""
    home: str = ""
    events: tuple[str, ...] = ()
    reason: str = ""
    basis: str = ""
    destination: str = ""
    day: str = ""
    klass: str = ""
    hold: Hold | None = None
    is_release: bool = False

    @property
    def name(self) -> str:
        if self.hold is not None:
            return f"{self.hold.id} {self.is_release}"
        return f"{self.day} {self.klass}".strip() or self.event

    def to_json(self) -> str:
        if self.hold is not None:
            word = "released" if self.is_release else "hold"
            return json.dumps({word: asdict(self.hold)}, ensure_ascii=False)
        if self.day:
            return json.dumps({"purged": self.day} | ({"class": self.klass} if self.klass else {}))
        value = {
            "erasure": self.event,
            "home": self.home,
            "events": list(self.events),
            "reason": self.reason,
            "basis": self.basis,
        }
        if self.destination:
            value["destination"] = self.destination
        return json.dumps(value, ensure_ascii=False)


def list_paths(config: Config) -> list[Path]:
    """Where the list is kept: in the data directory, and at the place that the settings name."""
    paths = [config.data_dir / FILE]
    return [*paths, Path(config.erasure_list)] if config.erasure_list else paths


def write_lists(config: Config, log: sqlite3.Connection) -> None:
    """Bring every list up to what the log says. OSError or ErasureListError where one cannot be.

    Safe to repeat and to interrupt: a line that was cut off is written again.
    """
    lines = [Listed(*one) for one in erasures_in(log)]
    timed: list[tuple[int, Listed]] = []
    for one in read_holds(log):
        placed = replace(one, released_ms=None, released_by="", basis="")
        timed.append((one.placed_ms, Listed(hold=placed)))
        if one.released_ms is not None:
            timed.append((one.released_ms, Listed(hold=one, is_release=True)))
    timed += [(at_ms, Listed(day=day, klass=klass)) for day, klass, at_ms in purged_days(log)]
    lines += [one for _, one in sorted(timed, key=lambda pair: pair[0])]
    for path in list_paths(config):
        add_to_list(path, lines)


def add_to_list(path: Path, lines: list[Listed]) -> None:
    """Append what the list does not hold yet."""
    if not lines and not path.exists():
        return
    with _locked(path) as file:
        known = {one.name for one in _parsed(path, file)}
        file.seek(0, os.SEEK_END)
        for one in lines:
            if one.name not in known:
                file.write(one.to_json().encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_list(path: Path) -> list[Listed]:
    """The lines of a list; OSError or ErasureListError. A last line that was cut off is no line."""
    with path.open("rb") as file:
        return _parsed(path, file)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _drop_cut_line(handle)
        yield file


def _drop_cut_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    if size:
        whole = os.pread(handle, min(size, MAX_BYTES), 0).rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(handle, whole)


def _parsed(path: Path, file: IO[bytes]) -> list[Listed]:
    found = []
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            break
        try:
            found.append(_listed(json.loads(line)))
        except (ValueError, TypeError, KeyError):
            raise ErasureListError(path, number) from None
    return found


def _listed(value: dict[str, Any]) -> Listed:
    if "purged" in value:
        klass = _text(value["class"]) if "class" in value else ""
        return Listed(day=_text(value["purged"]), klass=klass)
    for word in ("hold", "released"):
        if word in value:
            return Listed(hold=Hold(**value[word]), is_release=word == "released")
    events = tuple(_text(one) for one in value["events"])
    if not all(place_of(one) for one in events):
        raise ValueError("not a reference")
    names = ("erasure", "home", "reason", "basis")
    event, home, reason, basis = (_text(value[name]) for name in names)
    destination = _text(value["destination"]) if "destination" in value else ""
    return Listed(event, home, events, reason, basis, destination)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value
