"""`chot serve`: what the home server concludes is there a moment after the push."""

from __future__ import annotations

import json
import random
from contextlib import closing
from pathlib import Path

import pytest

from server.config import Config, save_config
from server.serve import projecting
from server.store.sqlite import open_store
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS
from tests.server.store.test_projector import wait_until


@pytest.mark.parametrize(("level", "links"), [("home", 1), ("relay", 0)])
def test_l1_only_a_home_server_follows_its_own_log(
    tmp_path: Path, rng: random.Random, level: str, links: int
) -> None:
    config = Config(tmp_path / "data", level=level)  # type: ignore[arg-type]
    save_config(config)
    with closing(open_store(config)) as store:
        world = World(store, store, config, rng)
        one, two = world.tablet(), world.tablet()
        with projecting(config, store.keys):
            one.push(store, one.crossings(1), NOON_MS)
            two.push(store, two.crossings(1), NOON_MS)
            # The mark is pushed last, so that what follows from the two has had its turn.
            wait_until(lambda: store.projected() == (2 + links, 2 + links))
            mark = two.batch(two.amendment(two.records[0], {}, wait_s=1))
            two.push(store, mark, NOON_MS)
            wait_until(lambda: store.projected() == (3 + links, 3 + links))
        assert len(world.events("link")) == links
        for link in world.events("link"):
            assert json.loads(link.log.body)["officer"] is None
            assert link.log.device == store.server_id
