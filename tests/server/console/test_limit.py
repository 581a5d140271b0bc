"""How much one user's sessions may ask: what a person never meets and a program does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.context import EXTENSION
from server.problems import MEDIA_TYPE
from server.token_limits import MOST_RUNNING, REQUESTS_PER_MINUTE, TokenLimit
from tests.server.console.conftest import Console, post
from tests.server.console.test_access import OPEN, rules

QUOTA = REQUESTS_PER_MINUTE["console"]


@pytest.fixture
def limit(console: Console) -> TokenLimit:
    """That of the console's sessions."""
    found = console.app.extensions[EXTENSION].requests.of("console")
    assert isinstance(found, TokenLimit)
    return found


def use_up(console: Console, limit: TokenLimit, key: str) -> None:
    while limit.take(key, console.now_ms) == 0:
        pass


def asked(client: FlaskClient, method: str, address: str) -> TestResponse:
    return post(client, address, {}) if method == "POST" else client.get(address)


def test_every_page_behind_the_form_waits_when_its_user_asked_too_often(
    console: Console, limit: TokenLimit
) -> None:
    client = console.sign_in("approver")
    use_up(console, limit, "id-approver")
    for name, method, address in rules(console.app):
        answer = asked(client, method, address)
        if name in OPEN:
            assert "RateLimit" not in answer.headers, name
            continue
        assert answer.status_code == 429, name
        assert "request.rate" in answer.text and "Quá nhiều yêu cầu" in answer.text
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["RateLimit"] == '"session";r=0;t=60'
        assert answer.headers["RateLimit-Policy"] == f'"session";q={QUOTA};w=60'
    assert console.sign_in("reviewer").get("/console/").status_code == 200
    console.now_ms += 1_000
    assert client.get("/console/").status_code == 200


def test_a_second_session_of_the_same_user_has_no_requests_of_its_own(
    console: Console, limit: TokenLimit
) -> None:
    first, second = console.sign_in("reviewer"), console.sign_in("reviewer")
    assert first.get("/console/").headers["RateLimit"] == f'"session";r={QUOTA - 1};t=1'
    assert second.get("/console/").headers["RateLimit"] == f'"session";r={QUOTA - 2};t=1'
    use_up(console, limit, "id-reviewer")
    assert {one.get("/console/").status_code for one in (first, second)} == {429}


def test_a_program_is_told_in_the_json_that_the_api_has(
    console: Console, limit: TokenLimit
) -> None:
    client = console.sign_in("reviewer")
    use_up(console, limit, "id-reviewer")
    for accept in (MEDIA_TYPE, "application/json", "application/json, text/html;q=0.5"):
        answer = client.get("/console/", headers={"Accept": accept})
        assert (answer.status_code, answer.content_type) == (429, MEDIA_TYPE)
        told = answer.get_json()
        assert (told["code"], told["status"]) == ("request.rate", 429)
        assert answer.headers["Retry-After"] == "1"
    for accept in ("*/*", "text/html,application/xhtml+xml,*/*;q=0.8"):
        answer = client.get("/console/", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (429, "text/html")


def test_one_user_holds_half_of_the_threads_at_most(console: Console, limit: TokenLimit) -> None:
    client = console.sign_in("reviewer")
    most = MOST_RUNNING["console"]
    assert [limit.begin("id-reviewer") for _ in range(most + 1)] == [True] * most + [False]
    answer = client.get("/console/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert console.sign_in("approver").get("/console/").status_code == 200
    for _ in range(most):
        limit.end("id-reviewer")
    # What ends, however it ends, makes room again.
    for _ in range(2 * most):
        assert client.get("/console/searches/x").status_code == 404
    assert client.get("/console/").status_code == 200


def test_hands_never_meet_the_limit(limit: TokenLimit) -> None:
    # Four presses a second for an hour, each a form and the page that it leads to.
    assert not any(limit.take("u", now) for now in range(0, 3_600_000, 250) for _ in range(2))


def test_what_no_session_stands_behind_counts_for_nobody(
    console: Console, limit: TokenLimit
) -> None:
    client = console.sign_in("reviewer")
    assert post(client, "/console/logout", {}).status_code == 303
    left = limit.left("id-reviewer", console.now_ms)
    assert client.get("/console/").status_code == 303
    assert limit.left("id-reviewer", console.now_ms) == left
