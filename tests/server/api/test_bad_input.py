"""Bad input to every endpoint: one error shape, a stable code, no trace, nothing half-written."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from schemas.problems import PROBLEMS
from server.headers import API_POLICY
from server.store.writer import StoreClosedError
from tests.server.api.conftest import World, a_world
from tests.server.api.tablet import new_key

RECORD = "01900000-0000-7000-8000-000000000000"
POSTS = {
    "/api/v1/devices/enrol": "",
    "/api/v1/auth/device-token": "",
    "/api/v1/auth/login": "",
    "/api/v1/sync": "device",
    "/api/v1/searches": "reviewer",
    f"/api/v1/crossings/{RECORD}/reviews": "reviewer",
}
GETS = {
    "/api/v1/packs/trust": "device",
    f"/api/v1/searches/{RECORD}": "reviewer",
    f"/api/v1/crossings/{RECORD}": "reviewer",
}


BOMB = gzip.compress(b'{"a":"' + b"a" * (64 * 1024 * 1024) + b'"}', 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all: what it refuses must leave nothing behind."""
    with a_world(tmp_path_factory.mktemp("refusing")) as made:
        yield made


def header(world: World, who: str) -> dict[str, str]:
    if not who:
        return {}
    return world.token(world.enrol()) if who == "device" else world.signed_in("reviewer")


def problem(answer: TestResponse) -> dict[str, Any]:
    """The answer's problem, after checking that it has the one shape."""
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.data)
    assert {"type", "title", "status", "code", "detail"} <= told.keys()
    assert told["status"] == answer.status_code == PROBLEMS[told["code"]].status
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == API_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    return told


MEMBERS = (
    *("code", "jwk", "assertion", "login", "password", "protocol", "feeds", "device_time"),
    *("purpose", "criteria", "decision", "note"),
)
BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "request.malformed"),
    "not JSON": (b"{", "request.malformed"),
    "not UTF-8": (b'{"a":"\xff"}', "request.malformed"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "request.malformed"),
    "a list": (b"[]", "request.malformed"),
    "a number": (b"7", "request.malformed"),
    "null": (b"null", "request.malformed"),
    "NaN": (b'{"protocol":NaN}', "request.malformed"),
    "an endless number": (b'{"protocol":' + b"9" * 5000 + b"}", "request.malformed"),
    "too deep": (b'{"a":' * 9 + b"1" + b"}" * 9, "request.malformed"),
    "very deep": (b"[" * 30_000, "request.malformed"),
    "no members": (b"{}", "request.invalid"),
    "wrong types": (
        json.dumps({name: ["x", {}] for name in MEMBERS}).encode(),
        "request.invalid",
    ),
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", BODIES)
def test_bad_body(world: World, path: str, body: str) -> None:
    data, code = BODIES[body]
    headers = header(world, POSTS[path]) | {"Content-Type": "application/json"}
    before = world.context.store.projected()[1]
    answer = world.client.post(path, data=data, headers=headers)
    assert problem(answer)["code"] == code
    assert world.context.store.projected()[1] == before


@pytest.mark.parametrize("path", POSTS)
def test_huge_body(world: World, path: str) -> None:
    headers = header(world, POSTS[path]) | {"Content-Type": "application/json"}
    data = b'{"a":"' + b"a" * (9 * 1024 * 1024) + b'"}'
    assert problem(world.client.post(path, data=data, headers=headers))["code"] == (
        "request.too_large"
    )


@pytest.mark.parametrize("path", POSTS)
def test_gzip_bomb(world: World, path: str) -> None:
    headers = header(world, POSTS[path]) | {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    assert len(BOMB) < 512 * 1024
    assert problem(world.client.post(path, data=BOMB, headers=headers))["code"] == (
        "request.too_large"
    )


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "data",
    [b"{}", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"{}", b""],
    ids=["not gzip", "cut short", "something behind", "empty"],
)
def test_bad_gzip(world: World, path: str, data: bytes) -> None:
    headers = header(world, POSTS[path]) | {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    assert problem(world.client.post(path, data=data, headers=headers))["code"] == (
        "request.malformed"
    )


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {},
    ],
)
def test_wrong_content_type(world: World, path: str, headers: dict[str, str]) -> None:
    answer = world.client.post(path, data=b"{}", headers=header(world, POSTS[path]) | headers)
    assert problem(answer)["code"] == "request.encoding"


