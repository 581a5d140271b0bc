"""Three servers, relays, erasures: nothing is lost, doubled, hidden or kept. SPEC U."""

from __future__ import annotations

import os

import pytest

from tests.sync.stateful.chain_machine import ChainMachine
from tests.sync.stateful.test_machine import run

EXAMPLES = 8
MANY_EXAMPLES = int(os.environ.get("CHOT_EXAMPLES", "200"))


def test_a_chain_of_servers_means_the_same_everywhere() -> None:
    run(ChainMachine, EXAMPLES)


@pytest.mark.slow
def test_a_chain_of_servers_means_the_same_everywhere_in_many_histories() -> None:
    run(ChainMachine, MANY_EXAMPLES)
