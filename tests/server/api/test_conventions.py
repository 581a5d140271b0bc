"""What holds for all operations alike (docs/how-to/api.md), asked of every one of them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from schemas.problems import PROBLEMS
from server.access import admission_of
from server.api.deprecation import ATTRIBUTE, Notice, announce_in, ends
from server.api.described import operations_of
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.idempotent import HEADER, REPLAYED
from server.openapi import describe
from server.problems import MEDIA_TYPE, ProblemError
from server.repeats import Repeats
from server.store.registered import Enrolment, UserRole
from server.token_limits import MOST_RUNNING
from sync.encoding import uuid7
from tests.server.api.conftest import World, a_world
from tests.server.api.tablet import Tablet, new_key

RECORD = "01900000-0000-7000-8000-000000000000"
FILLED = {"record": RECORD, "search_id": RECORD, "name": "hotlines", "table": "goods"}
Tokens = dict[str, dict[str, str]]
"""The Authorization header by whose it is."""

ROLES: tuple[UserRole, ...] = ("reviewer", "approver", "command", "community", "health", "admin")
ASKS_NOTHING = ("device_wiped", "read_audit")
"""Operations of whose body nothing is required."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, and what is `said` of it."""

    path: str
    method: str
    said: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.said["operationId"])

    @property
    def filled(self) -> str:
        """Its path, with something in each place."""
        return self.path.format(**FILLED)

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.said

    @property
    def admitted(self) -> list[str]:
        """Whose token opens it, one name each."""
        if not self.said["security"]:
            return [""]
        permissions = self.said["x-permissions"]
        return permissions["roles"] or [permissions["who"].rpartition(" ")[2]]

    def ask(self, world: World, headers: dict[str, str] | None = None, **sent: Any) -> TestResponse:
        """Call it; where it takes a body and nothing is `sent`, with an empty one."""
        sent = sent or ({"json": {}} if self.has_body else {})
        return world.client.open(self.filled, method=self.method.upper(), headers=headers, **sent)

    def refusal(self, answer: TestResponse) -> str:
        """The code of an answer that refuses, after checking all that holds for each of them."""
        told = answer.get_json()
        assert answer.content_type == MEDIA_TYPE
        assert told["status"] == answer.status_code == PROBLEMS[told["code"]].status
        assert told["type"] == f"/api/v1/docs#{told['code']}"
        assert told["title"] and told["detail"]
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        if answer.status_code in (429, 503):
            assert int(answer.headers["Retry-After"]) >= 1
        assert told["code"] in self.said["responses"][str(answer.status_code)]["x-codes"]
        return str(told["code"])


EVERY = [Operation(*one) for one in operations_of(describe())]


