"""What the home server makes of a demo: duplicates, turn-backs and arrivals are all in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.demo.make import make_demo
from schemas.home_records import HEALTH_ALERTS
from server.compare import compare_view
from server.config import load_config
from server.home.look import HomeLook
from server.keys import KeyRing
from server.projector import Projector
from server.store.sqlite import open_store
from server.store.view_protocol import Criteria
from tests.cli.conftest import NOON_MS

ALL_TIME = (0, 1 << 46)


def test_w2_what_a_demo_decided_is_decided_alike_by_the_home_server(tmp_path: Path) -> None:
    """The first traffic is older than its packs; what a top-up adds is decided again by them."""
    make_demo(tmp_path, NOON_MS, lambda _: None, days=0.02)
    later_ms = NOON_MS + 3 * 3_600_000
    assert make_demo(tmp_path, later_ms, lambda _: None).crossings > 200
    config, keys = load_config(tmp_path), KeyRing.load_or_create(tmp_path)
    with Projector(config, keys) as projector, HomeLook(config, keys, lambda: later_ms) as look:
        projector.catch_up()
        while projector.look(look):
            pass
        projector.catch_up()
    with open_store(config, keys) as store:
        alerts, _ = store.alerts("new", (), "", 500)
        told = {"late.isolated", "health.signs", "health.positive"}
        assert {one.code for one in alerts} <= told


@pytest.mark.usefixtures("noon")
def test_l2_a_demo_has_trucks_that_two_tablets_logged(tmp_path: Path) -> None:
    made = make_demo(tmp_path, NOON_MS, lambda _: None, days=0.15)
    config, keys = load_config(tmp_path), KeyRing.load_or_create(tmp_path)
    with Projector(config, keys) as projector, HomeLook(config, keys) as look:
        projector.catch_up()
        while projector.look(look):
            pass
        projector.catch_up()
    with open_store(config, keys) as store:
        counts = store.counts(*ALL_TIME, [])
        duplicates, _ = store.search(Criteria(flags=("duplicate",)), "", 50)
        assert len(duplicates) == counts["duplicate"] > 0
        assert counts["crossings"] + counts["duplicate"] == made.crossings
        told = [
            kind
            for one in store.each_crossing(*ALL_TIME, [], False)
            if (found := store.crossing(one.row.record)) is not None
            for kind, _ in found.notices
        ]
        assert told.count("turn_back") == counts["turned_back"] > 0
        assert told.count("arrival") > 0
        alerted, _ = store.alerts("new", ("late.isolated",), "", 50)
        assert len(alerted) == len(store.watch_entries()) == 3
        ill, _ = store.alerts("new", HEALTH_ALERTS, "", 50)
        assert sum(store.alert_counts().values()) == len(alerted) + len(ill) > 3
    assert compare_view(config, keys).difference is None
