"""The shipped tablet's outbox on a bad wire: nothing that it showed as saved is lost or doubled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.e2e.outbox.run import run

SEEDS = 50


@pytest.mark.slow
def test_o1_fifty_bad_days_lose_and_double_nothing(tmp_path: Path) -> None:
    outcome = run(tmp_path, [f"{SEED}.{n}" for n in range(int(os.environ.get("N", SEEDS)))])
    print(outcome)
    assert not outcome.failed, "\n".join(outcome.failed)
    assert not outcome.wrong, "\n".join(outcome.wrong)
    assert outcome.ledger.written == outcome.ledger.stored == outcome.ledger.acknowledged
