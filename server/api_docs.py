"""/api/v1/docs: the API for whoever writes a client, made from the OpenAPI. No script, no CDN."""

from __future__ import annotations

import json
import re
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup, escape

from schemas.problems import PROBLEMS
from server.access import public
from server.api.resource import PREFIX
from server.documents import FILES, PAGES, POLICY, address_of, is_here
from server.markdown import inline
from server.openapi import as_text, describe

METHODS = ("get", "post", "put", "patch", "delete")
_WORD = re.compile(r"[A-Za-z]+")
_REF = "#/components/schemas/"

pages = Blueprint("api_docs", __name__, template_folder=str(Path(__file__).parent / "templates"))


@pages.route(f"{PREFIX}/openapi.json")
@public
def document() -> Response:
    """The OpenAPI document of this very server."""
    response = make_response(as_text(_described()))
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.route(f"{PREFIX}/docs")
@public
def docs() -> Response:
    """One page: every operation, its shapes, who may call it, and its errors."""
    found = _described()
    page = render_template(
        "api_docs.html",
        info=found["info"],
        operations=operations(found),
        schemas=shapes(found),
        kinds=found["components"]["schemas"]["EventBody"]["x-kinds"],
        ref=_REF,
        problems=PROBLEMS,
        prefix=PREFIX,
        words=words,
        pages=[(name, said) for name, (path, said) in PAGES.items() if is_here(path)],
        files=[name for name, path in FILES.items() if is_here(path)],
        kind_of=partial(_linked_kind, frozenset(found["components"]["schemas"])),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@pages.route(f"{PREFIX}/docs/style.css")
@public
def style() -> Response:
    """The page's style sheet."""
    text = (Path(__file__).parent / "templates" / "api_docs.css").read_text("utf-8")
    return Response(text, mimetype="text/css")


def words(text: str) -> Markup:
    """Plain text with what stands in back quotes as code; rules and documents are links."""
    return Markup(inline(text, address_of))


def _linked_kind(names: frozenset[str], kind: str) -> Markup:
    """A kind of value with the shapes it names as links."""
    return Markup(
        _WORD.sub(
            lambda one: f'<a href="#shape-{one[0]}">{one[0]}</a>' if one[0] in names else one[0],
            str(escape(kind)),
        )
    )


def operations(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation, by its tag, in the order of paths."""
    every = []
    for path, methods in found["paths"].items():
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                every.append(_operation(path, method, methods[method], shared))
    return sorted(every, key=lambda one: (one["tag"], one["path"]))


def _operation(path: str, method: str, one: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
    answers = []
    codes: list[tuple[str, str]] = []
    examples: dict[str, dict[str, Any]] = {}
    body = one.get("requestBody", {}).get("content", {})
    for name, example in _examples_of(body):
        examples[name] = {"summary": example["summary"], "request": _json(example["value"])}
    for status, response in one["responses"].items():
        content = response.get("content", {})
        codes += [(status, code) for code in response.get("x-codes", ())]
        if status[0] in "23":
            answers.append((status, _shape_of(content), sorted(response.get("headers", ()))))
        for name, example in _examples_of(content):
            shown = examples.setdefault(name, {"summary": example["summary"], "request": ""})
            shown |= {"status": status, "response": _json(example["value"])}
    return {
        "id": f"{method}-{path.removeprefix(PREFIX).strip('/').replace('/', '-')}",
        "path": path,
        "method": method.upper(),
        "tag": one.get("tags", [""])[0],
        "summary": one.get("summary", ""),
        "description": one.get("description", ""),
        "token": next((name for some in one["security"] for name in some), ""),
        "who": one["x-permissions"]["who"],
        "limits": limits_in_words(one["x-limits"]),
        "sunset": one.get("x-sunset") or one.get("x-ending", {}).get("sunset", ""),
        "ending": one.get("x-ending", {}).get("part", ""),
        "instead": one.get("x-instead") or one.get("x-ending", {}).get("instead", ""),
        "parameters": [*shared, *one.get("parameters", [])],
        "request": _shape_of(body),
        "answers": answers,
        "codes": codes,
        "examples": list(examples.values()),
    }


def limits_in_words(limits: dict[str, Any]) -> list[str]:
    """Each limit as a line; a unit at the end of a name is written after the number."""
    said = []
    for name, value in sorted(limits.items()):
        if name == "rate":
            said += [
                f"{one['quota']} {one['counts']} of one {one['name']} in {one['window_s']} s"
                for one in value
            ]
            continue
        text = f"{value:,}".replace(",", " ")
        seconds = name.endswith("_s")
        what = name.removesuffix("_s").replace("_", " ")
        said.append(f"{what}: {text}{' s' if seconds else ''}")
    return said


def _examples_of(content: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [pair for media in content.values() for pair in media.get("examples", {}).items()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def shapes(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every shape of the wire: its fields, their kinds and bounds, which are required."""
    return [
        {
            "name": name,
            "description": schema.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "kind": _kind(value),
                    "required": field in schema.get("required", []),
                    "bounds": _bounds(value),
                    "said": value.get("description", ""),
                }
                for field, value in schema.get("properties", {}).items()
            ],
        }
        for name, schema in sorted(found["components"]["schemas"].items())
    ]


def _shape_of(content: dict[str, Any]) -> str:
    """The name of the shape in a body; "" where there is none or it has no name."""
    for media in content.values():
        schema = media.get("schema", {})
        reference = schema.get("$ref") or schema.get("items", {}).get("$ref", "")
        if reference.startswith(_REF):
            return str(reference.removeprefix(_REF))
    return ""


def _kind(value: dict[str, Any]) -> str:
    reference = value.get("$ref") or next(
        (one["$ref"] for one in value.get("allOf", []) if "$ref" in one), ""
    )
    if reference:
        return str(reference.removeprefix(_REF))
    kind = value.get("type", "any")
    if kind == "array":
        items = value.get("items", {})
        return f"[{_kind(items)}{' or null' if items.get('nullable') else ''}]"
    more = value.get("additionalProperties")
    if kind == "object" and isinstance(more, dict):
        return f"{{text: {_kind(more)}}}"
    return str(kind)


def _bounds(value: dict[str, Any]) -> str:
    said = []
    if "enum" in value:
        said.append(" | ".join(str(one) for one in value["enum"] if one is not None))
    for name, sign in (("minimum", "≥"), ("maximum", "≤"), ("minLength", "≥"), ("maxLength", "≤")):
        if name in value:
            of = " characters" if "Length" in name else ""
            said.append(f"{sign} {value[name]:,}{of}".replace(",", " "))
    for name, sign in (("minItems", "≥"), ("maxItems", "≤")):
        if name in value:
            said.append(f"{sign} {value[name]} items")
    if value.get("nullable"):
        said.append("or null")
    return ", ".join(said)


@lru_cache(1)
def _described() -> dict[str, Any]:
    return describe()
