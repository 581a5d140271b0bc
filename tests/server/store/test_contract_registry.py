"""The rest of the Store contract: devices, enrolment, people, packs, audit."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from server.store.published import AuditEntry, Pack
from server.store.registered import Checkpoint, Device, Enrolment, Officer, User
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS

QL6 = Checkpoint(
    "hd-ql6", "Chốt QL6", "QL6 km 14", "01", "268", "", "city", "active", "0900000000", ("1", "2")
)
REVIEWER = User("u-1", "canhsat", "Người Mẫu", "reviewer", "$argon2id$x", "BASE32SECRET", False)
LEAD = Officer("cb-01", "Chốt Trưởng Mẫu", "lead", ("hd-ql6",), bytes(range(32)), False)
JWK = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
OTHER_JWK = JWK | {"x": "z"}
ENROLMENT = Enrolment("hd-ql6", "2", "Máy 2")


def test_an_enrolment_code_is_good_once(world: World) -> None:
    world.store.add_enrolment(b"c" * 32, ENROLMENT, NOON_MS)
    device = world.store.enrol(b"c" * 32, "tablet-1", JWK, NOON_MS - 1)
    assert device is not None
    assert (device.checkpoint, device.lane, device.name, device.jwk) == (
        "hd-ql6",
        "2",
        "Máy 2",
        JWK,
    )
    assert world.store.enrol(b"c" * 32, "tablet-2", OTHER_JWK, NOON_MS - 1) is None
    assert world.store.device("tablet-1") == device
    assert world.store.device("tablet-2") is None


def test_the_key_that_used_a_code_up_gets_its_device_again(world: World) -> None:
    world.store.add_enrolment(b"c" * 32, ENROLMENT, NOON_MS)
    device = world.store.enrol(b"c" * 32, "tablet-1", JWK, NOON_MS - 2)
    assert world.store.enrol(b"c" * 32, "tablet-2", JWK, NOON_MS - 1) == device
    assert world.store.enrol(b"c" * 32, "tablet-2", JWK, NOON_MS) is None
    world.store.revoke_device("tablet-1", NOON_MS - 1)
    assert world.store.enrol(b"c" * 32, "tablet-2", JWK, NOON_MS - 1) is None
    assert world.store.device("tablet-2") is None


def test_an_expired_or_unknown_code_enrols_nobody(world: World) -> None:
    world.store.add_enrolment(b"c" * 32, ENROLMENT, NOON_MS)
    assert world.store.enrol(b"c" * 32, "tablet-1", JWK, NOON_MS) is None
    assert world.store.enrol(b"d" * 32, "tablet-1", JWK, NOON_MS) is None
    assert [one.kind for one in world.store.devices()] == ["server"]


def test_of_many_who_use_one_code_at_once_one_gets_in(world: World) -> None:
    world.store.add_enrolment(b"c" * 32, ENROLMENT, NOON_MS)
    got: list[Device | None] = []
    threads = [
        threading.Thread(
            target=lambda name=f"tablet-{i}": got.append(
                world.store.enrol(b"c" * 32, name, JWK | {"x": name}, NOON_MS - 1)
            )
        )
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in got) == 1
    assert len(world.store.devices()) == 2


def test_a_device_whose_id_is_taken_does_not_use_the_code_up(world: World) -> None:
    tablet = world.tablet()
    world.store.add_enrolment(b"c" * 32, ENROLMENT, NOON_MS)
    with pytest.raises(Exception, match="UNIQUE"):
        world.store.enrol(b"c" * 32, tablet.device.id, JWK, NOON_MS - 1)
    assert world.store.enrol(b"c" * 32, "tablet-2", JWK, NOON_MS - 1) is not None


def test_the_server_is_the_first_device_and_stays_the_same(world: World) -> None:
    (own,) = world.store.devices()
    assert (own.no, own.id, own.kind) == (1, world.store.server_id, "server")
    epoch = world.store.epoch
    world.reopen()
    assert (world.store.devices(), world.store.epoch) == ([own], epoch)


def test_the_first_revocation_counts(world: World) -> None:
    tablet = world.tablet()
    world.store.revoke_device(tablet.device.id, NOON_MS)
    world.store.revoke_device(tablet.device.id, NOON_MS + 5)
    device = world.store.device(tablet.device.id)
    assert device is not None
    assert device.revoked_ms == NOON_MS


def test_a_contact_is_seen_at_once_and_kept(world: World) -> None:
    tablet = world.tablet()
    world.store.contact(tablet.device.id, NOON_MS, 7, -1500)
    for _ in range(2):
        device = world.store.device(tablet.device.id)
        assert device is not None
        assert (device.last_contact_ms, device.unsent, device.clock_offset_ms) == (
            NOON_MS,
            7,
            -1500,
        )
        world.reopen()


def test_a_checkpoint_keeps_its_history_key_when_it_changes(world: World) -> None:
    assert world.store.history_key("hd-ql6") is None
    world.store.put_checkpoint(QL6)
    key = world.store.history_key("hd-ql6")
    assert key is not None
    assert len(key[1]) == 32
    world.store.put_checkpoint(replace(QL6, state="hibernating", lanes=("1",)))
    assert world.store.checkpoints() == [replace(QL6, state="hibernating", lanes=("1",))]
    assert world.store.history_key("hd-ql6") == key


def test_users_and_officers_come_back_whole(world: World) -> None:
    world.store.put_user(REVIEWER)
    world.store.put_user(replace(REVIEWER, disabled=True, totp_secret=None))
    assert world.store.user("canhsat") == replace(REVIEWER, disabled=True, totp_secret=None)
    assert world.store.user("ai-đó") is None
    assert world.store.user("") is None
    assert len(world.store.users()) == 1
    world.store.put_officer(LEAD)
    assert world.store.officers() == [LEAD]


def test_two_users_cannot_share_a_login(world: World) -> None:
    world.store.put_user(REVIEWER)
    with pytest.raises(ValueError, match="canhsat"):
        world.store.put_user(replace(REVIEWER, id="u-2"))
    assert world.store.users() == [REVIEWER]


def test_r7_a_leads_override_outranks_a_later_officers(world: World) -> None:
    world.store.put_officer(LEAD)
    world.store.put_officer(replace(LEAD, id="cb-02", role="officer"))
    tablet = world.tablet()
    lead = {"reason": "emergency", "by": "cb-01"}
    officer = {"reason": "other", "by": "cb-02"}
    record = tablet.new_record()
    tablet.push(world.store, tablet.batch(tablet.amendment(record, {}, override=lead)))
    world.store.put_officer(replace(LEAD, role="volunteer"))
    body = tablet.body(record, fields={"override": officer}, officer="cb-02")
    tablet.push(world.store, tablet.batch(tablet.crossing()._replace(body=body)))
    world.project()
    whole = world.store.crossing(record)
    assert whole is not None
    assert whole.fields["override"] == lead, "the role counts that was held at acceptance"


def test_pack_versions_only_rise_per_scope(world: World) -> None:
    pack = Pack("rules", "all", 2, NOON_MS, "a.b.c")
    world.store.publish(pack)
    for version in (1, 2):
        with pytest.raises(ValueError, match="rules"):
            world.store.publish(replace(pack, version=version))
    here = replace(pack, scope="checkpoint:hd-ql6", version=1)
    world.store.publish(here)
    newer = replace(pack, version=3, jws="d.e.f")
    world.store.publish(newer)
    assert world.store.pack("rules", "all") == newer
    assert world.store.pack("levels", "all") is None
    assert world.store.packs(["all"]) == {"rules": newer}
    assert world.store.packs(["all", "checkpoint:hd-ql6"]) == {"rules": here}


def test_the_audit_log_is_a_chain_that_shows_a_change(world: World) -> None:
    entry = AuditEntry(NOON_MS, "u-1", "search", "s-1", "tracing", "CV-12", {"rows": 3})
    assert [world.store.audit(replace(entry, at_ms=NOON_MS + i)) for i in range(4)] == [1, 2, 3, 4]
    assert world.store.audited(2, 1) == [(3, replace(entry, at_ms=NOON_MS + 2))]
    assert world.store.verify_audit() is None
    world.reopen()
    assert world.store.verify_audit() is None
    assert world.store.audit(entry) == 5
