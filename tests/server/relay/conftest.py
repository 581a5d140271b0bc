"""A home server with two checkpoints and a relay of one of them, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.relay.net import Node, home, relay

HERE, THERE = "nt-ca-na", "hd-ql6"
"""The relay's checkpoint, and one that is not its own."""


@dataclass(slots=True)
class Pair:
    """A home server and a relay of `HERE`, after the relay's first round."""

    home: Node
    relay: Node
    folder: Path

    def rounds(self) -> None:
        """Up, and what came of it down again."""
        for _ in range(2):
            assert self.relay.round() == ""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with (
        home(tmp_path / "home", HERE, THERE) as top,
        relay(tmp_path / "relay", top, HERE) as below,
    ):
        assert below.round() == ""
        yield Pair(top, below, tmp_path)
