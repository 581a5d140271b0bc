"""Packs over HTTP: signed by the pinned key, in scope only, a new version only for a change."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credentials.pack import verify_pack
from credentials.trust import parse_trust
from server.keys import public_jwk
from server.packs import officer_kek, publish_packs
from server.store.registered import Officer
from sync.encoding import from_base64url
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet

SECRET = bytes(range(16))


def publish(world: World) -> list[str]:
    context = world.context
    return sorted(
        f"{pack.name} {pack.scope} {pack.version}"
        for pack in publish_packs(context.store, context.keys, world.now_ms)
    )


def put_officer(world: World, revoked: bool = False) -> None:
    kek = officer_kek(SECRET, "246810", "hd-ql6-truong")
    world.context.store.put_officer(
        Officer("hd-ql6-truong", "Lê Đức Mẫu", "lead", ("hd-ql6",), kek, revoked)
    )


def content(world: World, tablet: Tablet, name: str) -> Any:
    answer = world.client.get(f"/api/v1/packs/{name}", headers=world.token(tablet))
    assert answer.status_code == 200, answer.json
    told = answer.get_json()
    payload = verify_pack(told["jws"], public_jwk(world.context.keys.packs), world.now_ms)
    assert (payload.name, payload.version) == (name, told["version"])
    return payload.content


def test_k6_only_a_change_makes_a_version(world: World) -> None:
    assert "roster checkpoint:hd-ql6 1" in publish(world)
    assert publish(world) == []
    put_officer(world)
    assert publish(world) == ["roster checkpoint:hd-ql6 2"]
    put_officer(world, revoked=True)
    assert publish(world) == ["roster checkpoint:hd-ql6 3"]


def test_k3_sync_names_what_is_in_scope(world: World) -> None:
    publish(world)
    put_officer(world)
    publish(world)
    assert world.sync(world.enrol()).get_json()["packs"]["roster"] == 2
    assert world.sync(world.enrol("nt-ca-na")).get_json()["packs"]["roster"] == 1


def test_badge_and_pin_open_the_history_key(world: World) -> None:
    put_officer(world)
    publish(world)
    roster = content(world, world.enrol(), "roster")
    assert roster["checkpoint"] == "hd-ql6"
    (officer,) = roster["officers"]
    assert (officer["id"], officer["role"], officer["iterations"]) == (
        "hd-ql6-truong",
        "lead",
        210_000,
    )
    wrapped = from_base64url(officer["wrapped"])
    kek = officer_kek(SECRET, "246810", officer["id"])
    opened = AESGCM(kek).decrypt(wrapped[:12], wrapped[12:], officer["id"].encode())
    key_id, key = world.context.store.history_key("hd-ql6") or ("", b"")
    assert (roster["history_key_id"], opened) == (key_id, key)
    assert "secret" not in json.dumps(roster)


def test_trust_names_the_documents_key(world: World) -> None:
    publish(world)
    trust = parse_trust(content(world, world.enrol(), "trust"))
    (key,) = trust.keys
    assert key.kid == public_jwk(world.context.keys.documents)["kid"]
    assert "badge" in key.usage


def test_what_one_checkpoint_got_is_no_caches_answer_to_another(world: World) -> None:
    there, here = world.enrol("hd-ql6"), world.enrol("nt-ca-na")
    publish_packs(world.context.store, world.context.keys, world.now_ms)
    path = "/api/v1/packs/roster"
    first, other = (world.client.get(path, headers=world.token(one)) for one in (there, here))
    assert first.headers["ETag"] == other.headers["ETag"] and first.json != other.json
    held = {"If-None-Match": first.headers["ETag"]}
    again = world.client.get(path, headers=world.token(there) | held)
    assert again.status_code == 304
    for answer in (first, other, again):
        assert "Authorization" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_etag_saves_the_second_download(world: World) -> None:
    publish(world)
    headers = world.token(world.enrol())
    first = world.client.get("/api/v1/packs/hotlines", headers=headers)
    assert first.headers["ETag"] == f'"hotlines-{first.get_json()["version"]}"'
    again = world.client.get(
        "/api/v1/packs/hotlines", headers=headers | {"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_unknown_pack(world: World) -> None:
    answer = world.client.get("/api/v1/packs/nothing", headers=world.token(world.enrol()))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "pack.unknown")
