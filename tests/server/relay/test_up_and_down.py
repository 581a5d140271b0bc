"""What a relay hands up and what is handed down to it. SPEC U2–U6, U9."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import replace
from typing import Any

import pytest

from server.relay.forwarded import forwarded_to_json, parse_forwarded
from server.store.log.log_file import open_log
from server.store.relay_protocol import SignedBatch, SignedEnvelope
from sync.batch import make_batch, plain_event, sign_es256
from sync.chain import genesis
from sync.encoding import to_base64url, uuid7
from sync.events import Body, body_to_text
from tests.server.api.tablet import Tablet, new_key
from tests.server.relay.conftest import HERE, THERE, Pair
from tests.server.relay.net import Node, linked, relay


def of(node: Node, device: str) -> list[SignedBatch]:
    return [one for one in node.store.batches_after(0, 1000) if one.batch.device == device]


def pushed(node: Node, tablet: Tablet, first: int = 1, last: int | None = None) -> list[str]:
    """Hand a run in at a server; the states of its events."""
    answer = node.world.sync(tablet, feeds=[], batch=tablet.batch(first, last)).get_json()
    return [one["state"] for one in answer["results"]]


def written(node: Node, count: int = 3, checkpoint: str = HERE) -> Tablet:
    """A tablet that enrolled at a server and has handed its crossings in there."""
    tablet = node.world.enrol(checkpoint)
    for _ in range(count):
        tablet.crossing()
    assert pushed(node, tablet) == ["accepted"] * count
    return tablet


def test_u2_batches_go_up_as_they_were_signed_with_the_relays_envelope(pair: Pair) -> None:
    tablet = written(pair.relay)
    assert pair.relay.round() == ""
    (above,), (below,) = of(pair.home, tablet.device), of(pair.relay, tablet.device)
    assert (above.batch, above.envelopes) == (below.batch, below.envelopes)
    assert {one.envelope.server for one in above.envelopes} == {pair.relay.store.server_id}
    assert pair.home.refs() == pair.relay.refs()
    assert pair.home.persons() == pair.relay.persons()
    assert "Nguyễn Thị Mẫu" in str(pair.home.persons())


def test_u2_nothing_goes_up_twice_or_back_up(pair: Pair) -> None:
    own, other = written(pair.relay), written(pair.home)
    pair.rounds()
    sent = pair.relay.line.batches()
    assert [one for one in sent if one[0] == own.device] == [(own.device, 1, 3)]
    assert [one for one in sent if one[0] == other.device] == []
    held = len(pair.relay.store.batches_after(0, 1000))
    pair.rounds()
    assert pair.relay.line.batches() == sent
    assert len(pair.relay.store.batches_after(0, 1000)) == held
    assert pair.home.refs() == pair.relay.refs()


def test_u2_the_own_chain_goes_first_and_the_rest_in_the_order_of_arrival(pair: Pair) -> None:
    one, two = written(pair.relay, 2), written(pair.relay, 1)
    one.crossing()
    assert pushed(pair.relay, one, 3) == ["accepted"]
    assert pair.relay.round() == ""
    server = pair.relay.store.server_id
    assert pair.relay.line.batches() == [
        *((server, 1, 1), (server, 2, 1)),
        *((one.device, 1, 2), (two.device, 1, 1), (one.device, 3, 1)),
    ]


@pytest.mark.parametrize("meets", ["request_lost", "answer_lost", 503, 408])
def test_u2_a_round_that_is_cut_off_is_said_again(pair: Pair, meets: str | int) -> None:
    ended = []
    for cut_at in range(6):
        tablet = written(pair.relay, 2)
        written(pair.home, 1)
        pair.relay.line.meets = [*["fine"] * cut_at, meets]
        ended.append(pair.relay.round())
        pair.relay.line.meets = []
        if cut_at % 2:
            pair.rounds()
    # The contact, the own chain, the tablet's batch, the feed: each of them was cut off once.
    assert len([one for one in ended if one]) >= 4
    pair.rounds()
    assert pair.home.refs() == pair.relay.refs()
    assert len(of(pair.home, tablet.device)) == 1


def test_u2_a_request_that_is_too_large_is_halved(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    for _ in range(8):
        tablet.crossing()
    for seq in range(1, 9):
        pushed(pair.relay, tablet, seq, seq)
    assert pair.relay.round() == ""
    line = pair.relay.line
    tablet.crossing(), tablet.crossing()
    pushed(pair.relay, tablet, 9, 9), pushed(pair.relay, tablet, 10, 10)
    # The contact, and then the two batches in one request.
    line.meets = ["fine", 413]
    pair.rounds()
    assert [first for device, first, _ in line.batches() if device == tablet.device] == [
        *range(1, 11)
    ]
    assert pair.home.refs() == pair.relay.refs()


def test_u3_a_refused_event_blocks_nothing_behind_it(pair: Pair) -> None:
    tablet = written(pair.relay, 1)
    tablet.write(plain_event("{}", None))
    tablet.crossing()
    assert pushed(pair.relay, tablet, 2) == ["rejected", "accepted"]
    assert pair.relay.round() == ""
    assert pair.home.store.held(tablet.device)[0] == 3
    assert f"{tablet.device}:3" in pair.home.refs()
    assert pair.relay.upstream.refused == ()


def hand_up(pair: Pair, *items: Any) -> list[dict[str, Any]]:
    """The results of what is put into the relay's mouth."""
    body = {"protocol": 1, "batches": list(items), "chains": [], "device_time": 0}
    results = pair.relay.line.post("/relay", body)["results"]
    assert isinstance(results, list)
    return results


