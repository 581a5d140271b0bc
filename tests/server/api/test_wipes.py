"""A tablet that is ordered to wipe itself: told by a signed pack, heard once more. SPEC Q4, Q5."""

from __future__ import annotations

from credentials.pack import verify_pack
from server.keys import public_jwk
from server.wipes import note_wiped, order_wipe, wipes_ordered
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet

WIPED = "/api/v1/devices/wiped"


def order(world: World, tablet: Tablet) -> None:
    device = world.context.store.device(tablet.device)
    assert device is not None
    order_wipe(world.context.store, world.context.keys, device, world.now_ms)


def ordered(world: World) -> list[str]:
    return sorted(wipes_ordered(world.context.store, world.context.keys, "hd-ql6", world.now_ms))


def test_q4_the_order_is_a_pack_of_the_checkpoint_that_names_the_device(world: World) -> None:
    tablet, other = world.enrol(), world.enrol(lane="2")
    order(world, tablet)
    for one in (tablet, other):
        assert world.sync(one).get_json()["packs"]["wipe"] == 1
    answer = world.client.get("/api/v1/packs/wipe", headers=world.token(tablet))
    payload = verify_pack(
        answer.get_json()["jws"], public_jwk(world.context.keys.packs), world.now_ms
    )
    assert payload.content == {"devices": {tablet.device: world.now_ms}}
    world.now_ms += 1000
    order(world, tablet)
    assert world.sync(tablet).get_json()["packs"]["wipe"] == 1


def test_q4_a_revoked_tablet_is_told_to_wipe_itself_and_nothing_else(world: World) -> None:
    tablet = world.enrol()
    order(world, tablet)
    world.context.store.revoke_device(tablet.device, world.now_ms)
    assert world.sync(tablet).get_json()["packs"] == {"wipe": 1}
    headers = world.token(tablet)
    assert world.client.get("/api/v1/packs/wipe", headers=headers).status_code == 200
    refused = world.client.get("/api/v1/packs/rules", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "device.revoked")


def test_q5_who_has_wiped_itself_is_revoked_and_its_order_done(world: World) -> None:
    tablet, other = world.enrol(), world.enrol(lane="2")
    order(world, tablet)
    order(world, other)
    answer = world.client.post(WIPED, json={"dropped": 2}, headers=world.token(tablet))
    assert answer.status_code == 204
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    device = world.context.store.device(tablet.device)
    assert device is not None and device.revoked_ms == world.now_ms
    assert ordered(world) == [other.device]
    # Said again, because the answer was lost.
    again = world.client.post(WIPED, json={}, headers=world.token(tablet))
    assert again.status_code == 204
    entries = world.context.store.audited_of("device.wiped")
    assert entries[0].details == {"dropped": 2}


def test_q5_who_wiped_itself_unasked_makes_no_pack(world: World) -> None:
    tablet = world.enrol()
    device = world.context.store.device(tablet.device)
    assert device is not None
    note_wiped(world.context.store, world.context.keys, device, world.now_ms)
    assert world.context.store.pack("wipe", "checkpoint:hd-ql6") is None


def test_only_a_device_says_that_it_is_wiped(world: World) -> None:
    assert world.client.post(WIPED, json={}).status_code == 401
