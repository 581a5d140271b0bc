"""What a relay hands up and what is handed down to it. SPEC U2–U6, U9."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.relay.net import Node, home, relay


@dataclass(slots=True)
class Pair:
    """A home server and a relay of one of its checkpoints."""

    home: Node
    relay: Node


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with (
        home(tmp_path / "home", "hd-ql6", "nt-ca-na") as top,
        relay(tmp_path / "relay", top, "nt-ca-na") as below,
    ):
        assert below.round() == ""
        yield Pair(top, below)


def test_u2_what_a_tablet_wrote_goes_up_as_it_was_signed(pair: Pair) -> None:
    tablet = pair.relay.world.enrol("nt-ca-na")
    for _ in range(3):
        tablet.crossing()
    answer = pair.relay.world.sync(tablet, batch=tablet.batch()).get_json()
    assert [one["state"] for one in answer["results"]] == ["accepted"] * 3
    assert pair.relay.round() == ""
    (sent,) = [one for one in pair.home.store.batches_after(0, 10) if one.batch.device == tablet.device]
    (kept,) = [one for one in pair.relay.store.batches_after(0, 10) if one.batch.device == tablet.device]
    assert sent.batch == kept.batch
    assert pair.home.refs() == pair.relay.refs()
    assert pair.home.persons() == pair.relay.persons()
