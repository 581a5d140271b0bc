"""Signing in, how long a session lasts, and how it ends."""

from __future__ import annotations

import base64
from dataclasses import replace

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from server.console.visit import IDLE_MS, LONGEST_MS
from server.passwords import hash_password
from tests.server.console.conftest import PASSWORD, Console, csrf_of, post

HOUR_MS = 3_600_000


def test_who_is_not_signed_in_is_led_to_the_form_and_back_to_the_page(console: Console) -> None:
    client = console.visitor()
    answer = client.get("/console/?flag=override")
    assert (answer.status_code, answer.location) == (303, "/console/login")
    answer = post(client, "/console/login", {"login": "reviewer", "password": PASSWORD})
    assert answer.location == "/console/?flag=override"


def test_each_role_lands_on_its_own_first_page(console: Console) -> None:
    for role, page in (
        ("reviewer", None),
        ("approver", None),
        ("command", "/console/figures"),
        ("admin", "/console/devices"),
        ("community", "/console/nothing"),
    ):
        answer = console.sign_in(role).get("/console/")  # type: ignore[arg-type]
        assert answer.location == page


def test_a_wrong_password_is_said_without_saying_what_was_wrong(console: Console) -> None:
    client = console.visitor()
    wrong = post(client, "/console/login", {"login": "reviewer", "password": "khác"})
    nobody = post(client, "/console/login", {"login": "nobody", "password": "khác"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace("reviewer", "") == nobody.text.replace("nobody", "")
    assert client.get("/console/").status_code == 303


def test_guessing_is_slowed_down(console: Console) -> None:
    client = console.visitor()
    for _ in range(10):
        post(client, "/console/login", {"login": "reviewer", "password": "khác"})
    answer = post(client, "/console/login", {"login": "reviewer", "password": PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300


def test_a_user_with_totp_needs_the_code_and_it_works_once(console: Console) -> None:
    secret = b"12345678901234567890"
    user = console.store.user("reviewer")
    assert user is not None
    console.store.put_user(replace(user, totp_secret=base64.b32encode(secret).decode()))
    form = {"login": "reviewer", "password": PASSWORD}
    assert post(console.visitor(), "/console/login", form).status_code == 401
    totp = TOTP(secret, 6, SHA1(), 30, enforce_key_length=False)
    form["totp"] = totp.generate(console.now_ms // 1000).decode()
    assert post(console.visitor(), "/console/login", form).status_code == 303
    assert post(console.visitor(), "/console/login", form).status_code == 401


def test_a_session_ends_when_idle(console: Console) -> None:
    client = console.sign_in("reviewer")
    console.now_ms += IDLE_MS - 1
    assert client.get("/console/").status_code == 200
    console.now_ms += IDLE_MS
    assert client.get("/console/").location == "/console/login?told=expired"


def test_a_session_ends_after_eight_hours_however_busy(console: Console) -> None:
    client = console.sign_in("reviewer")
    for _ in range(LONGEST_MS // (IDLE_MS // 2) - 1):
        console.now_ms += IDLE_MS // 2
        assert client.get("/console/").status_code == 200
    console.now_ms += IDLE_MS // 2
    assert client.get("/console/").status_code == 303


def test_a_copied_cookie_is_worthless_after_signing_out(console: Console) -> None:
    client = console.sign_in("reviewer")
    cookie = client.get_cookie("chot_console", path="/console")
    assert cookie is not None
    assert post(client, "/console/logout", {}).status_code == 303
    thief = console.visitor()
    thief.set_cookie("chot_console", cookie.value, path="/console")
    assert thief.get("/console/").status_code == 303


def test_a_locked_user_is_out_at_once(console: Console) -> None:
    client = console.sign_in("reviewer")
    user = console.store.user("reviewer")
    assert user is not None
    console.store.put_user(replace(user, disabled=True))
    assert client.get("/console/").status_code == 303


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(console: Console) -> None:
    client = console.sign_in("reviewer")
    assert client.get("/console/").status_code == 200
    user = console.store.user("reviewer")
    assert user is not None
    console.store.put_user(replace(user, password_hash=hash_password("một mật khẩu khác")))
    assert client.get("/console/").location == "/console/login?told=expired"
    again = post(
        console.visitor(), "/console/login", {"login": "reviewer", "password": "một mật khẩu khác"}
    )
    assert again.status_code == 303


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(console: Console) -> None:
    answer = console.visitor().get("/console/login", base_url="https://chot.example")
    cookie = answer.headers["Set-Cookie"]
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/console"):
        assert part in cookie
    assert "Secure" not in console.visitor().get("/console/login").headers["Set-Cookie"]


def test_a_forged_form_is_refused_with_its_code(console: Console) -> None:
    record = console.cross()
    client = console.sign_in("reviewer")
    before = console.last_n()
    for token in ("", "x", csrf_of(console.sign_in("reviewer"))):
        answer = client.post(
            f"/console/crossings/{record}/reviews", data={"decision": "seen", "csrf": token}
        )
        assert answer.status_code == 403
        assert "auth.csrf" in answer.text
    assert console.last_n() == before


def test_signing_in_changes_the_token_and_the_session(console: Console) -> None:
    client = console.visitor()
    before = csrf_of(client)
    post(client, "/console/login", {"login": "reviewer", "password": PASSWORD})
    assert csrf_of(client) != before


def test_signing_in_and_out_is_in_the_audit(console: Console) -> None:
    client = console.sign_in("reviewer")
    post(client, "/console/logout", {})
    assert [(one.who, one.what) for one in console.audit()] == [
        ("id-reviewer", "sign_in"),
        ("id-reviewer", "sign_out"),
    ]
