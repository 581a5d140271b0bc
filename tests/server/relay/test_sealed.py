"""What locked tablets seal is for the home server; a relay keeps and forwards it. SPEC U9."""

from __future__ import annotations

import contextlib
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.store.log.verify import walk_log
from server.store.reader import read_only
from sync.batch import WireEvent
from sync.chain import commitment
from sync.encoding import uuid7
from sync.seal import is_sealed, seal, wrap_content_key
from tests.server.api.tablet import Tablet
from tests.server.relay.conftest import HERE, Pair
from tests.server.relay.test_up_and_down import of, pushed


def test_u9_what_a_locked_tablet_sealed_opens_at_the_home_server_and_comes_down(pair: Pair) -> None:
    tablet, names = pair.relay.world.enrol(HERE), ["Lê Văn Kín", "Trần Thị Mở"]
    for name in names:
        tablet.crossing(name=name)
    event, sealed = sealed_first(pair, tablet)
    answer = pair.relay.world.sync(tablet, feeds=[], batch=tablet.batch()).get_json()
    assert answer["results"] == [
        {"seq": 1, "state": "accepted"},
        {"seq": 2, "state": "accepted"},
    ]
    first, second = f"{tablet.device}:1", f"{tablet.device}:2"
    here = pair.relay.persons()
    assert here[first] is None
    assert names[1] in str(here[second])
    # Another tablet gets the commitment in its place, and the clear part beside it.
    feeds = [f"checkpoint:{HERE}"]
    other = pair.relay.world.enrol(HERE)
    told = pair.relay.world.sync(other, feeds=feeds).get_json()
    (run,) = [one for one in told["runs"] if one["device"] == tablet.device]
    assert run["persons"] == [None, here[second]]
    assert "commitments" in run
    (kept,) = of(pair.relay, tablet.device)
    assert (kept.batch.events[0].sealed, kept.batch.events[0].person) == (sealed, None)
    pair.rounds()
    assert pair.home.persons()[first] == event.person
    assert pair.relay.persons()[first] == event.person
    # Who read it without is given it again, once.
    cursor = told["cursor"]
    told = pair.relay.world.sync(other, feeds=feeds, cursor=cursor).get_json()
    (run,) = [one for one in told["runs"] if one["device"] == tablet.device]
    assert run["persons"] == [event.person, here[second]]
    pair.rounds()
    again = pair.relay.world.sync(other, feeds=feeds, cursor=told["cursor"]).get_json()
    assert again["runs"] == []
    with contextlib.closing(read_only(pair.relay.world.context.config.log_path)) as log:
        walk = walk_log(log, pair.relay.world.context.keys, lambda _: None)
    assert walk.breaks == 0


def test_u9_what_was_erased_while_it_was_sealed_is_not_opened(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    tablet.crossing(name="Lê Văn Kín")
    event, _ = sealed_first(pair, tablet)
    assert pushed(pair.relay, tablet) == ["accepted"]
    ref = f"{tablet.device}:1"
    fields = {"events": [ref], "reason": "request", "basis": "yêu cầu 7"}
    home, now_ms = pair.home.world.context.store, pair.home.world.now_ms
    home.write("erasure", uuid7(now_ms, bytes(10)), HERE, None, fields, None, now_ms)
    pair.rounds()
    for side in (pair.home, pair.relay):
        assert side.persons()[ref] is None
    (kept,) = of(pair.relay, tablet.device)
    assert (kept.batch.events[0].sealed, kept.batch.events[0].person) == (None, None)
    assert event.person is not None


def sealed_first(pair: Pair, tablet: Tablet) -> tuple[WireEvent, str]:
    """Seal the tablet's first event as a locked tablet does; as it was, and the sealed text."""
    event, head = tablet.events[0]
    assert event.person is not None
    home_key = public_key_of_jwk(dict(pair.relay.upstream.sealing_key))
    content_key = secrets.token_bytes(32)
    wrapped = wrap_content_key(content_key, home_key, ec.generate_private_key(ec.SECP256R1()))
    committed = commitment(event.person)
    sealed = seal(event.person, content_key, wrapped, secrets.token_bytes(12), committed)
    assert is_sealed(sealed) and not is_sealed(event.person)
    tablet.events[0] = (event._replace(person=None, sealed=sealed, commitment=committed), head)
    return event, sealed


def test_u9_what_is_not_sealed_at_all_is_told_at_once(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    tablet.crossing()
    event, head = tablet.events[0]
    odd = event._replace(person=None, sealed="{}", commitment=event.commitment)
    tablet.events[0] = (odd, head)
    answer = pair.relay.world.sync(tablet, feeds=[], batch=tablet.batch()).get_json()
    (result,) = answer["results"]
    assert (result["state"], result["code"][:5]) == ("accepted", "seal.")
    assert pushed(pair.relay, tablet) == ["duplicate"]
