"""`python -m server.openapi`: the API's description, as `docs/openapi.json` holds it.

With `promise`: what a release promises of it, `docs/openapi-v1.json`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from flask import Flask

from server.api import RESOURCES
from server.api.breaking import promise_of
from server.api.described import complete
from server.api.event_shapes import add_event_shapes
from server.api.resource import API_VERSION, make_api


def describe() -> dict[str, Any]:
    """The OpenAPI document; needs no data directory."""
    app = Flask("server", static_folder=None)
    api = make_api(app, API_VERSION)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    add_event_shapes(api)
    document: dict[str, Any] = api.spec.to_dict()
    complete(app, api, document)
    return document


def as_text(document: dict[str, Any]) -> str:
    """The document as it stands in the file: sorted, so that a change shows as a change."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    promised = sys.argv[1:] == ["promise"]
    sys.stdout.write(as_text(promise_of(describe()) if promised else describe()))
