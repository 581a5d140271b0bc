"""`chot alerts`: listed and shown without a name, and audited."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from server.config import save_config
from tests.server.home.deciding import HOUR_MS, open_checkpoint, pass_through, publish_levels
from tests.server.store.conftest import World
from tests.server.store.tablets import NAME, NOON_MS


@pytest.fixture
def stale(tmp_path: Path, rng: random.Random) -> tuple[Path, str]:
    """A data directory with one alert, and the crossing that it is about."""
    data = tmp_path / "data"
    world = World.fresh(data, rng)
    save_config(world.config)
    tablet = open_checkpoint(world)
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    world.look()
    world.store.close()
    return data, record


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["alerts", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_w2_alerts_are_listed_and_shown_and_nobody_is_named(stale: tuple[Path, str]) -> None:
    data, crossing = stale
    listed = run("list", "--data", str(data))
    (line,) = listed.splitlines()
    _, code, checkpoint, record, about = line.split("\t")
    assert (code, checkpoint, about) == ("decision.stale", "hd-ql6", crossing)
    assert run("list", "--data", str(data), "--state", "closed") == ""
    assert run("list", "--data", str(data), "--code", "late.rules") == ""
    shown = run("show", record, "--data", str(data))
    assert json.loads(shown)["decided"] == "turn_back"
    assert NAME not in listed + shown
    unknown = CliRunner().invoke(main, ["alerts", "show", crossing, "--data", str(data)])
    assert unknown.exit_code == 1
