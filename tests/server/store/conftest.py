"""One contract suite, every backend: a test that takes `world` runs once for each in BACKENDS."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.config import Config
from server.projector import Projector
from server.store.protocol import Criteria, CrossingRow, Store
from server.store.sqlite import SqliteStore, open_store
from tests.server.store.tablets import Tablet, enrolled

BACKENDS = ("sqlite",)


@dataclass
class World:
    """A store in an empty data directory, and its projector when asked for."""

    store: Store
    sqlite: SqliteStore
    config: Config
    rng: random.Random

    def tablet(self, checkpoint: str = "hd-ql6") -> Tablet:
        return enrolled(self.store, self.rng, checkpoint)

    def project(self) -> int:
        with Projector(self.config, self.sqlite.keys) as projector:
            return projector.catch_up()

    def found(self, **criteria: object) -> list[CrossingRow]:
        rows, _ = self.store.search(Criteria(**criteria), "", 500)  # type: ignore[arg-type]
        return rows

    def reopen(self) -> None:
        self.store.close()
        self.sqlite = open_store(self.config)
        self.store = self.sqlite


@pytest.fixture(params=BACKENDS)
def world(tmp_path: Path, rng: random.Random) -> Iterator[World]:
    config = Config(tmp_path / "data")
    sqlite = open_store(config)
    world = World(sqlite, sqlite, config, rng)
    yield world
    world.store.close()
