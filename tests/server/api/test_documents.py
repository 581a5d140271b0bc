"""What is written about the API is what the API does: OpenAPI, error codes, access rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from schemas.problems import PROBLEMS, as_markdown
from schemas.sync_wire import EventResult
from server.access import rule_of
from server.openapi import as_text, describe
from tests.server.api.conftest import World

ROOT = Path(__file__).parents[3]


def test_openapi_file_is_current() -> None:
    stored = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert stored == as_text(describe()), "run: python -m server.openapi > docs/openapi.json"


def test_every_api_route_is_described(world: World) -> None:
    described = {
        (path, method.upper())
        for path, methods in describe()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    served = {
        (rule.rule.replace("<string:", "{").replace(">", "}"), method)
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    # What shows the description is no operation of its own.
    pages = ("docs", "docs/{name}", "docs/style.css", "openapi.json")
    shown = {f"/api/v1/{name}" for name in pages}
    assert described == {(path, method) for path, method in served if path not in shown}
    assert shown <= {path for path, _ in served}


def test_guarded_routes_name_their_token() -> None:
    public = {
        "/api/v1/health",
        "/api/v1/devices/enrol",
        "/api/v1/auth/device-token",
        "/api/v1/auth/login",
        "/api/v1/relay/enrol",
    }
    for path, methods in describe()["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                assert bool(operation.get("security")) == (path not in public), path


def test_errors_file_is_current() -> None:
    stored = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert stored == as_markdown(), "run: python -m schemas.problems > docs/errors.md"


def test_codes_of_single_events_are_in_the_table() -> None:
    named = re.findall(r"`([a-z]+\.[a-z_]+)`", EventResult.__doc__ or "")
    assert len(named) > 10
    assert {*named} <= PROBLEMS.keys()


def test_every_code_raised_is_in_the_table() -> None:
    for path in (ROOT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("ProblemError", "TokenError", "problems")
            ):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        assert argument.value in PROBLEMS, f"{path.name}: {argument.value}"


def test_every_view_has_an_access_rule(world: World) -> None:
    without = [name for name, view in world.app.view_functions.items() if rule_of(view) is None]
    assert without == []


def test_view_without_a_rule_is_refused(world: World) -> None:
    world.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    answer = world.client.get("/api/v1/forgotten")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "auth.forbidden")
