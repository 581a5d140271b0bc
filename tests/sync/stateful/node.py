"""One real server of the stateful test: its HTTP layer, its files, its crashes and backups."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from server.app import create_app
from server.config import Config
from server.context import EXTENSION, Context
from server.keys import KeyRing
from server.projector import Projector
from server.store.persons import DayKeys
from server.store.protocol import Store
from server.store.record import LogEvent, load_day_keys, open_person_text
from server.store.sqlite import SqliteStore, open_store

NOT_COPIED = shutil.ignore_patterns("projector.lock", "view.db.new*")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire."""

    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the log with everything a check asks for."""

    n: int
    device: str
    seq: int
    branch: int
    home: str
    state: int
    code: str | None
    order: int
    authority: int
    hash: bytes
    previous: bytes
    body: str
    person: str | None

    @property
    def author(self) -> str:
        return self.device if self.branch == 0 else f"{self.device}-b{self.branch}"


class Node:
    """A server process that a test may kill, copy and open again."""

    def __init__(self, room: Path, data_dir: Path, clock: Callable[[], int]) -> None:
        self._room = room
        self._clock = clock
        self._generation = 0
        self.data_dir = data_dir
        self.app = self._open()

    @property
    def context(self) -> Context:
        context = self.app.extensions[EXTENSION]
        assert isinstance(context, Context)
        return context

    @property
    def store(self) -> Store:
        return self.context.store

    def post(self, path: str, data: bytes, headers: Mapping[str, str]) -> Reply:
        """One request through routing, access rules, schemas and storage."""
        sent = {"Content-Type": "application/json", **headers}
        answer = self.app.test_client().post(path, data=data, headers=sent)
        return Reply(answer.status_code, answer.data)

    def crash(self) -> None:
        """Go on from the files as they lie now: nothing was closed, flushed or checkpointed."""
        self._replace(self.copy())

    def copy(self) -> Path:
        """The files of this moment, as a power cut or a backup would find them."""
        self._generation += 1
        path = self._room / f"copy-{self._generation}"
        shutil.copytree(self.data_dir, path, ignore=NOT_COPIED)
        return path

    def restore(self, backup: Path, epoch: int) -> None:
        """Go on from an old backup: the log begins a new epoch (SPEC F5)."""
        self._generation += 1
        path = self._room / f"restored-{self._generation}"
        shutil.copytree(backup, path)
        with closing(sqlite3.connect(path / "log.db")) as log, log:
            log.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (str(epoch),))
        self._replace(path)

    def project(self) -> None:
        """Let the view catch up with the log."""
        with Projector(self.context.config, self.context.keys) as projector:
            projector.catch_up()

    @contextmanager
    def rebuilt(self) -> Iterator[SqliteStore]:
        """A store on a copy of this log whose view was made from nothing."""
        path = self.copy()
        for view in path.glob("view.db*"):
            view.unlink()
        config = Config(path)
        keys = KeyRing.load_or_create(path)
        with Projector(config, keys) as projector:
            projector.rebuild()
        with open_store(config, keys) as store:
            yield store

    def rows(self) -> list[Row]:
        """The whole log, person parts opened, read beside the server."""
        keys = DayKeys(self.context.keys)
        with closing(sqlite3.connect(f"file:{self.data_dir}/log.db?mode=ro", uri=True)) as log:
            found = log.execute(
                "SELECT n, devices.id, seq, branch, homes.id, state, code, order_stamp, authority,"
                " hash, previous, body, received_ms, commitment, day_key, person FROM events"
                " JOIN devices ON devices.no = device JOIN homes ON homes.no = home ORDER BY n"
            ).fetchall()
            events = [
                LogEvent(r[0], r[1], r[2], r[3], r[7], r[12], r[8], r[13], r[11], r[14], r[15])
                for r in found
            ]
            load_day_keys(log, events, keys)
        return [
            _row(row[:12], open_person_text(event, keys))
            for row, event in zip(found, events, strict=True)
        ]

    def close(self) -> None:
        self.store.close()

    def _open(self) -> Flask:
        return create_app(Config(self.data_dir), clock=self._clock)

    def _replace(self, data_dir: Path) -> None:
        old = self.store
        self.data_dir = data_dir
        self.app = self._open()
        old.close()


def _row(stored: tuple[Any, ...], person: str | None) -> Row:
    return Row(*(*stored, person))
