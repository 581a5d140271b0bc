"""A demo's checkpoints noted violations, incidents, tests and queues, all accepted."""

from __future__ import annotations

from pathlib import Path

from cli.demo.make import make_demo
from server.config import load_config
from server.keys import KeyRing
from server.projector import Projector
from server.store.noted_protocol import NOTED, NotedQuery
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS


def test_a_demo_has_each_kind_and_a_violation_knows_its_crossing(tmp_path: Path) -> None:
    make_demo(tmp_path, NOON_MS, lambda _: None, days=0.2)
    config = load_config(tmp_path)
    with open_store(config) as store:
        with Projector(config, KeyRing.load_or_create(tmp_path)) as projector:
            projector.catch_up()
        rows, _ = store.noted(NotedQuery(), "", 500)
        assert {one.kind for one in rows} == set(NOTED)
        violation = next(one for one in rows if one.kind == "violation")
        whole = store.noted_whole(violation.record, persons=True)
        assert whole is not None
        assert whole.crossing is not None
        assert whole.crossing.record == violation.crossing
        assert whole.person
