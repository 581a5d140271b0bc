"""The API's own page holds every operation, shape and error, and needs nothing from elsewhere."""

from __future__ import annotations

import json
import re

from schemas.problems import PROBLEMS
from server.openapi import describe
from tests.server.api.conftest import World


def test_every_operation_shape_and_error_is_on_the_page(world: World) -> None:
    answer = world.client.get("/api/v1/docs")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    found = describe()
    for path, methods in found["paths"].items():
        for method in set(methods) & {"get", "post", "put", "delete"}:
            assert re.search(rf"{method.upper()}</span> <code>{re.escape(path)}<", page), path
    assert all(f'id="shape-{name}"' in page for name in found["components"]["schemas"])
    assert all(f'id="{code}"' in page for code in PROBLEMS)
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_it_asks_nobody_else_and_runs_no_script(world: World) -> None:
    answer = world.client.get("/api/v1/docs")
    page = answer.get_data(as_text=True)
    assert "<script" not in page and "http://" not in page and "https://" not in page
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    style = re.search(r'stylesheet" href="([^"]+)"', page)
    assert style is not None and world.client.get(style[1]).mimetype == "text/css"


def test_the_document_is_the_one_in_docs(world: World) -> None:
    served = json.loads(world.client.get("/api/v1/openapi.json").get_data(as_text=True))
    assert served == json.loads(json.dumps(describe()))
