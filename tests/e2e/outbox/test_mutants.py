"""The proof is worth what it finds: each planted fault must be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.e2e.outbox.mutants import APPENDS_OUTSIDE, DROPS_ON_401, SENT_IS_DONE, planted
from tests.e2e.outbox.run import run
from tests.e2e.outbox.wire import Fate


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "often"),
    [(DROPS_ON_401, "401"), (SENT_IS_DONE, "request_lost"), (APPENDS_OUTSIDE, "request_lost")],
    ids=["drops on a 401", "sent is done", "appends outside the transaction"],
)
def test_planted_fault_is_found(tmp_path: Path, fault: str, often: Fate) -> None:
    outcome = run(tmp_path, str(SEED), (1, 2), planted(fault), often)
    print(outcome)
    assert outcome.ledger.lost > 0
    assert outcome.wrong
