"""How much one may ask, and what the server says of it before and when it is met."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.config import ConfigError, load_config
from server.context import EXTENSION
from server.limits import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, FailureLimit
from server.token_limits import REQUESTS_PER_MINUTE, TokenLimit
from server.tokens import TokenError
from sync.encoding import uuid7
from tests.server.api.clients import PASSWORD
from tests.server.api.conftest import World, a_world
from tests.server.api.tablet import new_key


def test_a_drain_of_twenty_thousand_events_meets_no_limit() -> None:
    device = TokenLimit("device", REQUESTS_PER_MINUTE["device"])
    # 100 events a batch, as many pages to read, and every pack: all in one second.
    assert not any(device.take("d", now) for now in range(0, 1_000, 2) for _ in range(2))
    assert device.left("d", 1_000) == (219, 50)
    assert device.left("d", 61_000) == (1_200, 0)


def test_a_limit_comes_back_evenly_and_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = TokenLimit("user", 60)
    assert [limit.take("u", 0) for _ in range(61)] == [0] * 60 + [1]
    assert limit.left("u", 0) == (0, 60)
    assert [limit.take("u", 2_000) for _ in range(3)] == [0, 0, 1]
    assert limit.take("u", 1_000) == 1  # a clock set back gives nothing
    assert limit.take("v", 0) == 0
    monkeypatch.setattr("server.token_limits.MAX_KEYS", 2)
    for key in "wxyz":
        limit.take(key, 2_000)
    assert limit.left("v", 2_000) == (60, 0) and limit.left("z", 2_000) == (59, 1)


def test_a_clock_set_back_makes_nobody_wait_longer() -> None:
    day_ms = 86_400_000
    requests, failures = TokenLimit("user", 60), FailureLimit(3)
    assert [requests.take("u", day_ms) for _ in range(61)] == [0] * 60 + [1]
    for _ in range(3):
        failures.failed("u", day_ms)
    # Nothing is given for it, and what was said to come back in a while does.
    assert requests.take("u", 0) == 1
    assert failures.wait_s("u", 0) == 300
    assert requests.take("u", 1_000) == 0
    assert failures.wait_s("u", 299_000) == 1
    assert (failures.wait_s("u", 300_000), failures.left("u", 300_000)) == (0, (3, 300))


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"tablet": 1},
        {"device": 599},
        {"user": 29},
        {"console": 119},
        {"user": "300"},
        {"user": 10**7},
    ],
)
def test_a_limit_that_tablets_would_meet_is_no_setting(tmp_path: Path, value: Any) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"requests_per_minute": value}), "utf-8")
    with pytest.raises(ConfigError, match="requests_per_minute"):
        load_config(tmp_path)


def test_the_limit_of_a_token_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"requests_per_minute": {"user": 60}}', "utf-8")
    app = create_app(load_config(tmp_path))
    context = app.extensions[EXTENSION]
    try:
        assert context.requests.of("user").quota.most == 60
        assert context.requests.of("device").quota.most == REQUESTS_PER_MINUTE["device"]
    finally:
        context.store.close()


def test_limits_are_told_before_they_are_met(tmp_path: Any) -> None:
    with a_world(tmp_path / "data") as world:
        world.user("reviewer")
        sent = {"login": "reviewer", "password": "sai"}
        for left in range(FAILURES_PER_LOGIN - 1, -1, -1):
            answer = world.client.post("/api/v1/auth/login", json=sent)
            assert answer.status_code == 401
            assert f'"login";r={left};t=300' in answer.headers["RateLimit"]
            assert '"login";q=10;w=300' in answer.headers["RateLimit-Policy"]
        world.now_ms += 60_000
        answer = world.client.post("/api/v1/auth/login", json=sent)
        assert (answer.status_code, answer.get_json()["code"]) == (429, "request.rate")
        assert '"login";r=0;t=240' in answer.headers["RateLimit"]
        assert answer.headers["Retry-After"] == "240"
        world.now_ms += 240_000
        sent["password"] = PASSWORD
        assert world.client.post("/api/v1/auth/login", json=sent).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/devices/enrol", "/api/v1/relay/enrol"])
def test_enrolments_tell_what_an_address_has_left(tmp_path: Any, path: str) -> None:
    with a_world(tmp_path / "data") as world:
        server = uuid7(world.now_ms, secrets.token_bytes(10))
        sent = {"code": "wrong", "server": server, "jwk": new_key()[1]}
        for left in range(FAILURES_PER_ADDRESS - 1, -1, -1):
            answer = world.client.post(path, json=sent)
            assert answer.get_json()["code"] == "enrolment.code"
            assert answer.headers["RateLimit"] == f'"address";r={left};t=300'
        answer = world.client.post(path, json=sent)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
        assert answer.headers["RateLimit-Policy"] == '"address";q=30;w=300'


def test_a_full_memory_of_assertions_says_when_to_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.enrol()

    def full(*_: object) -> None:
        raise TokenError("server.busy")

    monkeypatch.setattr(world.context.assertions, "use", full)
    sent = {"assertion": tablet.assertion(world.now_ms)}
    answer = world.client.post("/api/v1/auth/device-token", json=sent)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "server.busy")
    assert int(answer.headers["Retry-After"]) >= 1
