"""What a home server forgets its relays forget, whichever came first. SPEC G1, G3, G4."""

from __future__ import annotations

from server.store.forgotten import Target
from tests.server.relay.conftest import HERE, THERE, Pair
from tests.server.relay.net import Node
from tests.server.relay.test_up_and_down import pushed, written

NOW_MS = 1_795_323_600_000


def erase(node: Node, *refs: str) -> None:
    node.store.erase([Target(one, HERE) for one in refs], "request", "Đơn 1", None, NOW_MS)


def kept(node: Node, device: str) -> list[int]:
    """The numbers of a device's events that still have their person part here."""
    page = node.store.pull([HERE, THERE], 0, 500, True)
    return [one.seq for one in page.events if one.device == device and one.person is not None]


def test_g1_g4_an_erasure_of_the_home_server_is_done_at_the_relay(pair: Pair) -> None:
    tablet = written(pair.relay)
    pair.rounds()
    erase(pair.home, f"{tablet.device}:2")
    assert (kept(pair.home, tablet.device), kept(pair.relay, tablet.device)) == ([1, 3], [1, 2, 3])
    pair.rounds()
    assert kept(pair.relay, tablet.device) == [1, 3]
    newest = pair.relay.store.projected()[1]
    assert pair.relay.store.removals([f"checkpoint:{HERE}"], 0, newest) == [f"{tablet.device}:2"]
    # A tablet of the relay hears of it there.
    answer = pair.relay.world.sync(tablet, feeds=[f"checkpoint:{HERE}"]).get_json()
    assert answer["removals"] == [f"{tablet.device}:2"]


def test_g3_what_goes_up_after_the_erasure_goes_without_the_person(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    for _ in range(4):
        tablet.crossing()
    assert pushed(pair.relay, tablet, 1, 2) == ["accepted"] * 2
    pair.rounds()
    erase(pair.home, f"{tablet.device}:1", f"{tablet.device}:4")
    assert pushed(pair.relay, tablet, 3, 4) == ["accepted"] * 2
    pair.rounds()
    pair.rounds()
    assert kept(pair.home, tablet.device) == [2, 3]
    assert kept(pair.relay, tablet.device) == [2, 3]


def test_g2_a_relay_erases_nothing_at_its_home_server(pair: Pair) -> None:
    tablet = written(pair.relay)
    pair.rounds()
    erase(pair.relay, f"{tablet.device}:1")
    pair.relay.round()
    assert kept(pair.home, tablet.device) == [1, 2, 3]
