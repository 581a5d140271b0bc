"""One real server of the stateful test: its HTTP layer, its files, its crashes and backups."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.config import load_config
from server.context import EXTENSION, Context
from server.keys import KeyRing
from server.projector import Projector
from server.store.log.persons import DayKeys
from server.store.log.record import events_of, load_day_keys, open_person_text
from server.store.log.run_rows import COLUMNS, Run, run_hashes
from server.store.protocol import Store
from server.store.sqlite import SqliteStore, open_store

_RUNS = (
    f"SELECT devices.id, feeds.id, {COLUMNS} FROM runs JOIN devices ON devices.no = device"
    " JOIN feeds ON feeds.no = feed ORDER BY n"
)
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
    received_ms: int
    order: int
    authority: int
    hash: bytes
    previous: bytes
    body: str
    person: str | None

    @property
    def feed(self) -> str:
        return self.home if ":" in self.home else f"checkpoint:{self.home}"

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
        return self.ask("POST", path, data, headers)

    def ask(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Reply:
        """As `post`, by any method."""
        sent = {"Content-Type": "application/json", **headers}
        client = self.app.test_client()
        answer = client.open(path, method=method, data=data, headers=sent)
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
        config = load_config(path)
        keys = KeyRing.load_or_create(path)
        with Projector(config, keys) as projector:
            projector.rebuild()
        with open_store(config, keys) as store:
            yield store

    def rows(self) -> list[Row]:
        """The whole log, person parts opened, read beside the server."""
        keys = DayKeys(self.context.keys)
        with closing(sqlite3.connect(f"file:{self.data_dir}/log.db?mode=ro", uri=True)) as log:
            found: list[Row] = []
            for name, feed, *columns in log.execute(_RUNS):
                run = Run(*columns)
                hashes = [run.previous, *run_hashes(run)]
                events = events_of(name, run, lambda _: True)
                load_day_keys(log, events, keys)
                found += [
                    Row(
                        one.n,
                        one.device,
                        one.seq,
                        one.branch,
                        feed.removeprefix("checkpoint:"),
                        run.state,
                        run.code,
                        run.received_ms,
                        one.order,
                        one.authority,
                        hashes[one.place + 1],
                        hashes[one.place],
                        one.body,
                        open_person_text(one, keys),
                    )
                    for one in events
                ]
            return found

    def close(self) -> None:
        self.store.close()

    def _open(self) -> Flask:
        return create_app(load_config(self.data_dir), clock=self._clock)

    def _replace(self, data_dir: Path) -> None:
        old = self.store
        self.data_dir = data_dir
        self.app = self._open()
        old.close()
