"""The pack `bases`, and which origins may call this server because of it. SPEC U15, U16."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credentials.pack import verify_pack
from server import static_tablet
from server.app import create_app
from server.bases import publish_bases
from server.config import Base, Config, ConfigError, load_config, save_config
from server.keys import public_jwk
from tests.server.api.conftest import World, a_world
from tests.server.api.tablet import new_key

HOME, MINI, ELSEWHERE = (
    "https://tinh.example",
    "https://chot-ca-na.example:8443",
    "https://x.example",
)
SERVER = "01999999-0000-7000-8000-000000000001"


def bases() -> tuple[Base, ...]:
    _, jwk = new_key()
    return (
        Base(MINI, SERVER, "relay", jwk, ("nt-ca-na",)),
        Base(HOME, SERVER, "home", jwk),
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path / "data") as world:
        context = world.context
        publish_bases(context.store, context.keys, bases(), world.now_ms)
        world.now_ms += 5_000
        yield world


def urls(world: World, checkpoint: str) -> list[str]:
    tablet = world.enrol(checkpoint)
    answer = world.client.get("/api/v1/packs/bases", headers=world.token(tablet))
    payload = verify_pack(
        answer.get_json()["jws"], public_jwk(world.context.keys.packs), world.now_ms
    )
    assert {name for one in payload.content["bases"] for name in one} == {
        *("url", "server", "level", "receipt_key")
    }
    return [one["url"] for one in payload.content["bases"]]


def test_u15_a_tablet_gets_the_bases_of_its_checkpoint_in_their_order(home: World) -> None:
    assert urls(home, "nt-ca-na") == [MINI, HOME]
    assert urls(home, "hd-ql6") == [HOME]


def test_u15_the_home_server_makes_the_pack_from_its_settings(tmp_path: Path) -> None:
    with a_world(tmp_path / "data") as world:
        assert world.context.store.pack("bases", "checkpoint:hd-ql6") is None
    config = Config(tmp_path / "data", bases=bases())
    save_config(config)
    assert load_config(config.data_dir) == config
    app = create_app(load_config(config.data_dir), clock=lambda: world.now_ms)
    store = app.extensions["chot"].store
    try:
        pack = store.pack("bases", "checkpoint:nt-ca-na")
        assert pack is not None
        # Nothing is said anew where nothing changed (K6), and a shorter list is a new version.
        keys = app.extensions["chot"].keys
        assert publish_bases(store, keys, bases()[:0], world.now_ms)[0].version == 2
        assert publish_bases(store, keys, (), world.now_ms) == []
    finally:
        store.close()


@pytest.mark.parametrize(
    "over",
    [
        {"url": "http://tinh.example"},
        {"url": "https://tinh.example/path"},
        {"url": "https://tinh.example:443"},
        {"url": "https://tinh.example; script-src *"},
        {"url": "https://user@tinh.example"},
        {"url": "https://*.example"},
        {"server": "tinh"},
        {"level": "safe"},
        {"receipt_key": {"kty": "EC"}},
        {"checkpoints": "nt-ca-na"},
        {"extra": 1},
    ],
    ids=lambda over: " ".join(f"{name}={value}" for name, value in over.items()),
)
def test_u15_a_base_that_is_none_stops_the_start(tmp_path: Path, over: dict[str, Any]) -> None:
    save_config(Config(tmp_path, bases=bases()))
    path = tmp_path / "config.json"
    settings = json.loads(path.read_text("utf-8"))
    settings["bases"][0] |= over
    path.write_text(json.dumps(settings), "utf-8")
    with pytest.raises(ConfigError):
        load_config(tmp_path)


def test_u16_a_tablet_page_may_call_its_own_server_and_the_bases(
    home: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>", "utf-8")
    monkeypatch.setattr(static_tablet, "FOLDERS", (tmp_path,))
    policy = home.client.get("/tablet/").headers["Content-Security-Policy"]
    found = re.search(r"connect-src ([^;]*);", policy)
    assert found is not None
    assert sorted(found[1].split()) == sorted(["'self'", HOME, MINI])


PATHS = [
    ("/api/v1/sync", "POST"),
    ("/api/v1/devices/enrol", "POST"),
    ("/api/v1/devices/wiped", "POST"),
    ("/api/v1/auth/device-token", "POST"),
    ("/api/v1/packs/rules", "GET"),
    ("/api/v1/health", "GET"),
]


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_u16_a_page_from_a_base_may_call_what_a_tablet_calls(
    home: World, path: str, method: str
) -> None:
    asked = {
        "Origin": MINI,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = home.client.options(path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == MINI
    assert answer.headers["Access-Control-Allow-Methods"] == method
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert "Origin" in answer.headers["Vary"]
    # The refusal of the call itself can be read by that page too.
    said = home.client.open(path, method=method, headers={"Origin": MINI}, json={})
    assert said.headers["Access-Control-Allow-Origin"] == MINI
    assert "Origin" in said.headers["Vary"]


@pytest.mark.parametrize(
    "origin", [ELSEWHERE, "null", "", MINI + "/", MINI.upper(), "http://tinh.example"]
)
@pytest.mark.parametrize(("path", "method"), PATHS)
def test_u16_no_other_page_may(home: World, path: str, method: str, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    preflight = home.client.options(path, headers=asked)
    said = home.client.open(path, method=method, headers={"Origin": origin}, json={})
    assert preflight.status_code == 405
    for answer in (preflight, said):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize(
    "path", ["/api/v1/auth/login", "/api/v1/searches", "/api/v1/relay", "/console/", "/samples"]
)
def test_u16_what_no_tablet_calls_stays_closed_to_the_bases_too(home: World, path: str) -> None:
    asked = {"Origin": MINI, "Access-Control-Request-Method": "POST"}
    for answer in (
        home.client.options(path, headers=asked),
        home.client.get(path, headers={"Origin": MINI}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_u16_a_preflight_for_another_method_is_refused(home: World) -> None:
    asked = {"Origin": MINI, "Access-Control-Request-Method": "DELETE"}
    assert home.client.options("/api/v1/sync", headers=asked).status_code == 405


def test_u16_without_a_pack_nobody_is_let_in(world: World) -> None:
    asked = {"Origin": HOME, "Access-Control-Request-Method": "POST"}
    answer = world.client.options("/api/v1/sync", headers=asked)
    assert answer.status_code == 405
    assert replace(world.context.config).bases == ()
