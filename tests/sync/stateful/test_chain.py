"""Three servers, relays, erasures: nothing is lost, doubled, hidden or kept. SPEC U."""

from __future__ import annotations

import os

import pytest

from tests.sync.stateful.chain_machine import ChainMachine
from tests.sync.stateful.chain_world import POST
from tests.sync.stateful.test_machine import run

EXAMPLES = 8
MANY_EXAMPLES = int(os.environ.get("CHOT_EXAMPLES", "200"))


def test_a_chain_of_servers_means_the_same_everywhere() -> None:
    run(ChainMachine, EXAMPLES)


@pytest.mark.slow
def test_a_chain_of_servers_means_the_same_everywhere_in_many_histories() -> None:
    run(ChainMachine, MANY_EXAMPLES)


def test_u9_what_was_sealed_on_the_way_is_read_on_every_server() -> None:
    """A history that random ones seldom meet: a locked tablet drains at the lowest server."""
    machine = ChainMachine()
    machine.start(seed=1)
    machine.lock_or_open(at=0)
    machine.scan(action="passed", at=0, plate="29C12345", who=1)
    machine.sync(at=0, fault="none")
    machine.teardown()


def test_u9_what_was_sealed_stays_erased_on_every_server() -> None:
    machine = ChainMachine()
    machine.start(seed=2)
    machine.lock_or_open(at=0)
    machine.scan(action="passed", at=0, plate="29C12345", who=1)
    machine.scan(action="passed", at=0, plate="85B00001", who=2)
    machine.sync(at=0, fault="none")
    machine.follow(faults=[], name=POST)
    machine.erase(which=0)
    assert len(machine.erased) == 1
    machine.teardown()