def of_each(is_meant: Callable[[Operation], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Asked of each operation that is meant, by its name."""
    found = [pytest.param(one, id=one.name) for one in EVERY if is_meant(one)]
    return pytest.mark.parametrize("operation", found)


of_each_guarded = of_each(lambda one: bool(one.said["security"]))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("alike") / "data") as made:
        yield made


@pytest.fixture
def tokens(world: World) -> Tokens:
    """The Authorization header of everybody that the API knows."""
    return {
        "": {},
        "tablet": world.token(world.enrol()),
        "relay": a_relay(world),
        **{role: world.signed_in(role) for role in ROLES},
    }


def a_relay(world: World) -> dict[str, str]:
    key, jwk = new_key()
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    place = Enrolment("hd-ql6", "", "mini", "relay", ("hd-ql6",))
    world.context.store.add_enrolment(code_hash(code), place, world.now_ms + 60_000)
    server = uuid7(world.now_ms, secrets.token_bytes(10))
    sent = {"code": code, "server": server, "jwk": jwk}
    assert world.client.post("/api/v1/relay/enrol", json=sent).status_code == 201
    return world.token(Tablet(server, "hd-ql6", key, world.now_ms))


@of_each_guarded
def test_without_a_token_or_with_a_wrong_one(world: World, operation: Operation) -> None:
    assert operation.refusal(operation.ask(world)) == "auth.missing"
    for text in ("Bearer x", "Basic x", "Bearer " + "x" * 3000):
        answer = operation.ask(world, {"Authorization": text})
        assert operation.refusal(answer) == "auth.invalid"


@of_each_guarded
def test_only_whom_the_description_names_is_let_in(
    world: World, tokens: Tokens, operation: Operation
) -> None:
    for who, headers in tokens.items():
        answer = operation.ask(world, headers)
        code = operation.refusal(answer) if answer.status_code >= 400 else ""
        if who in operation.admitted:
            assert not code.startswith(("auth.", "device.", "relay.")), (who, code)
        else:
            assert code in ("auth.forbidden", "auth.missing", "device.unknown"), (who, code)


@of_each_guarded
def test_one_token_that_asks_too_often_waits_and_no_other(
    world: World, tokens: Tokens, operation: Operation
) -> None:
    who = operation.admitted[0]
    kind = "user" if who in ROLES else "device"
    other = "admin" if who != "admin" else "command"
    others = world.token(world.enrol()) if kind == "device" else tokens[other]
    headers = tokens[who]
    first = operation.ask(world, headers)
    quota = operation.said["x-limits"]["token_requests_per_minute"]
    assert first.headers["RateLimit-Policy"] == f'"token";q={quota};w=60'
    assert re.fullmatch(r'"token";r=\d+;t=\d+', first.headers["RateLimit"])
    limit, key = world.context.requests.of(kind), subject_of(headers)
    while limit.take(key, world.now_ms) == 0:
        pass
    answer = operation.ask(world, headers)
    assert operation.refusal(answer) == "request.rate"
    assert answer.headers["Retry-After"] == "1"  # one comes back in 60 / quota seconds
    assert answer.headers["RateLimit"] == '"token";r=0;t=60'
    assert "token" in operation.ask(world, others).headers["RateLimit"]
    assert operation.ask(world, others).status_code != 429
    world.now_ms += 1_000
    assert operation.ask(world, headers).status_code != 429
    world.now_ms += 60_000


def subject_of(headers: dict[str, str]) -> str:
    claims = jwt.decode(
        headers["Authorization"].removeprefix("Bearer "), options={"verify_signature": False}
    )
    return f"{claims['sub']} {claims.get('scope', '')}"


def test_one_token_holds_no_more_than_some_threads(world: World, tokens: Tokens) -> None:
    path, headers = f"/api/v1/crossings/{RECORD}", tokens["reviewer"]
    limit, key = world.context.requests.of("user"), subject_of(headers)
    most = MOST_RUNNING["user"]
    assert [limit.begin(key) for _ in range(most + 1)] == [True] * most + [False]
    answer = world.client.get(path, headers=headers)
    assert (answer.get_json()["code"], answer.headers["Retry-After"]) == ("request.rate", "1")
    assert answer.headers["RateLimit"] == '"token";r=300;t=0'  # what did not run is not counted
    assert world.client.get(path, headers=tokens["approver"]).status_code == 404
    for _ in range(most):
        limit.end(key)
    # What ends, however it ends, makes room again.
    for _ in range(2 * most):
        assert world.client.get(path, headers=headers).status_code == 404
    assert limit.begin(key)
    limit.end(key)


@of_each(lambda one: one.has_body)
def test_a_body_is_bounded_and_read_strictly(
    world: World, tokens: Tokens, operation: Operation
) -> None:
    headers = tokens[operation.admitted[0]]
    limit = operation.said["x-limits"]["body_bytes"]
    deep = b'{"a":' * operation.said["x-limits"]["body_depth"] + b"{}" + b"}" * 8
    plain = {"content_type": "application/json"}
    for data, kind, code in (
        (b"{", plain, "request.malformed"),
        (b"[]", plain, "request.malformed"),
        (deep, plain, "request.malformed"),
        (b"{}", {"content_type": "text/plain"}, "request.encoding"),
        (b" " * (limit + 1), plain, "request.too_large"),
        (b"{}", plain, "request.invalid"),
    ):
        answer = operation.ask(world, headers, data=data, **kind)
        if code == "request.invalid" and answer.status_code < 300:
            assert operation.name in ASKS_NOTHING
            continue
        assert operation.refusal(answer) == code
    if operation.name not in ASKS_NOTHING:
        missing = operation.ask(world, headers, json={}).get_json()
        assert {one["code"] for one in missing["errors"]} == {"missing"}


@of_each()
def test_another_method_is_answered_with_those_there_are(
    world: World, operation: Operation
) -> None:
    answer = world.client.put(operation.filled)
    assert (answer.status_code, answer.get_json()["code"]) == (405, "request.method")
    assert operation.method.upper() in answer.headers["Allow"]


@of_each()
def test_the_token_that_is_told_is_the_one_that_is_asked_for(
    world: World, operation: Operation
) -> None:
    rule = operation.path.replace("{", "<string:").replace("}", ">")
    (endpoint,) = (
        one.endpoint
        for one in world.app.url_map.iter_rules()
        if one.rule == rule and operation.method.upper() in (one.methods or ())
    )
    admission = admission_of(world.app.view_functions[endpoint])
    assert admission is not None
    told = [name for one in operation.said["security"] for name in one]
    assert told == ([admission.token] if admission.token else [])


@of_each(lambda one: "304" in one.said["responses"])
def test_what_is_held_already_is_not_sent_again(
    world: World, tokens: Tokens, operation: Operation
) -> None:
    headers, query = tokens[operation.admitted[0]], {"scope": "all"}
    first = operation.ask(world, headers, query_string=query)
    tag = first.headers["ETag"]
    again = operation.ask(world, headers | {"If-None-Match": tag}, query_string=query)
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == tag
    other = operation.ask(world, headers | {"If-None-Match": '"other"'}, query_string=query)
    assert other.status_code == 200


def test_the_description_too_has_an_etag(world: World) -> None:
    first = world.client.get("/api/v1/openapi.json")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert world.client.get("/api/v1/openapi.json", headers=tag).status_code == 304


def reviews(world: World, tokens: Tokens) -> tuple[str, dict[str, str]]:
    tablet = world.enrol()
    record = tablet.crossing()
    world.sync(tablet, batch=tablet.batch())
    world.project()
    return f"/api/v1/crossings/{record}/reviews", tokens["reviewer"]


def test_a_repeat_under_the_same_key_is_done_once(world: World, tokens: Tokens) -> None:
    path, who = reviews(world, tokens)
    headers = who | {HEADER: '"k-1"'}
    first = world.client.post(path, json={"decision": "seen"}, headers=headers)
    again = world.client.post(path, json={"decision": "seen"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    other = world.client.post(path, json={"decision": "seen", "note": "khác"}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (422, "request.reused")
    of_another = tokens["approver"] | {HEADER: "k-1"}
    theirs = world.client.post(path, json={"decision": "seen"}, headers=of_another)
    assert theirs.get_json() != first.get_json()
    without = world.client.post(path, json={"decision": "seen"}, headers=who)
    assert without.get_json() != first.get_json()


def test_what_failed_may_be_tried_again_under_its_key(world: World, tokens: Tokens) -> None:
    path, who = reviews(world, tokens)
    headers = who | {HEADER: "k-2"}
    nothing = path.replace("/crossings/0", "/crossings/1")
    sent = {"decision": "seen"}
    assert world.client.post(nothing, json=sent, headers=headers).status_code == 404
    assert world.client.post(path, json=sent, headers=headers).status_code == 201
    bad = world.client.post(path, json=sent, headers=who | {HEADER: "a b"})
    assert bad.get_json()["errors"] == [{"field": HEADER, "code": "invalid"}]


def test_a_key_whose_request_still_runs_waits() -> None:
    repeats = Repeats(b"secret")
    asked = repeats.asked("u", "k", "one", 0)
    with repeats.running(asked):
        with (
            pytest.raises(ProblemError, match=r"request\.running"),
            repeats.running(repeats.asked("u", "k", "two", 1)),
        ):
            pass
        with repeats.running(repeats.asked("v", "k", "one", 1)):
            pass
    with repeats.running(asked):
        pass


def test_every_operation_that_takes_a_key_is_tried_after_a_restart() -> None:
    named = {
        operation.name
        for operation in EVERY
        if any(one.get("name") == HEADER for one in operation.said.get("parameters", ()))
    }
    assert named == {"open_search", "review"}  # tests/server/api/test_idempotent.py


def test_pages_go_on_from_the_answer(world: World, tokens: Tokens) -> None:
    tablet = world.enrol("nt-ca-na")
    records = {tablet.crossing(plate="79C99999") for _ in range(60)}
    world.sync(tablet, batch=tablet.batch())
    world.project()
    wanted = {
        "purpose": "tracing",
        "reference": {"request_number": "1"},
        "criteria": {"plate": "79C99999"},
    }
    opened = world.client.post("/api/v1/searches", json=wanted, headers=tokens["reviewer"])
    path: str | None = f"/api/v1/searches/{opened.get_json()['id']}"
    seen: list[str] = []
    while path is not None:
        answer = world.client.get(path, headers=tokens["reviewer"])
        seen += [row["record"] for row in answer.get_json()["rows"]]
        after = answer.get_json()["next"]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        assert (link is not None) == bool(after)
        path = None if link is None else link[1]
    assert len(seen) == 60 and set(seen) == records


def test_what_ends_says_so_on_every_answer(tmp_path: Any) -> None:
    with a_world(tmp_path / "data") as world:
        view = world.app.view_functions["searches.open_search"]
        ends(date(2027, 1, 1), date(2027, 7, 31), "POST /queries")(view)
        try:
            for answer in (
                world.client.post("/api/v1/searches"),
                world.client.post("/api/v1/searches", headers=world.signed_in("command")),
            ):
                assert answer.headers["Deprecation"] == "@1798761600"
                assert answer.headers["Sunset"] == "Sat, 31 Jul 2027 00:00:00 GMT"
                assert 'rel="deprecation"' in answer.headers["Link"]
        finally:
            delattr(view, ATTRIBUTE)
        assert "Deprecation" not in world.client.post("/api/v1/searches").headers


def test_nothing_ends_within_six_months_of_its_announcement() -> None:
    with pytest.raises(ValueError, match="less than six months"):
        ends(date(2027, 1, 1), date(2027, 6, 1), "nothing")
    operation: dict[str, Any] = {}
    announce_in(operation, Notice(date(2027, 1, 1), date(2027, 7, 31), "POST /queries"))
    assert operation["deprecated"] and operation["x-sunset"] == "2027-07-31"


@pytest.mark.parametrize("batches", [False, {}, "x", 7])
def test_what_should_be_a_list_and_is_none_is_refused(
    world: World, tokens: Tokens, batches: Any
) -> None:
    sent = {"protocol": 1, "device_time": world.now_ms, "batches": batches}
    answer = world.client.post("/api/v1/relay", json=sent, headers=tokens["relay"])
    assert (answer.status_code, answer.get_json()["code"]) == (422, "request.invalid")
    assert answer.get_json()["errors"] == [{"field": "batches", "code": "invalid"}]
