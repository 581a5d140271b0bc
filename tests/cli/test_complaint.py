"""`chot complaint`: a code leads to its crossing, a mistyped one to a sentence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from server.config import save_config
from sync.complaint import complaint_code, shown_code
from sync.encoding import uuid7
from tests.server.home.deciding import open_checkpoint, pass_through
from tests.server.store.conftest import World
from tests.server.store.tablets import NAME


@pytest.fixture
def crossed(tmp_path: Path, rng: random.Random) -> tuple[Path, str]:
    """A data directory with one crossing, and its record."""
    data = tmp_path / "data"
    world = World.fresh(data, rng)
    save_config(world.config)
    record = pass_through(world, open_checkpoint(world))
    world.store.close()
    return data, record


def run(data: Path, code: str) -> Result:
    return CliRunner().invoke(main, ["complaint", code, "--data", str(data)])


def test_e9_a_code_prints_its_crossing_and_names_nobody(crossed: tuple[Path, str]) -> None:
    data, record = crossed
    found = run(data, shown_code(complaint_code(record)).lower())
    assert found.exit_code == 0, found.output
    assert found.output.rstrip().endswith(record)
    assert "hd-ql6" in found.output
    assert NAME not in found.output


def test_e9_a_mistyped_or_unknown_code_is_said_so(crossed: tuple[Path, str]) -> None:
    data, record = crossed
    code = complaint_code(record)
    wrong = run(data, code[:7] + ("2" if code[7] != "2" else "3"))
    assert wrong.exit_code == 1
    assert "Mã không đúng" in wrong.output
    unknown = run(data, complaint_code(uuid7(1, bytes(10))))
    assert unknown.exit_code == 1
    assert "chưa có lượt nào" in unknown.output