@pytest.mark.parametrize("path", [*POSTS, *GETS, "/api/v1/health"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_wrong_method(world: World, path: str, method: str) -> None:
    answer = world.client.open(path, method=method)
    assert problem(answer)["code"] == "request.method"
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", [path for path, who in {**POSTS, **GETS}.items() if who])
@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (None, "auth.missing"),
        ("Basic YTpi", "auth.invalid"),
        ("Bearer ", "auth.invalid"),
        ("Bearer a.b.c", "auth.invalid"),
        ("Bearer " + "a" * 4096, "auth.invalid"),
        ("Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", "auth.invalid"),
    ],
)
def test_missing_or_bad_token(world: World, path: str, credentials: str | None, code: str) -> None:
    headers = {} if credentials is None else {"Authorization": credentials}
    method = "POST" if path in POSTS else "GET"
    told = problem(world.client.open(path, method=method, json={}, headers=headers))
    assert (told["status"], told["code"]) == (401, code)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v2/health", "/api/v1/../x", "/api/v1/packs"]
)
def test_nothing_there(world: World, path: str) -> None:
    assert problem(world.client.get(path))["code"] == "request.not_found"


def test_lone_surrogate_is_no_text(world: World) -> None:
    answer = world.client.post(
        "/api/v1/auth/login",
        data=rb'{"login":"\ud800","password":"x"}',
        headers={"Content-Type": "application/json"},
    )
    assert problem(answer)["code"] == "request.malformed"


@pytest.mark.parametrize("member", ["body", "person"])
def test_event_with_a_lone_surrogate_refuses_its_batch(world: World, member: str) -> None:
    tablet = world.enrol()
    tablet.crossing()
    batch = tablet.batch()
    batch["events"][0][member] = "\ud800"
    answer = world.client.post(
        "/api/v1/sync",
        data=json.dumps(tablet.request(batch=batch)),
        headers=world.token(tablet) | {"Content-Type": "application/json"},
    )
    assert problem(answer)["code"] == "event.text"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"device": 7}, "batch.shape"),
        ({"device": "đ"}, "batch.shape"),
        ({"first": 0}, "batch.shape"),
        ({"first": "1"}, "batch.shape"),
        ({"first": 2**60}, "batch.shape"),
        ({"events": []}, "batch.size"),
        ({"events": [{"body": "{}"}] * 1001}, "batch.size"),
        ({"events": ["x"]}, "event.shape"),
        ({"events": [{"body": "x" * 9000}]}, "event.size"),
        ({"events": [{"body": "{}", "person": "{}", "sealed": "x"}]}, "event.shape"),
        ({"previous": "A"}, "encoding.base64url"),
        ({"signature": "====" * 20}, "encoding.base64url"),
        ({"signature": "A" * 86}, "batch.signature"),
    ],
)
def test_bad_batch_is_refused_whole(world: World, change: dict[str, Any], code: str) -> None:
    tablet = world.enrol()
    tablet.crossing()
    answer = world.sync(tablet, batch=tablet.batch() | change)
    assert problem(answer)["code"] == code
    assert world.context.store.held(tablet.device)[0] == 0


@pytest.mark.parametrize("batch", [[], "x", 7, True])
def test_batch_of_another_type(world: World, batch: Any) -> None:
    assert problem(world.sync(world.enrol(), batch=batch))["code"] == "batch.shape"


@pytest.mark.parametrize("cursor", ["", "a.b.c", "s.1.f.-1", "s.¹.f.1", "x" * 161, 7])
def test_bad_cursor(world: World, cursor: Any) -> None:
    code = problem(world.sync(world.enrol(), cursor=cursor))["code"]
    assert code in ("cursor.shape", "request.invalid")


def test_failure_names_an_incident_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Nguyễn Thị Mẫu"

    def fail(*_: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(type(world.context.store), "enrol", fail)
    with caplog.at_level(logging.INFO):
        answer = world.client.post(
            "/api/v1/devices/enrol", json={"code": world.code(), "jwk": new_key()[1]}
        )
    told = problem(answer)
    assert told["code"] == "server.failed"
    assert told["incident"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert secret not in caplog.text
    assert secret not in answer.text


def test_store_that_takes_no_more_is_busy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise StoreClosedError("the log takes no more writes")

    tablet = world.enrol()
    tablet.crossing()
    monkeypatch.setattr(type(world.context.store), "push", closed)
    answer = world.sync(tablet, batch=tablet.batch())
    assert problem(answer)["code"] == "server.busy"
    assert int(answer.headers["Retry-After"]) > 0


def test_log_lines_hold_no_url_and_no_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    headers = world.signed_in("reviewer")
    with caplog.at_level(logging.INFO, "chot.request"):
        world.client.get(f"/api/v1/crossings/{RECORD}?search=Mau", headers=headers)
        world.client.get("/api/v1/nguyen-thi-mau")
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("GET /api/v1/crossings/<string:record> 404 ")
    assert lines[0].endswith("ms user=user-reviewer")
    assert lines[1].startswith("GET - 404 ")
    assert "Mau" not in caplog.text
    assert headers["Authorization"].split()[1] not in caplog.text


def test_title_follows_the_language_asked_for(world: World) -> None:
    english = world.client.get("/api/v1/none", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert problem(english)["title"] == "There is nothing here"
    assert problem(world.client.get("/api/v1/none"))["title"] == "Không có địa chỉ này"


def test_pages_outside_the_api_fail_as_pages(world: World) -> None:
    answer = world.client.get("/nothing")
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