def test_u4_a_relay_hands_up_its_own_checkpoints_only(pair: Pair) -> None:
    stranger = written(pair.home, checkpoint=THERE)
    stranger.crossing()
    result = hand_up(pair, {"batch": stranger.batch(4), "envelopes": []})[0]
    assert result["code"] == "relay.scope"
    assert pair.home.store.held(stranger.device)[0] == 3


def test_u4_a_batch_is_taken_for_its_authors_signature_alone(pair: Pair) -> None:
    tablet = written(pair.relay)
    assert pair.relay.round() == ""
    tablet.crossing()
    forged = tablet.batch(4)
    forged["signature"] = to_base64url(bytes(64))
    assert hand_up(pair, {"batch": forged, "envelopes": []})[0]["code"] == "batch.signature"
    assert hand_up(pair, {"batch": None, "envelopes": []}, "x", None)[2]["code"] == "batch.shape"
    assert pair.home.store.held(tablet.device)[0] == 3


def own_event(pair: Pair, kind: str, home: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The relay's next own event, signed by it, not written into its log."""
    store, keys = pair.relay.store, pair.relay.world.context.keys
    through, head = store.held(store.server_id)
    now_ms = pair.relay.world.now_ms
    record = uuid7(now_ms, secrets.token_bytes(10))
    body = Body(kind, 1, record, home, now_ms << 16, now_ms, 0, None, {}, fields, {}, {})
    event = plain_event(body_to_text(body), None)
    batch = make_batch(
        store.server_id,
        through + 1,
        head if through else genesis(store.server_id),
        (event,),
        lambda text: sign_es256(keys.signing, text),
    )
    return forwarded_to_json(batch, ())


@pytest.mark.parametrize(
    ("kind", "home", "fields", "code"),
    [
        ("review", THERE, {}, "event.scope"),
        ("erasure", HERE, {"events": [], "reason": "request"}, "event.author"),
        ("link", HERE, {}, "event.author"),
    ],
)
def test_u4_of_the_servers_kinds_a_relay_writes_enrolments_only(
    pair: Pair, kind: str, home: str, fields: dict[str, Any], code: str
) -> None:
    (result,) = hand_up(pair, own_event(pair, kind, home, fields))
    assert result["code"] is None
    assert [one["code"] for one in result["refused"]] == [code]


def test_u5_a_device_enrolled_without_a_line_is_known_above_before_its_batches(pair: Pair) -> None:
    pair.relay.line.meets = ["request_lost"] * 3
    tablet = written(pair.relay)
    assert pair.relay.round() == "upstream.offline"
    assert pair.home.store.device(tablet.device) is None
    pair.relay.line.meets = []
    assert pair.relay.round() == ""
    above, below = pair.home.device(tablet.device), pair.relay.device(tablet.device)
    assert (above.kind, above.checkpoint, above.lane, above.jwk) == (
        *("tablet", HERE, below.lane),
        below.jwk,
    )
    assert pair.home.store.held(tablet.device)[0] == 3
    # It may turn to the home server itself from now on.
    tablet.crossing()
    assert pushed(pair.home, tablet, 4) == ["accepted"]


@pytest.mark.parametrize("more", [{"checkpoint": THERE}, {"checkpoints": [HERE, THERE]}])
def test_u5_a_relay_enrols_for_its_own_checkpoints_only(pair: Pair, more: dict[str, Any]) -> None:
    _, jwk = new_key()
    fields = {"x": jwk["x"], "y": jwk["y"], "checkpoint": HERE, "enrolled": 0} | more
    sent = own_event(pair, "enrolment", HERE, fields)
    devices = len(pair.home.store.devices())
    (result,) = hand_up(pair, sent)
    assert [(one["state"], one["code"]) for one in result["refused"]] == [
        ("rejected", "relay.scope")
    ]
    assert len(pair.home.store.devices()) == devices


def test_u6_what_others_wrote_comes_down_verified_and_with_its_envelope(pair: Pair) -> None:
    near, far = written(pair.home), written(pair.home, checkpoint=THERE)
    assert pair.relay.round() == ""
    (above,), (below,) = of(pair.home, near.device), of(pair.relay, near.device)
    assert (above.batch, above.envelopes) == (below.batch, below.envelopes)
    assert of(pair.relay, far.device) == []
    assert pair.relay.store.device(far.device) is None
    assert pair.relay.persons() == {
        ref: text for ref, text in pair.home.persons().items() if ref.startswith(near.device)
    }


def test_u6_what_is_decided_at_the_top_comes_down(pair: Pair) -> None:
    event = pair.home.store.write(
        "review",
        uuid7(pair.home.world.now_ms, secrets.token_bytes(10)),
        HERE,
        "user-reviewer",
        {"subject": uuid7(pair.home.world.now_ms, secrets.token_bytes(10)), "decision": "seen"},
        {"note": "đã xem"},
        pair.home.world.now_ms,
    )
    assert pair.relay.round() == ""
    assert event in pair.relay.refs()
    assert "đã xem" in str(pair.relay.persons()[event])


def test_u6_what_is_erased_at_the_top_is_forgotten_below(pair: Pair) -> None:
    tablet = written(pair.relay, 2)
    pair.rounds()
    first, second = f"{tablet.device}:1", f"{tablet.device}:2"
    assert "Mẫu" in str(pair.relay.persons()[first])
    targets, unknown = pair.home.store.targets_of_refs([first])
    assert unknown == []
    pair.home.store.erase(targets, "request", "số 12/2021", None, pair.home.world.now_ms)
    pair.rounds()
    for node in (pair.home, pair.relay):
        assert node.persons()[first] is None
        assert "Mẫu" in str(node.persons()[second])
    # What is offered again stays forgotten, at the relay and above.
    assert pushed(pair.relay, tablet) == ["duplicate", "duplicate"]
    pair.rounds()
    assert pair.home.persons()[first] is pair.relay.persons()[first] is None


def test_u6_what_does_not_verify_is_told_and_passed_over(pair: Pair) -> None:
    first, second = written(pair.home), written(pair.home)

    def forge(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("batches", ()):
            if one["batch"]["device"] == first.device:
                body = one["batch"]["events"][0]["body"]
                one["batch"]["events"][0]["body"] = body.replace("29C12345", "29C99999")
        return answer

    pair.relay.line.change = forge
    assert pair.relay.round() == ""
    assert of(pair.relay, first.device) == []
    assert len(of(pair.relay, second.device)) == 1
    assert any("batch.signature" in one for one in pair.relay.upstream.alerts)


def test_u6_an_envelope_that_its_server_did_not_sign_is_not_believed(pair: Pair) -> None:
    tablet = written(pair.home)

    def forge(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("batches", ()):
            for envelope in one["envelopes"]:
                envelope["received"] -= 86_400_000
        return answer

    pair.relay.line.change = forge
    assert pair.relay.round() == ""
    (below,) = of(pair.relay, tablet.device)
    assert {one.envelope.server for one in below.envelopes} == {pair.relay.store.server_id}


def test_u4_a_relays_envelope_counts_for_its_own_checkpoints(pair: Pair) -> None:
    with relay(pair.folder / "other", pair.home, THERE) as other:
        assert other.round() == ""
        stranger = written(other, checkpoint=THERE)
        assert other.round() == ""
        (above,) = of(pair.home, stranger.device)
        good = forwarded_to_json(above.batch, above.envelopes)
        tablet = written(pair.relay)
        (one,) = of(pair.relay, tablet.device)
        mine = one.envelopes[0].envelope
        # The other relay claims to have had it a day before.
        claim = replace(
            mine, server=other.store.server_id, received_ms=mine.received_ms - 86_400_000
        )
        key = other.world.context.keys.signing
        signed = SignedEnvelope(claim, sign_es256(key, claim.signing_text()))
        (own,) = pair.relay.store.own_batches(0, 10)
        hand_up(pair, forwarded_to_json(own.batch, own.envelopes))
        (result,) = hand_up(pair, forwarded_to_json(one.batch, (signed,)))
        assert result["code"] is None
        (taken,) = of(pair.home, tablet.device)
        assert {sent.envelope.server for sent in taken.envelopes} == {pair.home.store.server_id}
        assert good["envelopes"][0]["server"] == other.store.server_id


def test_u6_what_the_relay_took_in_first_is_only_named(pair: Pair) -> None:
    own, other = written(pair.relay), written(pair.home)
    answers: list[dict[str, Any]] = []

    def note(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        answers.append(answer)
        return answer

    pair.relay.line.change = note
    pair.rounds()
    given = [one["batch"]["device"] for answer in answers for one in answer.get("batches", ())]
    named = [one["device"] for answer in answers for one in answer.get("held", ())]
    assert (given, own.device in named) == ([other.device], True)
    # A relay whose log was restored from before it had them asks for them.
    with contextlib.closing(open_log(pair.relay.world.context.config.log_path)) as log:
        (no,) = log.execute("SELECT no FROM devices WHERE id = ?", (own.device,)).fetchone()
        for table in ("runs", "batches", "chains", "envelopes"):
            log.execute(f"DELETE FROM {table} WHERE device = ?", (no,))
    pair.relay.store.put_relay_state({"cursor": None})
    linked(pair.relay, pair.home)
    assert of(pair.relay, own.device) == []
    pair.rounds()
    (above,), (below,) = of(pair.home, own.device), of(pair.relay, own.device)
    assert (above.batch, above.envelopes) == (below.batch, below.envelopes)


def test_u6_a_forwarded_batch_is_what_its_json_says(pair: Pair) -> None:
    tablet = written(pair.relay)
    (one,) = of(pair.relay, tablet.device)
    again = parse_forwarded(json.loads(json.dumps(forwarded_to_json(one.batch, one.envelopes))))
    assert (again.batch, again.envelopes) == (one.batch, one.envelopes)
