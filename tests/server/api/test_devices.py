"""Enrolment and device tokens: one-time codes, assertions, nonces, replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from credentials.jws import public_key_of_jwk
from server.app import create_app
from server.config import Config
from sync.chain import genesis
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet, new_key

TOKEN = "/api/v1/auth/device-token"
ENROL = "/api/v1/devices/enrol"
HOUR_MS = 3_600_000


def test_enrolment_pins_keys_and_place(world: World) -> None:
    _, jwk = new_key()
    answer = world.client.post(ENROL, json={"code": world.code(lane="2"), "jwk": jwk})
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["checkpoint"]["id"] == "hd-ql6"
    assert told["checkpoint"]["class"] == "city"
    assert told["checkpoint"]["lane"] == "2"
    assert told["server"] == world.context.store.server_id
    assert told["server_time"] == world.now_ms
    for name in ("root_key", "sealing_key", "receipt_key"):
        public_key_of_jwk(told[name])
        assert told[name]["kid"]
    device = world.context.store.device(told["device"])
    assert device is not None
    assert device.jwk == jwk


def test_a_lost_answer_to_an_enrolment_is_asked_for_again(world: World) -> None:
    code = world.code(minutes=30)
    _, jwk = new_key()
    first = world.client.post(ENROL, json={"code": code, "jwk": jwk})
    again = world.client.post(ENROL, json={"code": code, "jwk": jwk})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(world.context.store.audited_of("device.enrolled")) == 1
    world.now_ms += 31 * 60_000
    late = world.client.post(ENROL, json={"code": code, "jwk": jwk})
    assert (late.status_code, late.get_json()["code"]) == (403, "enrolment.code")


def test_code_works_once_however_it_is_typed(world: World) -> None:
    code = world.code()
    typed = f" {code[:5].upper()}-{code[5:]}".replace("0", "O").replace("1", "l")
    _, jwk = new_key()
    assert world.client.post(ENROL, json={"code": typed, "jwk": jwk}).status_code == 201
    again = world.client.post(ENROL, json={"code": code, "jwk": new_key()[1]})
    assert (again.status_code, again.get_json()["code"]) == (403, "enrolment.code")


def test_expired_code_is_refused(world: World) -> None:
    code = world.code(minutes=30)
    world.now_ms += 31 * 60_000
    answer = world.client.post(ENROL, json={"code": code, "jwk": new_key()[1]})
    assert answer.get_json()["code"] == "enrolment.code"


@pytest.mark.parametrize(
    "change", [{"crv": "P-384"}, {"x": "A" * 43, "y": "A" * 43}, {"d": "A" * 43}, {"x": 5}]
)
def test_bad_key_is_refused_and_leaves_the_code(world: World, change: dict[str, object]) -> None:
    code, (_, jwk) = world.code(), new_key()
    answer = world.client.post(ENROL, json={"code": code, "jwk": jwk | change})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "enrolment.key")
    assert world.client.post(ENROL, json={"code": code, "jwk": jwk}).status_code == 201


def test_guessing_codes_is_slowed_down(world: World) -> None:
    sent = {"code": "0" * 20, "jwk": new_key()[1]}
    codes = [world.client.post(ENROL, json=sent).get_json()["code"] for _ in range(31)]
    assert codes[:30] == ["enrolment.code"] * 30
    assert codes[30] == "request.rate"
    world.now_ms += 5 * 60_000
    assert world.client.post(ENROL, json=sent).get_json()["code"] == "enrolment.code"


def refused(world: World, assertion: str) -> dict[str, object]:
    answer = world.client.post(TOKEN, json={"assertion": assertion})
    assert answer.status_code == 401, answer.json
    problem: dict[str, object] = answer.get_json()
    return problem


def test_assertion_gets_a_token_once(world: World) -> None:
    tablet = world.enrol()
    assertion = tablet.assertion(world.now_ms)
    answer = world.client.post(TOKEN, json={"assertion": assertion})
    assert answer.status_code == 200
    assert answer.get_json()["expires_in"] == 900
    assert refused(world, assertion)["code"] == "auth.assertion"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "elsewhere"},
        {"aud": ["chot", "elsewhere"]},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"jti": ""},
        {"jti": 7},
        {"jti": None},
        {"exp": 1},
        {"iat": "now"},
        {"nonce": "AAAA"},
    ],
)
def test_wrong_claims_are_refused(world: World, claims: dict[str, object]) -> None:
    tablet = world.enrol()
    assert refused(world, tablet.assertion(world.now_ms, **claims))["code"] == "auth.assertion"


def test_long_lived_assertion_is_refused(world: World) -> None:
    tablet, now_s = world.enrol(), world.now_ms // 1000
    assertion = tablet.assertion(world.now_ms, exp=now_s + 301)
    assert refused(world, assertion)["code"] == "auth.assertion"


def test_another_key_is_refused(world: World) -> None:
    tablet = world.enrol()
    thief = Tablet(tablet.device, "hd-ql6", new_key()[0], world.now_ms)
    assert refused(world, thief.assertion(world.now_ms))["code"] == "auth.assertion"


def test_unknown_device_is_told_so(world: World) -> None:
    stranger = Tablet("01900000-0000-7000-8000-000000000000", "hd-ql6", new_key()[0], 0)
    assert refused(world, stranger.assertion(world.now_ms))["code"] == "device.unknown"


@pytest.mark.parametrize("hours", [-9, 9, 24 * 365])
def test_tablet_with_a_wrong_clock_signs_the_nonce(world: World, hours: int) -> None:
    tablet = world.enrol()
    theirs = world.now_ms + hours * HOUR_MS
    problem = refused(world, tablet.assertion(theirs))
    assert problem["code"] == "auth.assertion"
    answer = world.client.post(
        TOKEN, json={"assertion": tablet.assertion(theirs, nonce=problem["nonce"])}
    )
    assert answer.status_code == 200


def test_nonce_is_good_for_two_minutes(world: World) -> None:
    tablet = world.enrol()
    nonce = refused(world, "x.y.z")["nonce"]
    world.now_ms += 121_000
    assert refused(world, tablet.assertion(world.now_ms, nonce=nonce))["code"] == "auth.assertion"


def test_restart_does_not_reopen_old_assertions(world: World) -> None:
    tablet = world.enrol()
    before_start = tablet.assertion(world.now_ms - 10_000)
    assert refused(world, before_start)["code"] == "auth.assertion"


def test_a_server_whose_clock_is_put_right_goes_on_giving_tokens(world: World) -> None:
    tablet = world.enrol()
    world.now_ms -= 26 * HOUR_MS
    assertion = tablet.assertion(world.now_ms)
    problem = refused(world, assertion)
    assert problem["code"] == "auth.assertion"
    again = tablet.assertion(world.now_ms, nonce=problem["nonce"])
    assert world.client.post(TOKEN, json={"assertion": again}).status_code == 200
    # Each is still used once, and one of before the start is still of no use.
    assert refused(world, again)["code"] == "auth.assertion"
    assert refused(world, assertion)["code"] == "auth.assertion"


def test_a_nonce_of_the_process_before_is_refused(world: World, tmp_path: Path) -> None:
    tablet = world.enrol()
    nonce = refused(world, "x.y.z")["nonce"]
    world.context.store.close()
    app = create_app(Config(tmp_path / "data", demo=True), clock=lambda: world.now_ms)
    try:
        sent = {"assertion": tablet.assertion(world.now_ms - HOUR_MS, nonce=nonce)}
        answer = app.test_client().post(TOKEN, json=sent)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "auth.assertion")
    finally:
        app.extensions["chot"].store.close()


def test_token_of_another_epoch_or_kind_is_refused(world: World) -> None:
    tablet = world.enrol()
    header = world.token(tablet)
    answer = world.client.post("/api/v1/searches", json={}, headers=header)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "auth.forbidden")
    world.now_ms += 900_000
    answer = world.client.post("/api/v1/sync", json={}, headers=header)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "auth.expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_h4_first_batch_starts_from_the_device(world: World) -> None:
    tablet = world.enrol()
    tablet.crossing()
    batch = tablet.batch() | {"previous": "A" * 43}
    answer = world.sync(tablet, batch=batch)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "batch.genesis")
    assert world.context.store.held(tablet.device) == (0, genesis(tablet.device))
