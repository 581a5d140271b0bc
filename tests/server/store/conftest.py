"""One contract suite, every backend: a test that takes `world` runs once for each in BACKENDS."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.config import Config
from server.home.look import HomeLook
from server.projector import Projector
from server.store.log.log_schema import ACCEPTED
from server.store.log.record import OpenEvent, load_day_keys, open_event, read_range
from server.store.protocol import Store
from server.store.reader import read_only
from server.store.registered import Enrolment
from server.store.sqlite import SqliteStore, open_store
from server.store.view_protocol import Criteria, CrossingRow
from tests.server.store.tablets import NOON_MS, Tablet, enrolled

BACKENDS = ("sqlite",)


@dataclass
class World:
    """A store in an empty data directory, and its projector when asked for."""

    store: Store
    sqlite: SqliteStore
    config: Config
    rng: random.Random

    @staticmethod
    def fresh(data_dir: Path, rng: random.Random) -> World:
        config = Config(data_dir)
        sqlite = open_store(config)
        return World(sqlite, sqlite, config, rng)

    def adopt(self, tablet: Tablet) -> None:
        """Enrol a tablet that has an identity already, so that one batch goes to two stores."""
        code = self.rng.randbytes(32)
        self.store.add_enrolment(code, Enrolment(tablet.home, "1", "Máy 1"), NOON_MS + 1)
        device = self.store.enrol(code, tablet.device.id, tablet.device.jwk, NOON_MS)
        assert device is not None
        assert device.no == tablet.device.no

    def tablet(self, checkpoint: str = "hd-ql6") -> Tablet:
        return enrolled(self.store, self.rng, checkpoint)

    def project(self) -> int:
        with Projector(self.config, self.sqlite.keys) as projector:
            return projector.catch_up()

    def look(self, now_ms: int = NOON_MS) -> int:
        """Project, and let the home server write what follows from it, until it has no more."""
        with (
            Projector(self.config, self.sqlite.keys) as projector,
            HomeLook(self.config, self.sqlite.keys, lambda: now_ms) as looker,
        ):
            while True:
                reached = projector.catch_up()
                if not projector.look(looker) and self.store.projected()[1] == reached:
                    return reached

    def events(self, kind: str) -> list[OpenEvent]:
        """The accepted events of a kind, in the order of the log, person parts opened."""
        with closing(read_only(self.config.log_path)) as log:
            stored = read_range(log, 0, self.store.projected()[1], ACCEPTED)
            load_day_keys(log, stored, self.sqlite.day_keys)
            opened = [open_event(one, self.sqlite.day_keys) for one in stored]
        return [one for one in opened if one.body.kind == kind]

    def found(self, **criteria: object) -> list[CrossingRow]:
        rows, _ = self.store.search(Criteria(**criteria), "", 500)  # type: ignore[arg-type]
        return rows

    def reopen(self) -> None:
        self.store.close()
        self.sqlite = open_store(self.config)
        self.store = self.sqlite


@pytest.fixture(params=BACKENDS)
def world(tmp_path: Path, rng: random.Random) -> Iterator[World]:
    world = World.fresh(tmp_path / "data", rng)
    yield world
    world.store.close()
