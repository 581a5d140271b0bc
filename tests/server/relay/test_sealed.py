"""What locked tablets seal is for the home server; a relay keeps and forwards it. SPEC U9."""

from __future__ import annotations

import contextlib
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.store.reader import read_only
from server.store.verify import walk_log
from sync.chain import commitment
from sync.seal import is_sealed, seal, wrap_content_key
from tests.server.relay.conftest import HERE, Pair
from tests.server.relay.test_up_and_down import of, pushed


def test_u9_what_a_locked_tablet_sealed_opens_at_the_home_server_alone(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    names = ["Lê Văn Kín", "Trần Thị Mở"]
    for name in names:
        tablet.crossing(name=name)
    event, head = tablet.events[0]
    assert event.person is not None
    home_key = public_key_of_jwk(dict(pair.relay.upstream.sealing_key))
    content_key = secrets.token_bytes(32)
    wrapped = wrap_content_key(content_key, home_key, ec.generate_private_key(ec.SECP256R1()))
    committed = commitment(event.person)
    sealed = seal(event.person, content_key, wrapped, secrets.token_bytes(12), committed)
    assert is_sealed(sealed) and not is_sealed(event.person)
    tablet.events[0] = (event._replace(person=None, sealed=sealed, commitment=committed), head)
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
    told = pair.relay.world.sync(pair.relay.world.enrol(HERE), feeds=feeds).get_json()["runs"]
    (run,) = [one for one in told if one["device"] == tablet.device]
    assert run["persons"] == [None, here[second]]
    assert "commitments" in run
    pair.rounds()
    assert pair.home.persons()[first] == event.person
    (kept,) = of(pair.relay, tablet.device)
    assert (kept.batch.events[0].sealed, kept.batch.events[0].person) == (sealed, None)
    with contextlib.closing(read_only(pair.relay.world.context.config.log_path)) as log:
        walk = walk_log(log, pair.relay.world.context.keys, lambda _: None)
    assert walk.breaks == 0


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
