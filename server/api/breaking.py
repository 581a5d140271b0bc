"""What would break a client of v1: two descriptions of the API, compared. Pure.

v1 only adds. `docs/openapi-v1.json` is what was promised last; a test compares it with what is
served, and fails on what a client written by it could not live with. A strict client, made by a
generator, is the measure: it refuses a word that its description does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from server.api.described import operations_of

Way = Literal["request", "response"]
_AT_LEAST = ("minimum", "minLength", "minItems")
_AT_MOST = ("maximum", "maxLength", "maxItems")
_LEFT_OUT = ("example", "examples", "description", "summary")
MAX_DEPTH = 12


def promise_of(document: dict[str, Any]) -> dict[str, Any]:
    """The description without words and examples, which may change: `docs/openapi-v1.json`."""
    bare: dict[str, Any] = _without(document)
    return bare


def breaks(before: dict[str, Any], after: dict[str, Any], today: date) -> list[str]:
    """What a client of `before` meets in `after`; empty where only something was added.

    What was announced to end (`x-sunset`) by `today` may be gone.
    """
    old, new = _by_name(before), _by_name(after)
    found: list[str] = []
    for name, operation in old.items():
        if name not in new:
            if not _has_ended(operation, today):
                found.append(f"{name}: is gone")
            continue
        compared = _Comparison(before, after, today)
        found += (f"{name}: {said}" for said in compared.operations(operation, new[name]))
    return found


class _Comparison:
    def __init__(self, before: dict[str, Any], after: dict[str, Any], today: date) -> None:
        self._before, self._after, self._today = before, after, today

    def operations(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"is called {new.get('operationId')} now"
        if new.get("security", []) != old.get("security", []):
            yield "wants another token"
        lost = {*old["x-permissions"]["roles"]} - {*new["x-permissions"]["roles"]}
        if lost:
            yield f"is closed to {', '.join(sorted(lost))}"
        yield from _limits(old["x-limits"], new["x-limits"])
        yield from self._parameters(old, new)
        yield from self._bodies(old, new)
        yield from self._answers(old["responses"], new["responses"])

    def _parameters(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        was = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
        now = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
        for key, one in was.items():
            if key not in now:
                if not _has_ended(one, self._today):
                    yield f"parameter {key[1]} is gone"
                continue
            yield from self.shapes(one["schema"], now[key]["schema"], "request", key[1])
        for key, one in now.items():
            if one.get("required") and not was.get(key, {}).get("required"):
                yield f"parameter {key[1]} is required now"

    def _bodies(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        was, now = (one.get("requestBody", {}) for one in (old, new))
        if now.get("required") and not was.get("required"):
            yield "a body is required now"
        for media, content in was.get("content", {}).items():
            if media not in now.get("content", {}):
                yield f"{media} is not taken any more"
            else:
                shape = now["content"][media]["schema"]
                yield from self.shapes(content["schema"], shape, "request", "")

    def _answers(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        good = {status for status in old if status[0] in "23"}
        for status in sorted({status for status in new if status[0] in "23"} - good):
            yield f"may answer {status} now"
        for status in sorted(good):
            if status not in new:
                yield f"does not answer {status} any more"
                continue
            for header in {*old[status].get("headers", {})} - {*new[status].get("headers", {})}:
                yield f"{status} comes without {header}"
            for media, content in old[status].get("content", {}).items():
                if media not in new[status].get("content", {}):
                    yield f"{status} is not {media} any more"
                else:
                    shape = new[status]["content"][media]["schema"]
                    yield from self.shapes(content["schema"], shape, "response", "")
        was, now = _codes(old), _codes(new)
        for code in sorted({*was} & {*now}):
            if was[code] != now[code]:
                yield f"{code} comes with {now[code]} instead of {was[code]}"

    def shapes(
        self, old: dict[str, Any], new: dict[str, Any], way: Way, at: str, depth: int = 0
    ) -> Iterator[str]:
        """What of the shape at `at` a client cannot live with, one way or the other."""
        if depth > MAX_DEPTH:
            return
        old, new = _resolved(self._before, old), _resolved(self._after, new)
        where = at or "the body"
        if "type" in new and old.get("type") != new["type"]:
            yield f"{where} is {new['type']} instead of {old.get('type', 'anything')}"
            return
        yield from _null_and_words(old, new, way, where)
        if way == "request":
            yield from _bounds(old, new, where)
        yield from self._members(old, new, way, at, depth)
        for inner in ("items", "additionalProperties"):
            if isinstance(old.get(inner), dict) and isinstance(new.get(inner), dict):
                yield from self.shapes(old[inner], new[inner], way, f"{at}[]", depth + 1)

    def _members(
        self, old: dict[str, Any], new: dict[str, Any], way: Way, at: str, depth: int
    ) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        wanted, given = {*new.get("required", ())}, {*old.get("required", ())}
        for name, schema in was.items():
            path = f"{at}/{name}".lstrip("/")
            if name not in now:
                if not _has_ended(schema, self._today):
                    yield f"{path} is gone"
                continue
            if way == "response" and name in given and name not in wanted:
                yield f"{path} may be absent now"
            yield from self.shapes(schema, now[name], way, path, depth + 1)
        if way == "request":
            for name in sorted(wanted - given):
                yield f"{at}/{name}".lstrip("/") + " is required now"


def _null_and_words(
    old: dict[str, Any], new: dict[str, Any], way: Way, where: str
) -> Iterator[str]:
    was_null, is_null = bool(old.get("nullable")), bool(new.get("nullable"))
    if way == "request" and was_null and not is_null:
        yield f"{where} may not be null any more"
    if way == "response" and is_null and not was_null:
        yield f"{where} may be null now"
    was, now = old.get("enum"), new.get("enum")
    if way == "request" and now is not None:
        gone = "anything else" if was is None else ", ".join(map(str, _less(was, now)))
        if gone:
            yield f"{where} may not be {gone} any more"
    if way == "response" and was is not None:
        more = "anything" if now is None else ", ".join(map(str, _less(now, was)))
        if more:
            yield f"{where} may be {more} now"


def _bounds(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[str]:
    for name in _AT_LEAST:
        if name in new and new[name] > old.get(name, float("-inf") if name == "minimum" else 0):
            yield f"{where}: {name} is {new[name]} now"
    for name in _AT_MOST:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} is {new[name]} now"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where}: has another pattern"


def _limits(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name, value in old.items():
        if isinstance(value, int) and new.get(name, value) < value:
            yield f"{name} is {new[name]} now"
    was = {one["name"]: one["quota"] for one in old.get("rate", ())}
    for one in new.get("rate", ()):
        if one["quota"] < was.get(one["name"], float("inf")):
            yield f"takes {one['quota']} {one['counts']} a {one['name']} now"


def _by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """ "GET /path" → operation, with the parameters of its path."""
    found = {}
    for path, method, operation in operations_of(document):
        shared = document["paths"][path].get("parameters", [])
        own = operation.get("parameters", [])
        found[f"{method.upper()} {path}"] = operation | {"parameters": [*shared, *own]}
    return found


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its `$ref` and a lone `allOf` followed; what stands beside them counts."""
    inner = schema.get("allOf", [])
    if len(inner) == 1:
        schema = schema | inner[0]
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        return _resolved(document, document["components"]["schemas"][name]) | beside
    return schema


def _codes(responses: dict[str, Any]) -> dict[str, str]:
    return {
        code: status
        for status, response in responses.items()
        for code in response.get("x-codes", ())
    }


def _has_ended(one: dict[str, Any], today: date) -> bool:
    sunset = one.get("x-sunset")
    return sunset is not None and date.fromisoformat(sunset) <= today


def _less(some: list[Any], others: list[Any]) -> list[Any]:
    return [one for one in some if one not in others]


def _without(value: Any, are_names: bool = False) -> Any:
    """`are_names`: of things, not of OpenAPI; a property may well be called "description"."""
    if isinstance(value, list):
        return [_without(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without(one, are_names=not are_names and name in ("properties", "schemas"))
        for name, one in value.items()
        if are_names or name not in _LEFT_OUT
    }
