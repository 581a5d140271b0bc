"""POST /sync over one process: answers per event, cursors, receipts, what a device may see."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from credentials.jws import public_key_of_jwk
from server.store.registered import Officer
from sync.batch import plain_event, verify_es256
from sync.encoding import from_base64url
from sync.envelope import Receipt
from sync.runs import read_run
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet, events_of

SYNC = "/api/v1/sync"
DAY_MS = 86_400_000


def states(answer: Any) -> list[str]:
    return [one["state"] for one in answer.get_json()["results"]]


def test_push_is_answered_per_event_and_seen_by_the_other_tablet(world: World) -> None:
    one, other = world.enrol(lane="1"), world.enrol(lane="2")
    record = one.crossing(name="Phạm Thị Thử")
    pushed = world.sync(one, batch=one.batch())
    assert pushed.status_code == 200, pushed.json
    assert states(pushed) == ["accepted"]
    pulled = world.sync(other)
    (event,) = events_of(pulled)
    assert json.loads(event["body"])["record"] == record
    assert "Phạm Thị Thử" in event["person"]
    assert (event["device"], event["seq"]) == (one.device, 1)
    assert event["server"] == world.context.store.server_id
    assert pulled.get_json()["more"] is False
    assert pulled.get_json()["reset"] is False


def test_a2_lost_answer_repeats_as_duplicate(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    first = world.sync(tablet, batch=tablet.batch())
    again = world.sync(tablet, batch=tablet.batch())
    assert states(again) == ["duplicate"]
    assert again.get_json()["receipt"]["through"] == first.get_json()["receipt"]["through"] == 1
    assert len(events_of(world.sync(tablet))) == 1


def test_a4_bad_event_in_the_middle_does_not_block(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    tablet.write(plain_event("{", None))
    tablet.crossing(home="nt-ca-na")
    tablet.crossing(kind="telescope")
    tablet.crossing()
    answer = world.sync(tablet, batch=tablet.batch())
    assert states(answer) == ["accepted", "rejected", "rejected", "held", "accepted"]
    codes = [one.get("code") for one in answer.get_json()["results"]]
    assert codes == [None, "event.json", "event.scope", "event.kind", None]
    assert answer.get_json()["receipt"]["through"] == 5
    assert [one["seq"] for one in events_of(world.sync(tablet))] == [1, 5]


def test_a11_what_only_servers_write_is_rejected_alone(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    fields = {"events": [f"{tablet.device}:1"], "reason": "request"}
    tablet.crossing(kind="erasure", fields=fields)
    tablet.crossing()
    answer = world.sync(tablet, batch=tablet.batch())
    told = [(one["state"], one.get("code")) for one in answer.get_json()["results"]]
    assert told == [("accepted", None), ("rejected", "event.author"), ("accepted", None)]


def test_p1_receipt_is_signed_and_names_the_head(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    told = world.sync(tablet, batch=tablet.batch()).get_json()["receipt"]
    receipt = Receipt(
        told["server"],
        told["level"],
        told["device"],
        told["through"],
        from_base64url(told["head"]),
        told["safe_through"],
        told["server_time"],
    )
    key = world.context.keys.signing.public_key()
    assert verify_es256(key, from_base64url(told["signature"]), receipt.signing_text())
    assert receipt.head == tablet.head


def test_f2_cursor_gives_only_what_is_new(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    cursor = world.sync(tablet, batch=tablet.batch()).get_json()["cursor"]
    assert events_of(world.sync(tablet, cursor=cursor)) == []
    tablet.crossing()
    answer = world.sync(tablet, cursor=cursor, batch=tablet.batch(first=2))
    assert [one["seq"] for one in events_of(answer)] == [2]


@pytest.mark.parametrize("part", ["server", "epoch", "feeds", "future"])
def test_f3_cursor_of_something_else_resets(world: World, part: str) -> None:
    tablet = world.enrol()
    tablet.crossing()
    cursor = world.sync(tablet, batch=tablet.batch()).get_json()["cursor"]
    server, epoch, feeds, sequence = cursor.split(".")
    others = {
        "server": f"01900000-0000-7000-8000-000000000000.{epoch}.{feeds}.{sequence}",
        "epoch": f"{server}.1.{feeds}.{sequence}",
        "feeds": f"{server}.{epoch}.00000000.{sequence}",
        "future": f"{server}.{epoch}.{feeds}.{int(sequence) + 9}",
    }
    answer = world.sync(tablet, cursor=others[part])
    assert answer.get_json()["reset"] is True
    assert len(events_of(answer)) == 1
    assert answer.get_json()["cursor"] == cursor


def test_t1_another_checkpoint_is_neither_given_nor_named(world: World) -> None:
    tablet, stranger = world.enrol(), world.enrol("nt-ca-na")
    tablet.crossing()
    world.sync(tablet, batch=tablet.batch())
    assert events_of(world.sync(stranger)) == []
    answer = world.sync(stranger, feeds=["checkpoint:hd-ql6"])
    assert (answer.status_code, answer.get_json()["code"]) == (403, "feed.forbidden")
    answer = world.sync(stranger, feeds=["everything:hd-ql6"])
    assert (answer.status_code, answer.get_json()["code"]) == (422, "feed.unknown")


def test_t1_batch_of_another_device_is_refused(world: World) -> None:
    tablet, other = world.enrol(), world.enrol()
    tablet.crossing()
    answer = world.sync(other, batch=tablet.batch())
    assert (answer.status_code, answer.get_json()["code"]) == (403, "batch.device")


def test_b6_wrong_signature_stores_nothing(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    batch = tablet.batch()
    batch["events"][0]["body"] = batch["events"][0]["body"].replace("29C", "30C")
    answer = world.sync(tablet, batch=batch)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "batch.signature")
    assert world.sync(tablet).get_json()["receipt"]["through"] == 0


def test_a6_cloned_device_is_told(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    clone = Tablet(tablet.device, tablet.checkpoint, tablet.key, world.now_ms)
    clone.crossing()
    world.sync(tablet, batch=tablet.batch())
    answer = world.sync(clone, batch=clone.batch())
    assert answer.status_code == 200
    assert [one.get("code") for one in answer.get_json()["results"]] == ["device.forked"]


def test_a6_clone_behind_its_other_self_hands_in_what_it_has(world: World) -> None:
    tablet, other = world.enrol(), world.enrol()
    tablet.crossing()
    clone = Tablet(tablet.device, tablet.checkpoint, tablet.key, world.now_ms)
    clone.crossing()
    tablet.crossing()
    world.sync(tablet, batch=tablet.batch())
    receipt = world.sync(clone, batch=clone.batch()).get_json()["receipt"]
    assert (receipt["through"], from_base64url(receipt["head"])) == (1, clone.head)
    events = events_of(world.sync(other))
    assert [(one["seq"], one.get("branch", 0)) for one in events] == [(1, 0), (2, 0), (1, 1)]


def test_p1_receipt_of_a_push_ends_with_the_push(world: World) -> None:
    """A push whose answer was lost is said again in smaller batches: each is answered (A2)."""
    tablet = world.enrol()
    tablet.crossing()
    tablet.crossing(kind="telescope")
    world.sync(tablet, batch=tablet.batch())
    half = world.sync(tablet, batch=tablet.batch(last=1)).get_json()
    assert (half["receipt"]["through"], len(half["results"])) == (1, 1)
    assert from_base64url(half["receipt"]["head"]) == tablet.events[0][1]
    assert world.sync(tablet).get_json()["receipt"]["through"] == 2


def test_r7_feed_gives_the_rank_verified_at_acceptance(world: World) -> None:
    world.context.store.put_officer(
        Officer("cb-lead", "Nguyễn Văn Mẫu", "lead", ("hd-ql6",), bytes(32), False)
    )
    tablet = world.enrol()
    for officer in ("cb-lead", "cb-khong-co"):
        tablet.crossing(officer=officer)
    events = events_of(world.sync(tablet, batch=tablet.batch()))
    assert [one.get("authority", 0) for one in events] == [2, 0]


def test_a9_revoked_device_hands_in_and_gets_nothing(world: World) -> None:
    tablet, other = world.enrol(), world.enrol()
    other.crossing()
    world.sync(other, batch=other.batch())
    tablet.crossing()
    world.context.store.revoke_device(tablet.device, world.now_ms)
    answer = world.sync(tablet, batch=tablet.batch())
    assert answer.status_code == 200
    assert answer.get_json()["results"] == [{"seq": 1, "state": "held", "code": "device.revoked"}]
    assert (events_of(answer), answer.get_json()["packs"]) == ([], {})
    assert answer.get_json()["receipt"]["through"] == 1
    pack = world.client.get("/api/v1/packs/trust", headers=world.token(tablet))
    assert (pack.status_code, pack.get_json()["code"]) == (403, "device.revoked")


def test_t6_contact_notes_clock_and_unsent(world: World) -> None:
    tablet = world.enrol()
    world.sync(tablet, unsent=7, device_time=world.now_ms - 1_500)
    device = world.context.store.device(tablet.device)
    assert device is not None
    assert (device.unsent, device.clock_offset_ms) == (7, 1_500)
    assert device.last_contact_ms == world.now_ms


def test_gzip_both_ways(world: World) -> None:
    tablet = world.enrol()
    for _ in range(20):
        tablet.crossing()
    answer = world.client.post(
        SYNC,
        data=gzip.compress(json.dumps(tablet.request(batch=tablet.batch())).encode()),
        headers=world.token(tablet)
        | {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    told = json.loads(gzip.decompress(answer.data))
    assert [one["state"] for one in told["results"]] == ["accepted"] * 20
    small = world.client.post(
        SYNC,
        json=tablet.request(feeds=[]),
        headers=world.token(tablet) | {"Accept-Encoding": "gzip;q=0"},
    )
    assert "Content-Encoding" not in small.headers


def test_h3_texts_come_back_as_they_were_sent(world: World) -> None:
    tablet, other = world.enrol(), world.enrol()
    tablet.crossing(name='Đỗ Thị \\u1ea8n \\"Bé\\"  ')
    sent, head = tablet.events[0]
    world.sync(tablet, batch=tablet.batch())
    (run,) = world.sync(other).get_json()["runs"]
    (event,) = read_run(run)
    assert (event.body, event.person, event.hash) == (sent.body, sent.person, head)


def test_t7_unknown_protocol_is_refused(world: World) -> None:
    answer = world.sync(world.enrol(), protocol=2)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "protocol.unknown")


def test_enrolled_keys_verify_what_the_server_signs(world: World) -> None:
    tablet = world.enrol()
    key = public_key_of_jwk(
        world.context.store.devices()[0].jwk  # the server is the first device of its log
    )
    told = world.sync(tablet).get_json()["receipt"]
    assert told["through"] == 0
    assert key == world.context.keys.signing.public_key()
