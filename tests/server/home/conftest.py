"""A store, its projector and the home server's look, in an empty data directory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.store.conftest import World


@pytest.fixture
def world(tmp_path: Path, rng: random.Random) -> Iterator[World]:
    world = World.fresh(tmp_path / "data", rng)
    yield world
    world.store.close()
