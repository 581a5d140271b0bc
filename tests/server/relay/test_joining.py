"""Becoming a relay, what it pins, and what its tablets pin. SPEC U1, U8, U13."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.config import Config, ConfigError, load_config
from server.keys import KeyRing, public_jwk
from server.packs import RelayPackError, publish, publish_packs
from server.relay.joining import JoinError, join
from server.relay.state import read_upstream
from server.store.published import Pack
from server.store.sqlite import open_store
from tests.server.api.conftest import START_MS
from tests.server.api.tablet import new_key
from tests.server.relay.conftest import HERE, THERE, Pair
from tests.server.relay.net import URL, ClientWire, Node, home, relay, relay_code


def joined(folder: Path, upstream: Node, code: str, wire: ClientWire | None = None) -> str:
    """The code that an attempt to join ended with, "" where it went well."""
    keys = KeyRing.load_or_create(folder)
    with contextlib.closing(open_store(Config(folder), keys)) as store:
        try:
            line = wire or ClientWire(upstream.world.client)
            join(store, keys, line, URL, code, "mini", upstream.world.now_ms)
        except JoinError as error:
            return error.code
    return ""


def test_u1_a_relay_is_a_device_of_its_upstream_and_pins_the_home_servers_keys(pair: Pair) -> None:
    device = pair.home.device(pair.relay.store.server_id)
    keys = pair.relay.world.context.keys
    assert (device.kind, device.checkpoint, device.checkpoints) == ("relay", None, (HERE,))
    assert device.jwk["x"] == public_jwk(keys.signing)["x"]
    above, pinned = pair.home.world.context.keys, pair.relay.upstream
    assert pinned.root_key == public_jwk(above.packs)
    assert pinned.sealing_key == public_jwk(above.sealing)
    assert pinned.receipt_key == public_jwk(above.signing)
    assert (pinned.server, pinned.home) == (pair.home.store.server_id,) * 2
    assert [one.id for one in pair.relay.store.checkpoints()] == [HERE]


def test_u1_a_code_is_good_once_and_for_its_kind_only(pair: Pair, tmp_path: Path) -> None:
    code = relay_code(pair.home, HERE)
    assert joined(tmp_path / "one", pair.home, "0" * 20) == "enrolment.code"
    assert joined(tmp_path / "one", pair.home, pair.home.world.code(HERE)) == "enrolment.code"
    _, jwk = new_key()
    said = pair.home.world.client.post("/api/v1/devices/enrol", json={"code": code, "jwk": jwk})
    assert said.get_json()["code"] == "enrolment.code"
    late = relay_code(pair.home, HERE, minutes=0)
    assert joined(tmp_path / "one", pair.home, late) == "enrolment.code"
    assert joined(tmp_path / "one", pair.home, code) == ""
    assert joined(tmp_path / "two", pair.home, code) == "enrolment.code"


def test_u1_an_answer_that_was_lost_is_given_again(pair: Pair, tmp_path: Path) -> None:
    code, wire = relay_code(pair.home, HERE), ClientWire(pair.home.world.client)
    wire.meets = ["answer_lost"]
    assert joined(tmp_path / "one", pair.home, code, wire) == "upstream.timeout"
    devices = len(pair.home.store.devices())
    assert joined(tmp_path / "one", pair.home, code, wire) == ""
    assert len(pair.home.store.devices()) == devices


def test_u1_a_server_with_tablets_of_its_own_does_not_become_a_relay(
    pair: Pair, tmp_path: Path
) -> None:
    with home(tmp_path / "other", THERE) as other:
        other.world.enrol(THERE)
    assert joined(tmp_path / "other", pair.home, relay_code(pair.home, HERE)) == "relay.occupied"


def test_u1_a_relay_stays_with_its_home_server(pair: Pair, tmp_path: Path) -> None:
    pair.relay.world.context.store.close()
    with home(tmp_path / "other", HERE) as other:
        assert joined(tmp_path / "relay", other, relay_code(other, HERE)) == "relay.home"
    assert joined(tmp_path / "relay", pair.home, relay_code(pair.home, HERE, THERE)) == ""
    with contextlib.closing(open_store(Config(tmp_path / "relay"))) as store:
        upstream = read_upstream(store)
    assert upstream is not None
    assert set(upstream.checkpoints) == {HERE, THERE}


@pytest.mark.parametrize(
    "change",
    [
        {"server": "x"},
        {"path": []},
        {"path": ["01999999-0000-7000-8000-000000000001"]},
        {"root_key": {"kty": "EC"}},
        {"epoch": "1"},
        {"checkpoints": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_u1_an_answer_that_is_none_pins_nothing(
    pair: Pair, tmp_path: Path, change: dict[str, Any]
) -> None:
    wire = ClientWire(pair.home.world.client)
    wire.change = lambda path, answer: answer | change
    code = relay_code(pair.home, HERE)
    assert joined(tmp_path / "one", pair.home, code, wire) == "upstream.answer"
    with contextlib.closing(open_store(Config(tmp_path / "one"))) as store:
        assert read_upstream(store) is None


def test_u8_a_tablet_at_a_relay_pins_the_home_servers_keys_and_the_relays_receipts(
    pair: Pair,
) -> None:
    _, jwk = new_key()
    sent = {"code": pair.relay.world.code(HERE), "jwk": jwk}
    told = pair.relay.world.client.post("/api/v1/devices/enrol", json=sent).get_json()
    above, here = pair.home.world.context.keys, pair.relay.world.context.keys
    assert told["root_key"] == public_jwk(above.packs)
    assert told["sealing_key"] == public_jwk(above.sealing)
    assert told["receipt_key"] == public_jwk(here.signing)
    assert told["server"] == pair.relay.store.server_id


def test_u8_a_relays_receipts_say_relay_and_promise_no_safety(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    tablet.crossing()
    receipt = pair.relay.world.sync(tablet, feeds=[], batch=tablet.batch()).get_json()["receipt"]
    assert (receipt["level"], receipt["through"], receipt["safe_through"]) == ("relay", 1, 0)


def test_u8_no_setting_makes_a_relay_a_home_server(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(f'{{"upstream": "{URL}", "level": "home"}}', "utf-8")
    assert load_config(tmp_path).level == "relay"


@pytest.mark.parametrize("seconds", ["0", "-1", "1.5", "true", '"10"', "86400"])
def test_u2_a_relay_asks_neither_all_the_time_nor_never(tmp_path: Path, seconds: str) -> None:
    (tmp_path / "config.json").write_text(f'{{"upstream_seconds": {seconds}}}', "utf-8")
    with pytest.raises(ConfigError):
        load_config(tmp_path)


def test_u13_a_revoked_relay_is_refused_and_loses_nothing(pair: Pair) -> None:
    tablet = pair.relay.world.enrol(HERE)
    tablet.crossing()
    server = pair.relay.store.server_id
    pair.home.store.revoke_device(server, pair.home.world.now_ms)
    assert pair.relay.round() == "relay.revoked"
    for path in ("/relay", "/relay/feed"):
        with pytest.raises(Exception, match=r"relay\.revoked"):
            pair.relay.line.post(path, {"protocol": 1, "device_time": 0})
    # Its tablets are served on, and nothing of theirs is passed over.
    states = pair.relay.world.sync(tablet, feeds=[], batch=tablet.batch()).get_json()["results"]
    assert [one["state"] for one in states] == ["accepted"]
    assert pair.relay.round() == "relay.revoked"
    assert pair.relay.store.batches_waiting(pair.relay.upstream.batch_no) == 2
    assert pair.home.store.device(tablet.device) is None
    # Somebody makes a new code for it: it goes on where it stood.
    keys = pair.relay.world.context.keys
    code = relay_code(pair.home, HERE)
    join(pair.relay.store, keys, pair.relay.line, URL, code, "mini", pair.home.world.now_ms)
    assert pair.home.device(server).revoked_ms is None
    pair.rounds()
    assert pair.home.store.held(tablet.device)[0] == 1


def test_u7_a_relay_signs_no_packs(pair: Pair, tmp_path: Path) -> None:
    with home(tmp_path / "other") as fresh:
        assert fresh.store.packs(["all"])
    assert joined(tmp_path / "other", pair.home, relay_code(pair.home, HERE)) == ""
    config = Config(tmp_path / "other", level="relay", upstream=URL)
    app = create_app(config, clock=lambda: pair.home.world.now_ms)
    with contextlib.closing(app.extensions["chot"].store) as store:
        assert store.packs(["all"]) == {}


def test_u7_no_command_makes_a_relay_sign_a_pack(pair: Pair) -> None:
    context = pair.relay.world.context
    held = packs_of(pair.relay)
    with pytest.raises(RelayPackError):
        publish(context.store, context.keys, "levels", "all", {"levels": []}, START_MS)
    assert publish_packs(context.store, context.keys, START_MS) == []
    assert packs_of(pair.relay) == held


def packs_of(node: Node) -> dict[str, str]:
    scopes = ["all", f"checkpoint:{HERE}"]
    return {name: pack.jws for name, pack in node.store.packs(scopes).items()}


def test_u7_packs_are_copied_as_they_were_signed_and_follow_what_changes(pair: Pair) -> None:
    assert packs_of(pair.relay) == packs_of(pair.home)
    assert {"trust", "hotlines", "roster"} <= packs_of(pair.relay).keys()
    place = next(one for one in pair.home.store.checkpoints() if one.id == HERE)
    pair.home.store.put_checkpoint(replace(place, hotline="0912000001"))
    context = pair.home.world.context
    assert publish_packs(context.store, context.keys, pair.home.world.now_ms)
    pair.rounds()
    assert packs_of(pair.relay) == packs_of(pair.home)
    tablet = pair.relay.world.enrol(HERE)
    told = pair.relay.world.client.get(
        "/api/v1/packs/hotlines", headers=pair.relay.world.token(tablet)
    ).get_json()
    assert told["jws"] == packs_of(pair.home)["hotlines"]


def test_u7_a_pack_that_the_home_server_did_not_sign_is_not_copied(
    pair: Pair, tmp_path: Path
) -> None:
    with relay(tmp_path / "new", pair.home, HERE) as fresh:
        good = packs_of(pair.home)["trust"]
        flipped = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]

        def forge(path: str, answer: dict[str, Any]) -> dict[str, Any]:
            return answer | {"jws": flipped} if path.startswith("/relay/packs/trust") else answer

        fresh.line.change = forge
        assert fresh.round() == ""
        assert "trust" not in packs_of(fresh)
        assert "hotlines" in packs_of(fresh)
        assert any(one.endswith("trust") for one in fresh.upstream.alerts)
        # It is asked for again, and taken once it is right.
        fresh.line.change = None
        assert fresh.round() == ""
        assert packs_of(fresh) == packs_of(pair.home)


def test_u7_a_rollback_is_refused_and_told(pair: Pair) -> None:
    held = pair.relay.store.pack("trust", "all")
    assert held is not None
    newer = Pack("trust", "all", held.version + 5, held.issued_ms, held.jws)
    pair.relay.store.publish(newer)
    pair.home.world.enrol(HERE)
    pair.rounds()
    assert pair.relay.store.pack("trust", "all") == newer
    assert "pack.rollback trust" in pair.relay.upstream.alerts
