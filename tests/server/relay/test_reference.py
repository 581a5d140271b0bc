"""What a relay has to know of devices, officers and places, and the receipts of above. U10, U14."""

from __future__ import annotations

from typing import Any

from credentials.jws import public_key_of_jwk
from server.packs import officer_kek
from server.store.registered import Officer
from sync.envelope import read_receipt
from tests.server.relay.conftest import HERE, THERE, Pair
from tests.server.relay.test_up_and_down import of, pushed, written


def put_officer(pair: Pair, role: Any = "lead", revoked: bool = False) -> None:
    kek = officer_kek(bytes(16), "246810", "nt-truong")
    officer = Officer("nt-truong", "Lê Đức Mẫu", role, (HERE, THERE), kek, revoked)
    pair.home.store.put_officer(officer)


def test_u14_a_tablet_that_is_revoked_above_is_revoked_here(pair: Pair) -> None:
    tablet = written(pair.relay, 1)
    pair.rounds()
    pair.home.store.revoke_device(tablet.device, pair.home.world.now_ms)
    assert pair.relay.device(tablet.device).revoked_ms is None
    pair.rounds()
    assert pair.relay.device(tablet.device).revoked_ms is not None
    tablet.crossing()
    assert pushed(pair.relay, tablet, 2) == ["held"]


def test_u14_a_tablet_that_enrolled_above_may_turn_to_the_relay(pair: Pair) -> None:
    tablet, stranger = written(pair.home, 1), written(pair.home, 1, THERE)
    pair.rounds()
    tablet.crossing()
    assert pushed(pair.relay, tablet, 2) == ["accepted"]
    sent = {"assertion": stranger.assertion(pair.relay.world.now_ms)}
    said = pair.relay.world.client.post("/api/v1/auth/device-token", json=sent)
    assert said.get_json()["code"] == "device.unknown"


def test_u14_officers_have_the_rank_that_the_home_server_gave_them(pair: Pair) -> None:
    put_officer(pair)
    pair.rounds()
    tablet = pair.relay.world.enrol(HERE)
    tablet.crossing(officer="nt-truong")
    assert pushed(pair.relay, tablet) == ["accepted"]
    put_officer(pair, "officer")
    pair.rounds()
    tablet.crossing(officer="nt-truong")
    put_officer(pair, "officer", revoked=True)
    assert pushed(pair.relay, tablet, 2) == ["accepted"]
    pair.rounds()
    tablet.crossing(officer="nt-truong")
    assert pushed(pair.relay, tablet, 3) == ["accepted"]
    pair.rounds()
    for node in (pair.relay, pair.home):
        ranks = [one.envelopes[0].envelope.ranks for one in of(node, tablet.device)]
        assert ranks == ["2", "1", "0"]


def test_u14_only_what_changed_goes_down(pair: Pair) -> None:
    written(pair.relay, 1)
    pair.rounds()
    answers: list[object] = []

    def note(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        answers.append(answer.get("reference"))
        return answer

    pair.relay.line.change = note
    pair.rounds()
    assert {one is None for one in answers} == {True}


def test_u10_what_the_home_server_signed_reaches_the_tablet(pair: Pair) -> None:
    tablet = written(pair.relay, 2)
    first = pair.relay.world.sync(tablet, feeds=[]).get_json()
    assert first.get("upstream_receipt") is None or first["upstream_receipt"]["through"] == 0
    pair.rounds()
    told = pair.relay.world.sync(tablet, feeds=[]).get_json()["upstream_receipt"]
    key = public_key_of_jwk(dict(pair.relay.upstream.receipt_key))
    receipt = read_receipt(told, key)
    assert (receipt.server, receipt.level) == (pair.home.store.server_id, "home")
    assert (receipt.device, receipt.through) == (tablet.device, 2)
    assert receipt.head == tablet.events[-1][1]


def test_u10_a_receipt_that_the_home_server_did_not_sign_ends_the_round(pair: Pair) -> None:
    tablet = written(pair.relay, 1)

    def forge(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("receipts", ()):
            one["safe_through"] = one["through"]
            one["server_time"] += 1
        return answer

    pair.relay.line.change = forge
    assert pair.relay.round() == "receipt.signature"
    assert pair.relay.store.upstream_receipt(tablet.device, pair.home.store.server_id) is None
