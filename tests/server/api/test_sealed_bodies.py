"""What a tablet sends that nobody has opened: bodies sealed to the server (SPEC S4, S5)."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from sync.seal import body_binding, seal, wrap_content_key
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet


def sealed(batch: dict[str, Any], to: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The same batch, its bodies sealed; the signature covers the texts as ever."""
    key = secrets.token_bytes(32)
    wrapped = wrap_content_key(key, to, ec.generate_private_key(ec.SECP256R1()))
    events = []
    for seq, event in enumerate(batch["events"], start=batch["first"]):
        bound = body_binding(batch["device"], seq)
        text = seal(event["body"], key, wrapped, secrets.token_bytes(12), bound)
        events.append({name: one for name, one in event.items() if name != "body"})
        events[-1]["sealed_body"] = text
    return batch | {"events": events}


def told_key(world: World, tablet: Tablet) -> ec.EllipticCurvePublicKey:
    """What the server says with each token that may be sealed to it."""
    sent = {"assertion": tablet.assertion(world.now_ms)}
    answer = world.client.post("/api/v1/auth/device-token", json=sent)
    return public_key_of_jwk(answer.get_json()["sealing_key"])


def test_s4_sealed_bodies_are_the_same_events(world: World) -> None:
    tablet = world.enrol()
    for plate in ("29C12345", "29C12346"):
        tablet.crossing(plate)
    pushed = world.sync(tablet, batch=sealed(tablet.batch(), told_key(world, tablet)))
    assert [one["state"] for one in pushed.get_json()["results"]] == ["accepted", "accepted"]
    again = world.sync(tablet, batch=tablet.batch())
    assert [one["state"] for one in again.get_json()["results"]] == ["duplicate", "duplicate"]
    page = world.context.store.pull(("hd-ql6",), 0, 10, False)
    assert [one.body for one in page.events] == [event.body for event, _ in tablet.events]


@pytest.mark.parametrize("wrong", ["key", "place"])
def test_s5_what_does_not_open_is_refused_whole(world: World, wrong: str) -> None:
    tablet = world.enrol()
    tablet.crossing()
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    to = stranger if wrong == "key" else told_key(world, tablet)
    batch = sealed(tablet.batch(), to)
    code = "seal.body_key"
    if wrong == "place":
        batch, code = batch | {"first": 2}, "seal.body"
    refused = world.sync(tablet, batch=batch)
    assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    assert world.context.store.held(tablet.device)[0] == 0
