"""Examples of requests and answers, as a walk through a real server saw them, in the description.

`examples.json` is written by `make api`; a test walks again and compares.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from server.problems import MEDIA_TYPE

FILE = Path(__file__).with_name("examples.json")
_JSON = "application/json"
_NOT_NAME = re.compile(r"[^a-z0-9]+")

Example = dict[str, Any]


def read_examples() -> dict[str, list[Example]]:
    """By operationId: summary, parameters, request, status, headers, response."""
    found: dict[str, list[Example]] = json.loads(FILE.read_text("utf-8"))
    return found


def add_examples(
    operation: dict[str, Any], in_path: list[dict[str, Any]], examples: dict[str, list[Example]]
) -> None:
    """Write the operation's examples beside the shapes of its request and answers.

    LookupError where one was answered with a status that the operation does not name.
    """
    parameters = {one["name"]: one for one in (*in_path, *operation.get("parameters", ()))}
    for one in examples.get(operation["operationId"], ()):
        name = _NOT_NAME.sub("-", one["summary"].lower()).strip("-")
        for parameter, value in one["parameters"].items():
            parameters[parameter].setdefault("example", value)
        if one["request"] is not None:
            sent = operation["requestBody"]["content"][_JSON]
            _add(sent, name, one["summary"], one["request"])
        status = str(one["status"])
        if status not in operation["responses"]:
            raise LookupError(
                f"{operation['operationId']}: answers {status}, which it does not say"
            )
        response = operation["responses"][status]
        if one["response"] is not None:
            media = _JSON if status[0] == "2" else MEDIA_TYPE
            _add(response["content"][media], name, one["summary"], one["response"])
        for header, value in one["headers"].items():
            if header in response.get("headers", {}):
                response["headers"][header].setdefault("example", value)


def _add(content: dict[str, Any], name: str, summary: str, value: Any) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}
