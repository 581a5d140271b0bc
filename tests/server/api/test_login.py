"""POST /auth/login: one refusal whatever was wrong, one-time codes once, attempts limited."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from server.passwords import hash_password, password_matches
from server.store.registered import User
from tests.server.api.clients import PASSWORD
from tests.server.api.conftest import World

LOGIN = "/api/v1/auth/login"
SECRET = b"12345678901234567890"


def code_at(now_ms: int) -> str:
    totp = TOTP(SECRET, 6, SHA1(), 30, enforce_key_length=False)
    return totp.generate(now_ms // 1000).decode()


def test_password_opens_what_the_role_may(world: World) -> None:
    world.user("reviewer")
    answer = world.client.post(LOGIN, json={"login": "reviewer", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.get_json()["user"] == {
        "id": "user-reviewer",
        "login": "reviewer",
        "name": "Trần Văn Thử",
        "role": "reviewer",
    }
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    sent = {
        "purpose": "tracing",
        "reference": {"request_number": "12/YC"},
        "criteria": {"plate": "29A12345"},
    }
    assert world.client.post("/api/v1/searches", json=sent, headers=headers).status_code == 201


def test_a_new_password_ends_the_tokens_of_the_old_one(world: World) -> None:
    user = world.user("reviewer")
    sent = {"login": "reviewer", "password": PASSWORD}
    token = world.client.post(LOGIN, json=sent).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    page = "/api/v1/searches/019a0000-0000-7000-8000-000000000000"
    assert world.client.get(page, headers=headers).get_json()["code"] == "search.unknown"
    world.context.store.put_user(replace(user, password_hash=hash_password("một mật khẩu khác")))
    answer = world.client.get(page, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "auth.invalid")


@pytest.mark.parametrize("what", ["password", "login", "disabled"])
def test_refusals_look_the_same(world: World, what: str) -> None:
    user = world.user("reviewer")
    sent = {"login": "reviewer", "password": PASSWORD}
    if what == "disabled":
        gone = User(
            user.id, user.login, user.name, user.role, user.password_hash, None, disabled=True
        )
        world.context.store.put_user(gone)
    else:
        sent[what] = "nobody"
    answer = world.client.post(LOGIN, json=sent)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "auth.invalid")
    assert "errors" not in answer.get_json()


def test_disabling_a_user_ends_its_tokens(world: World) -> None:
    headers = world.signed_in("reviewer")
    world.context.store.put_user(
        User("user-reviewer", "reviewer", "x", "reviewer", "", None, disabled=True)
    )
    answer = world.client.post("/api/v1/searches", json={}, headers=headers)
    assert answer.get_json()["code"] == "auth.invalid"


def test_one_time_code_is_needed_and_works_once(world: World) -> None:
    world.user("reviewer", totp_secret=base64.b32encode(SECRET).decode())
    sent = {"login": "reviewer", "password": PASSWORD}
    assert world.client.post(LOGIN, json=sent).get_json()["code"] == "auth.invalid"
    code = code_at(world.now_ms)
    assert world.client.post(LOGIN, json=sent | {"totp": code}).status_code == 200
    assert world.client.post(LOGIN, json=sent | {"totp": code}).get_json()["code"] == "auth.invalid"
    world.now_ms += 30_000
    late = code_at(world.now_ms - 30_000)
    assert world.client.post(LOGIN, json=sent | {"totp": late}).get_json()["code"] == "auth.invalid"
    fresh = code_at(world.now_ms)
    assert world.client.post(LOGIN, json=sent | {"totp": fresh}).status_code == 200


@pytest.mark.parametrize("code", ["000000", "12345", "１２３４５６", "abcdef"])
def test_wrong_one_time_code(world: World, code: str) -> None:
    world.user("reviewer", totp_secret=base64.b32encode(SECRET).decode())
    sent = {"login": "reviewer", "password": PASSWORD, "totp": code}
    assert world.client.post(LOGIN, json=sent).get_json()["code"] == "auth.invalid"


def test_attempts_on_one_login_are_limited(world: World) -> None:
    world.user("reviewer")
    sent = {"login": "reviewer", "password": "wrong"}
    codes = [world.client.post(LOGIN, json=sent).get_json()["code"] for _ in range(11)]
    assert codes == ["auth.invalid"] * 10 + ["request.rate"]
    right = world.client.post(LOGIN, json=sent | {"password": PASSWORD})
    assert right.status_code == 429
    assert 0 < int(right.headers["Retry-After"]) <= 300
    world.now_ms += 300_000
    assert world.client.post(LOGIN, json=sent | {"password": PASSWORD}).status_code == 200


def test_sign_ins_are_audited_without_names(world: World) -> None:
    world.user("reviewer")
    for password in (PASSWORD, "wrong"):
        world.client.post(LOGIN, json={"login": "reviewer", "password": password})
    what = [entry.what for _, entry in world.context.store.audited(0, 10)]
    assert what == ["sign_in", "sign_in.refused"]


def test_password_is_the_same_in_either_unicode_form() -> None:
    hashed = hash_password("đèo-Cả")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches("đèo-Cả", hashed)
    assert not password_matches("đeo-Ca", hashed)
    assert not password_matches("", None)
