"""SPEC P2, P7, P8: one device and several servers."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.replica import Replica
from tests.sync.desk import NOW_MS, SERVER, Desk, states

RELAY = "019ab000-0000-7000-8000-00000000000e"


@pytest.fixture
def relay_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def tablet(desk: Desk, relay_key: ec.EllipticCurvePrivateKey) -> Replica:
    """A tablet of the home server that talks to a relay and wrote three events."""
    made = desk.tablet()
    made.meet(RELAY, relay_key.public_key())
    made.turn_to(RELAY)
    for _ in range(3):
        desk.write(made)
    return made


def pushed(
    desk: Desk, tablet: Replica, key: ec.EllipticCurvePrivateKey, through: int, **members: Any
) -> None:
    receipt = desk.receipt(tablet, through, server=RELAY, level="relay", key=key)
    results = states(*["accepted"] * through)
    answer = desk.answer(tablet, 0, receipt=receipt, results=results, **members)
    tablet.answer(desk.request(tablet), answer, NOW_MS)


def test_p7_each_server_is_offered_what_it_lacks(
    desk: Desk, tablet: Replica, relay_key: ec.EllipticCurvePrivateKey
) -> None:
    pushed(desk, tablet, relay_key, 2)
    assert desk.request(tablet).first == 3
    assert tablet.drained == {"saved": 3, "relay": 2, "home": 0, "safe": 0}
    tablet.turn_to(SERVER)
    assert (desk.request(tablet).first, tablet.unsent) == (1, 3)
    receipt = desk.receipt(tablet, 3, safe_through=1)
    answer = desk.answer(tablet, 3, receipt=receipt, results=states(*["accepted"] * 3))
    tablet.answer(desk.request(tablet), answer, NOW_MS)
    assert tablet.drained == {"saved": 3, "relay": 3, "home": 3, "safe": 1}
    tablet.turn_to(RELAY)
    assert desk.request(tablet).first == 3


def test_p8_a_receipt_handed_on_says_what_is_home_and_safe(
    desk: Desk, tablet: Replica, relay_key: ec.EllipticCurvePrivateKey
) -> None:
    upstream = desk.receipt(tablet, 2, safe_through=1)
    pushed(desk, tablet, relay_key, 3, upstream_receipt=upstream)
    assert tablet.drained == {"saved": 3, "relay": 3, "home": 2, "safe": 1}
    assert tablet.alerts == set()
    older = desk.receipt(tablet, 1, told_ms=NOW_MS - 1)
    pushed(desk, tablet, relay_key, 3, upstream_receipt=older)
    assert tablet.drained["home"] == 2
    # The answers were the relay's: the home server's own are still to be heard (P2).
    tablet.turn_to(SERVER)
    assert desk.request(tablet).first == 1


@pytest.mark.parametrize("what", ["signature", "head", "level", "stranger", "own"])
def test_p8_one_that_is_not_right_spoils_nothing_else(
    desk: Desk, tablet: Replica, relay_key: ec.EllipticCurvePrivateKey, what: str
) -> None:
    receipts = {
        "signature": desk.receipt(tablet, 2, key=relay_key),
        "head": desk.receipt(tablet, 2, tablet.hash_at(1)),
        "level": desk.receipt(tablet, 2, level="relay"),
        "stranger": desk.receipt(tablet, 2, server="019ab000-0000-7000-8000-00000000000d"),
        "own": desk.receipt(tablet, 2, server=RELAY),
    }
    pushed(desk, tablet, relay_key, 3, upstream_receipt=receipts[what])
    assert tablet.drained == {"saved": 3, "relay": 3, "home": 0, "safe": 0}
    assert tablet.alerts == {f"receipt.{what}"} & {"receipt.signature", "receipt.head"}
