"""What follows from a view's rule, its arguments and its shapes is written into the description.

So no operation can forget to say who may call it, how large its body may be, or which errors every
request of its kind can meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from flask import Flask
from flask_smorest import Api

from schemas.problems import PROBLEMS
from schemas.shapes import Tolerant
from schemas.wire import MAX_MS
from server.access import Admission, admission_of
from server.api.deprecation import announce_in, notice_of
from server.api.examples import add_examples, read_examples
from server.idempotent import ATTRIBUTE as IDEMPOTENT
from server.idempotent import HEADER, REPLAYED
from server.problems import MEDIA_TYPE
from server.reading import MAX_DEPTH, MAX_REQUEST_BYTES
from server.token_limits import MOST_RUNNING, REQUESTS_PER_MINUTE

METHODS = ("get", "post", "put", "patch", "delete")
_REF = "#/components/schemas/"
_PROBLEM = {"$ref": f"{_REF}Problem"}
_OF_BODIES = ("request.malformed", "request.too_large", "request.encoding", "request.invalid")
_OF_ALL = ("server.busy", "server.failed")
_JSON = "application/json"
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag held: 304 where nothing is newer",
    "schema": {"type": "string"},
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "description": "Chosen by the client; a repeat under it within a day is told the same",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!#-~]+$"},
}
_TIMES = ("server_time", "received", "enrolled")
_UNITS = {
    "_s": "seconds",
    "_c": "°C",
    "_vnd": "đồng",
    "expires_in": "seconds",
    "minutes": "minutes",
}
_ANY_OBJECT = {"type": "object", "nullable": True}
_SECONDS: dict[str, Any] = {"schema": {"type": "integer", "minimum": 1}}
_RATE: dict[str, Any] = {
    "RateLimit-Policy": {"description": "The limits", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of them", "schema": {"type": "string"}},
}


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of each, in the order of paths."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def complete(app: Flask, api: Api, document: dict[str, Any]) -> None:
    """Write into `document` what the views of `app` and the schemas of `api` say of themselves."""
    classes = {name: key[0] for key, name in api.ma_plugin.converter.refs.items()}
    rules = {
        (_braced(rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    # Paging by numbers is flask-smorest's, not ours.
    document["components"]["schemas"].pop("PaginationMetadata", None)
    document["components"].pop("responses", None)
    examples = read_examples()
    for name, schema in document["components"]["schemas"].items():
        _complete_shape(schema, classes.get(name))
    for path, method, operation in operations_of(document):
        admission = admission_of(rules[path, method])
        if admission is None:
            raise LookupError(f"{method} {path}: its rule says nothing of itself")
        has_path = bool(document["paths"][path].get("parameters"))
        _complete_limits(operation, classes, admission)
        operation["security"] = [{admission.token: []}] if admission.token else []
        notice = notice_of(rules[path, method])
        if notice is not None:
            announce_in(operation, notice)
        if hasattr(rules[path, method], IDEMPOTENT):
            _complete_idempotency(operation)
        _complete_errors(operation, admission, has_path)
        _complete_headers(operation)
        operation["x-permissions"] = {"who": admission.who, "roles": list(admission.roles)}
        add_examples(operation, document["paths"][path].get("parameters", []), examples)


def _complete_shape(schema: dict[str, Any], of: type | None) -> None:
    # v1 only adds: whoever reads must not refuse a name that comes to be.
    schema.pop("additionalProperties", None)
    if of is not None and of.__doc__ and not of.__doc__.startswith("Schema("):
        schema["description"] = " ".join(of.__doc__.split())
    for name, field in schema.get("properties", {}).items():
        unit = _unit_of(name, field)
        if unit and "description" not in field:
            field["description"] = unit
        choice = field.get("anyOf", [])
        # The other order was promised as it stands; what events say was not.
        orders = choice if of is not None and issubclass(of, Tolerant) else choice[1:]
        if len(choice) == 2 and _ANY_OBJECT in orders:
            # As it stands any object would do beside the shape that is named.
            del field["anyOf"]
            named = [one for one in choice if one != _ANY_OBJECT]
            field |= {"allOf": named, "nullable": True}


def _unit_of(name: str, field: dict[str, Any]) -> str:
    """What a number is counted in, by its name or, for times, by their bound."""
    if field.get("type") not in ("integer", "number"):
        return ""
    if field.get("maximum") == MAX_MS or name in _TIMES or name.endswith("_ms"):
        return "Unix ms"
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")


def _complete_limits(
    operation: dict[str, Any], classes: dict[str, Any], admission: Admission
) -> None:
    limits = operation.setdefault("x-limits", {})
    if admission.token:
        limits["token_requests_per_minute"] = REQUESTS_PER_MINUTE[admission.token]
        limits["token_requests_at_once"] = MOST_RUNNING[admission.token]
    body = operation.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("schema", {})
    if body:
        shape = classes.get(str(body.get("$ref", "")).removeprefix(_REF))
        limits["body_bytes"] = getattr(shape, "max_bytes", MAX_REQUEST_BYTES)
        limits["body_depth"] = MAX_DEPTH


def _complete_idempotency(operation: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(deepcopy(_IDEMPOTENCY_KEY))
    said: dict[str, Any] = operation["responses"].setdefault("409", {})
    said["x-codes"] = ["request.reused", "request.running"]
    for status, response in operation["responses"].items():
        if status[0] == "2":
            response["headers"] = {
                REPLAYED: {"description": "true: told again", "schema": {"type": "string"}}
            }


def _complete_errors(operation: dict[str, Any], admission: Admission, has_path: bool) -> None:
    responses = operation["responses"]
    codes: set[str] = {*admission.codes, *_OF_ALL}
    for status in [one for one in responses if one == "default" or one[0] in "45"]:
        codes |= {*responses.pop(status).get("x-codes", ())}
    if "requestBody" in operation:
        codes |= {*_OF_BODIES}
    elif any(one["in"] == "query" for one in operation.get("parameters", ())):
        codes.add("request.invalid")
    if has_path:
        codes.add("request.not_found")
    for status, names in _by_status(codes).items():
        responses[status] = {
            "description": ", ".join(f"`{name}`" for name in names),
            "x-codes": names,
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }


def _complete_headers(operation: dict[str, Any]) -> None:
    limited = "rate" in operation["x-limits"]
    by_token = bool(operation["security"])
    if "304" in operation["responses"]:
        operation.setdefault("parameters", []).append(deepcopy(_IF_NONE_MATCH))
        for status in ("200", "304"):
            operation["responses"][status]["headers"] = {"ETag": {"schema": {"type": "string"}}}
    for status, response in operation["responses"].items():
        if status == "401":
            named: dict[str, Any] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        elif status in ("429", "503"):
            named = {"Retry-After": {"description": "Seconds, at least", **_SECONDS}}
        else:
            named = {}
        if by_token and (status[0] == "2" or status == "429"):
            named |= deepcopy(_RATE)
        if limited and status in ("200", "201", "401", "403", "429"):
            named |= deepcopy(_RATE)
        if named:
            response.setdefault("headers", {}).update(named)


def _by_status(codes: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        found.setdefault(str(PROBLEMS[code].status), []).append(code)
    return dict(sorted(found.items()))


def _braced(rule: str) -> str:
    return rule.replace("<string:", "{").replace(">", "}")
