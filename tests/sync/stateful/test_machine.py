"""The sync protocol under everything that goes wrong at a checkpoint; SPEC A, C, F, H, P, R.

`make check` tries 20 histories, `make test` 200 more, `make nightly` 2,000: `CHOT_EXAMPLES` says
how many. The seed is printed at the end of the run; CHOT_SEED repeats it, CHOT_SHRINK=1 shrinks.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import SEED
from tests.sync.stateful.machine import SyncMachine

EXAMPLES = 20
MANY_EXAMPLES = int(os.environ.get("CHOT_EXAMPLES", "200"))
STEPS = 40


def run(machine: type[RuleBasedStateMachine], examples: int) -> None:
    """Try so many histories. Shrinking a failure takes minutes: CHOT_SHRINK=1 asks for it."""
    phases = {Phase.explicit, Phase.generate}
    if os.environ.get("CHOT_SHRINK"):
        phases.add(Phase.shrink)
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            phases=phases,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_lost_doubled_or_hidden() -> None:
    run(SyncMachine, EXAMPLES)


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_hidden_in_many_histories() -> None:
    run(SyncMachine, MANY_EXAMPLES)
