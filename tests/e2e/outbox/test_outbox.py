"""The shipped tablet's outbox on a bad wire: nothing that it showed as saved is lost or doubled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.e2e.outbox.run import Outcome, run
from tests.e2e.outbox.wire import FATES

SEEDS = 50
FEW = 3
DAYS = os.environ.get("CHOT_DAYS")
"""CHOT_SEED=7 CHOT_DAYS=17,31 repeats two days of a run."""


@pytest.mark.slow
def test_o1_fifty_bad_days_lose_and_double_nothing(tmp_path: Path) -> None:
    if DAYS is not None:
        check(run(tmp_path, str(SEED), [int(day) for day in DAYS.split(",")]))
        return
    outcome = run(tmp_path, str(SEED), range(SEEDS))
    check(outcome)
    assert {fate for fate, _ in FATES} <= set(outcome.fates)
    assert outcome.kills > SEEDS / 5


@pytest.mark.quick
def test_o1_a_few_bad_days_lose_and_double_nothing(tmp_path: Path) -> None:
    check(run(tmp_path, f"{SEED}.few", range(1, FEW + 1)))


def check(outcome: Outcome) -> None:
    """Nothing lost, doubled or altered; every tablet drained."""
    print(outcome)
    told = "\n".join([*outcome.wrong, *outcome.failed])
    assert not told, told
    assert outcome.ledger.good
    assert outcome.ledger.written == outcome.ledger.stored == outcome.ledger.acknowledged
