"""The chain's checker checked: each of these breaks one rule between servers, and it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from server.relay import adopting, follower
from server.relay.offering import Offer
from server.store.log import erase, rows
from sync.reader import Reader
from tests.sync.stateful.chain_machine import ChainMachine
from tests.sync.stateful.chain_world import template
from tests.sync.stateful.test_machine import run

EXAMPLES = 120


def envelopes_made_anew() -> Any:
    """A server that vouches itself for what another received first: orders differ (A3)."""
    return mock.patch.object(adopting, "good_envelopes", lambda *_: ())


def cursor_before_the_answer() -> Any:
    """A relay that counts batches as handed over before the upstream has answered (U2)."""
    real = Offer._send_all

    def early(self: Offer, batches: Any) -> None:
        line = self._line
        if batches and batches[-1].batch.device != line.store.own_author:
            line.keep(replace(line.upstream, batch_no=batches[-1].no))
        real(self, batches)

    return mock.patch.object(Offer, "_send_all", early)


def page_not_taken() -> Any:
    """A relay whose cursor moves over what came down and was not stored (F4)."""
    nothing = adopting.Taken("", 0, 0, None)
    return mock.patch.object(follower, "take", lambda *_: nothing)


def erased_here_only() -> Any:
    """A server that carries out no erasure that it hears of (D)."""
    return mock.patch.object(rows, "erase_what_is_asked", lambda *_: None)


def erased_part_comes_back() -> Any:
    """A server that takes an erased person part in again from whoever still has it (D)."""

    def keep(_: Any, __: Any, ___: Any, ____: Any, _____: Any, ______: Any, texts: Any) -> Any:
        return texts

    return mock.patch.object(erase, "forget_arriving", keep)


def removals_ignored() -> Any:
    """A tablet that keeps what it is told to remove (F10)."""
    return mock.patch.object(Reader, "_erase", lambda *_: None)


MUTANTS: list[Callable[[], Any]] = [
    envelopes_made_anew,
    cursor_before_the_answer,
    page_not_taken,
    erased_here_only,
    erased_part_comes_back,
    removals_ignored,
]


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_the_chain_finds(mutant: Callable[[], Any]) -> None:
    template()  # made by servers without a fault
    with mutant(), pytest.raises(Exception) as found:
        run(ChainMachine, EXAMPLES)
    print(f"{found.type.__name__}: {found.value}"[:200])
