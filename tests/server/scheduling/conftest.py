"""A server with one checkpoint, some crossings before noon, and a schedule."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.scheduling.running import Done, Runner
from server.store.registered import Checkpoint
from server.store.sqlite import open_store
from tests.cli.goods import lorry
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
SIX_IN_THE_EVENING_MS = NOON_MS + 6 * HOUR_MS


@dataclass
class Scheduled:
    """A world with its folder of reports; `runner` is one process that makes passes."""

    world: World
    folder: Path
    runner: Runner

    @property
    def data(self) -> Path:
        return self.world.config.data_dir

    def set(self, **settings: Any) -> None:
        found = {"folder": str(self.folder), "formats": ["json"]} | settings
        (self.data / "schedule.json").write_text(json.dumps(found), "utf-8")

    def run(self, now_ms: int) -> Done:
        return self.runner.run(lambda: open_store(self.world.config), now_ms)

    def restarted(self) -> None:
        """Another process on the same data: it knows what is on disk and nothing else."""
        self.runner = Runner(self.world.config)

    def files(self) -> list[str]:
        return sorted(one.name for one in self.folder.glob("*"))


@pytest.fixture
def scheduled(tmp_path: Path, rng: random.Random) -> Iterator[Scheduled]:
    world = World.fresh(tmp_path / "data", rng)
    world.store.put_checkpoint(
        Checkpoint("hd-ql6", "Chốt QL6", "QL6", "01", "268", "09541", "city", "active",
                   "024 0000 0268", ("1",))
    )  # fmt: skip
    tablet = world.tablet()
    tablet.now_ms = NOON_MS - HOUR_MS
    load = {"group": "food", "quantity": 3.5, "unit": "tonne"}
    tablet.push(world.store, tablet.batch(lorry(tablet, load, descriptions=("Gạo",))))
    world.project()
    made = Scheduled(world, tmp_path / "bao-cao", Runner(world.config))
    made.set()
    yield made
    world.store.close()
