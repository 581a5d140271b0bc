"""v1 only adds: what a client of the last release could not live with fails here."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from server.api.breaking import breaks, promise_of
from server.openapi import describe

ROOT = Path(__file__).parents[3]
PROMISED = json.loads((ROOT / "docs" / "openapi-v1.json").read_text("utf-8"))
TODAY = date(2026, 11, 22)
V1 = "/api/v1"


def test_a_client_of_the_last_release_still_lives() -> None:
    assert breaks(PROMISED, describe(), datetime.now(UTC).date()) == []


def test_the_promise_holds_no_words_and_all_that_counts() -> None:
    document = describe()
    bare = promise_of(document)
    assert breaks(document, bare, TODAY) == breaks(bare, document, TODAY) == []
    assert "example" not in json.dumps(bare)
    assert bare["components"]["schemas"].keys() == document["components"]["schemas"].keys()


def operation(document: dict[str, Any], path: str, method: str = "post") -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][V1 + path][method]
    return found


def shape(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def gone(document: dict[str, Any]) -> None:
    del document["paths"][f"{V1}/health"]


def field_gone(document: dict[str, Any]) -> None:
    del shape(document, "FoundCrossing")["properties"]["plate"]


def field_optional(document: dict[str, Any]) -> None:
    shape(document, "SyncAnswer")["required"].remove("receipt")


def field_null(document: dict[str, Any]) -> None:
    shape(document, "SignedPack")["properties"]["jws"]["nullable"] = True


def field_type(document: dict[str, Any]) -> None:
    shape(document, "Health")["properties"]["epoch"] = {"type": "string"}


def word_more(document: dict[str, Any]) -> None:
    shape(document, "EventResult")["properties"]["state"]["enum"].append("later")


def word_less(document: dict[str, Any]) -> None:
    shape(document, "SearchRequest")["properties"]["purpose"]["enum"].remove("tracing")


def required_more(document: dict[str, Any]) -> None:
    shape(document, "LoginRequest")["required"].append("totp")


def sent_gone(document: dict[str, Any]) -> None:
    del shape(document, "SearchCriteria")["properties"]["phone"]


def shorter(document: dict[str, Any]) -> None:
    shape(document, "ReviewRequest")["properties"]["note"]["maxLength"] = 100


def null_refused(document: dict[str, Any]) -> None:
    del shape(document, "SyncRequest")["properties"]["cursor"]["nullable"]


def parameter_required(document: dict[str, Any]) -> None:
    parameters = operation(document, "/crossings/{record}", "get")["parameters"]
    next(one for one in parameters if one["name"] == "search")["required"] = True


def parameter_gone(document: dict[str, Any]) -> None:
    operation(document, "/searches/{search_id}", "get")["parameters"] = []


def role_gone(document: dict[str, Any]) -> None:
    operation(document, "/searches")["x-permissions"]["roles"].remove("command")


def token_more(document: dict[str, Any]) -> None:
    operation(document, "/health", "get")["security"] = [{"user": []}]


def limit_less(document: dict[str, Any]) -> None:
    operation(document, "/sync")["x-limits"]["body_bytes"] = 1024


def quota_less(document: dict[str, Any]) -> None:
    operation(document, "/auth/login")["x-limits"]["rate"][0]["quota"] = 3


def renamed(document: dict[str, Any]) -> None:
    operation(document, "/auth/login")["operationId"] = "sign_in"


def status_other(document: dict[str, Any]) -> None:
    responses = operation(document, "/searches")["responses"]
    responses["200"] = responses.pop("201")


def code_moved(document: dict[str, Any]) -> None:
    responses = operation(document, "/devices/enrol")["responses"]
    responses["422"]["x-codes"].append("enrolment.code")
    responses["403"]["x-codes"].remove("enrolment.code")


def header_gone(document: dict[str, Any]) -> None:
    del operation(document, "/packs/{name}", "get")["responses"]["200"]["headers"]["ETag"]


def media_other(document: dict[str, Any]) -> None:
    content = operation(document, "/sync")["requestBody"]["content"]
    content["application/cbor"] = content.pop("application/json")


BREAKING: dict[Callable[[dict[str, Any]], None], str] = {
    gone: "GET /api/v1/health: is gone",
    field_gone: "rows/plate is gone",
    field_optional: "receipt may be absent now",
    field_null: "jws may be null now",
    field_type: "epoch is string instead of integer",
    word_more: "results[]/state may be later now",
    word_less: "purpose may not be tracing any more",
    required_more: "totp is required now",
    sent_gone: "criteria/phone is gone",
    shorter: "note: maxLength is 100 now",
    null_refused: "cursor may not be null any more",
    parameter_required: "parameter search is required now",
    parameter_gone: "parameter after is gone",
    role_gone: "is closed to command",
    token_more: "wants another token",
    limit_less: "body_bytes is 1024 now",
    quota_less: "takes 3 failures a login now",
    renamed: "is called sign_in now",
    status_other: "does not answer 201 any more",
    code_moved: "enrolment.code comes with 422 instead of 403",
    header_gone: "200 comes without ETag",
    media_other: "application/json is not taken any more",
}


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__)
def test_what_breaks_a_client_is_named(change: Callable[[dict[str, Any]], None]) -> None:
    before = describe()
    after = copy.deepcopy(before)
    change(after)
    told = "\n".join(breaks(before, after, TODAY))
    assert BREAKING[change].replace("rows/", "rows[]/") in told, told


def test_what_only_adds_breaks_nobody() -> None:
    before = describe()
    after = copy.deepcopy(before)
    after["paths"][f"{V1}/new"] = after["paths"][f"{V1}/health"]
    shape(after, "FoundCrossing")["properties"]["colour"] = {"type": "string"}
    shape(after, "SearchCriteria")["properties"]["colour"] = {"type": "string"}
    shape(after, "SearchRequest")["properties"]["purpose"]["enum"].append("audit")
    shape(after, "ReviewRequest")["properties"]["note"]["maxLength"] = 2000
    operation(after, "/searches")["x-permissions"]["roles"].append("health")
    operation(after, "/searches")["responses"]["422"]["x-codes"].append("request.new")
    operation(after, "/sync")["x-limits"]["body_bytes"] *= 2
    assert breaks(before, after, TODAY) == []


@pytest.mark.parametrize(
    ("today", "lives"), [(date(2027, 7, 30), False), (date(2027, 7, 31), True)]
)
def test_what_was_announced_may_go_on_its_day(today: date, lives: bool) -> None:
    before = describe()
    operation(before, "/health", "get")["x-sunset"] = "2027-07-31"
    shape(before, "FoundCrossing")["properties"]["plate"]["x-sunset"] = "2027-07-31"
    after = copy.deepcopy(before)
    gone(after)
    field_gone(after)
    assert (breaks(before, after, today) == []) == lives
