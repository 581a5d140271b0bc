"""`python -m server.openapi`: the API's description, as `docs/openapi.json` holds it."""

from __future__ import annotations

import json
import sys
from typing import Any

from flask import Flask

from server.api import RESOURCES
from server.api.resource import API_VERSION, make_api
from server.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/Problem"}


def describe() -> dict[str, Any]:
    """The OpenAPI document; needs no data directory."""
    app = Flask("server", static_folder=None)
    api = make_api(app, API_VERSION)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    document: dict[str, Any] = api.spec.to_dict()
    for response in document["components"]["responses"].values():
        # flask-smorest takes its own errors for plain JSON.
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == PROBLEM:
            content[MEDIA_TYPE] = content.pop("application/json")
    return document


def as_text(document: dict[str, Any]) -> str:
    """The document as it stands in the file: sorted, so that a change shows as a change."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text(describe()))
