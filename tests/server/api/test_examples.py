"""The examples of the documentation are what a server really answers, and none is missing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from credentials.jws import parse_jws, public_key_of_jwk, verify_es256
from server.api.deprecation import Notice
from server.api.described import operations_of
from server.api.examples import FILE, read_examples
from server.openapi import describe
from server.problems import MEDIA_TYPE
from sync.batch import parse_batch, verify_batch
from sync.envelope import read_receipt
from tests.server.api.examples import Examples, as_text, walked

DOCUMENT = describe()
OPERATIONS = {one["operationId"]: one for _, _, one in operations_of(DOCUMENT)}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    return walked(tmp_path_factory.mktemp("walk") / "data")


def test_the_examples_are_what_the_server_answers(seen: Examples) -> None:
    assert FILE.read_text("utf-8") == as_text(seen), "run: make api"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_examples_and_is_told_whole(name: str) -> None:
    operation = OPERATIONS[name]
    examples = read_examples().get(name, [])
    assert any(one["status"] < 300 for one in examples), (
        f"{name} has no example: add it to tests/server/api/examples.py, then run: make api"
    )
    if "requestBody" in operation:
        assert any(one["status"] >= 400 for one in examples), f"{name} shows no refusal"
    assert operation["summary"].endswith(".")
    assert operation["x-permissions"]["who"]
    assert "body_bytes" in operation["x-limits"] or "requestBody" not in operation
    assert {"500", "503"} <= operation["responses"].keys()
    assert "default" not in operation["responses"]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_examples_have_the_shapes_that_are_told_and_no_other_field(
    name: str, seen: Examples
) -> None:
    for one in seen[name]:
        response = OPERATIONS[name]["responses"][str(one["status"])]
        if one["response"] is None:
            media = response.get("content", {})
            assert "application/json" not in media or one["status"] in (204, 304)
            continue
        (media,) = response["content"]
        assert media == (MEDIA_TYPE if one["status"] >= 400 else "application/json")
        check(response["content"][media]["schema"], one["response"])
        if one["status"] >= 400:
            assert one["response"]["code"] in response["x-codes"]
        elif one["request"] is not None:
            body = OPERATIONS[name]["requestBody"]["content"]["application/json"]["schema"]
            check(body, one["request"])


def test_what_is_signed_in_them_verifies(seen: Examples) -> None:
    """Whoever writes a client may use them as vectors."""
    sent = seen["enrol_device"][0]
    device = public_key_of_jwk(sent["request"]["jwk"])
    first = seen["sync"][0]
    chain = verify_batch(parse_batch(first["request"]["batch"]), device)
    receipt_key = public_key_of_jwk(sent["response"]["receipt_key"])
    receipt = read_receipt(first["response"]["receipt"], receipt_key)
    assert (receipt.through, receipt.head) == (1, chain[-1])
    pack = seen["pack"][0]["response"]
    root = public_key_of_jwk(sent["response"]["root_key"])
    assert verify_es256(parse_jws(pack["jws"], 100_000), root)


def test_the_how_to_shows_what_the_server_says(seen: Examples) -> None:
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "api.md").read_text("utf-8")
    (problem,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    unsaid = next(one for one in seen["open_search"] if one["status"] == 422)
    assert json.loads(problem) == unsaid["response"]
    refused = next(one for one in seen["login"] if one["status"] == 401)
    for name in ("RateLimit-Policy", "RateLimit"):
        assert f"{name}: {refused['headers'][name]}\n" in text
    notice = Notice(date(2027, 1, 1), date(2027, 7, 31), "")
    for name, value in notice.headers().items():
        assert f"{name}: {value}\n" in text


def check(schema: dict[str, Any], value: Any) -> None:
    """The value is of the shape; a field that it does not name is a fault of the description."""
    components = {name: closed(one) for name, one in DOCUMENT["components"]["schemas"].items()}
    whole = closed(schema) | {"components": {"schemas": components}}
    jsonschema.Draft202012Validator(whole).validate(value)


def closed(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema, with objects that name their fields closed."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        name: closed(one) for name, one in schema.items() if name not in ("nullable", "default")
    }
    if "properties" in schema:
        made["additionalProperties"] = False
    if schema.get("nullable") is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made
