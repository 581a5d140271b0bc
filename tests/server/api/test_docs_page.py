"""The API's own page holds every operation, shape and error, and needs nothing from elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from markupsafe import escape

from schemas.problems import PROBLEMS
from schemas.records import KINDS, Crossing
from schemas.shapes import VEHICLE_CLASSES
from server.api.deprecation import Notice, announce_in
from server.api.described import operations_of
from server.api.examples import read_examples
from server.api_docs import limits_in_words, words
from server.limits import BY_ADDRESS, BY_LOGIN
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


def test_every_operation_says_who_may_call_it_its_limits_and_what_it_answers(world: World) -> None:
    page = world.client.get("/api/v1/docs").get_data(as_text=True)
    sections = re.findall(r'<section class="operation".*?</section>', page, re.DOTALL)
    found = {one["operationId"]: one for _, _, one in operations_of(describe())}
    examples = read_examples()
    assert len(sections) == len(found)
    for name, operation in found.items():
        (section,) = (one for one in sections if f"<p>{words(operation['summary'])}</p>" in one)
        assert f'<p class="who">{operation["x-permissions"]["who"]}' in section
        for line in limits_in_words(operation["x-limits"]):
            assert f"<dd>{line}</dd>" in section
        for response in operation["responses"].values():
            assert all(f'href="#{code}"' in section for code in response.get("x-codes", ()))
        for one in examples[name]:
            if one["response"] is not None:
                shown = escape(json.dumps(one["response"], ensure_ascii=False, indent=2))
                assert f"{escape(one['summary'])} → {one['status']}" in section
                assert shown in section


def test_what_ends_is_shown_with_its_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    document = describe()
    notice = Notice(date(2027, 1, 1), date(2027, 7, 31), "`POST /queries`")
    announce_in(document["paths"]["/api/v1/searches"]["post"], notice)
    field = replace(notice, part="rows/plate_read", instead="`rows/plate`")
    announce_in(document["paths"]["/api/v1/searches/{search_id}"]["get"], field)
    monkeypatch.setattr("server.api_docs._described", lambda: document)
    page = world.client.get("/api/v1/docs").get_data(as_text=True)
    ending = page.partition('<section id="ending">')[2].partition("</section>")[0]
    assert "<code>POST /api/v1/searches</code>" in ending
    assert "until 2027-07-31; instead: <code>POST /queries</code>" in ending
    assert "rows/plate_read: until 2027-07-31" in ending
    assert "This ends on 2027-07-31" in page


def test_limits_are_said_with_their_units() -> None:
    told = limits_in_words(
        {"body_bytes": 65536, "token_s": 900, "rate": [BY_LOGIN.told, BY_ADDRESS.told]}
    )
    assert told == [
        "body bytes: 65 536",
        "10 failures of one login in 300 s",
        "30 failures of one address in 300 s",
        "token: 900 s",
    ]


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


def test_every_event_kind_is_on_the_page_with_its_words_and_units(world: World) -> None:
    page = world.client.get("/api/v1/docs").get_data(as_text=True)
    kinds = page.partition('<section id="events">')[2].partition("</section>")[0]
    for kind in KINDS.values():
        assert f"<td><code>{kind.name}</code></td>" in kinds
        for part in (kind.body, kind.person):
            assert f'<a href="#shape-{type(part).__name__}">' in kinds
    crossing = page.partition('id="shape-Crossing"')[2].partition("</table>")[0]
    assert all(f"<code>{name}</code>" in crossing for name in Crossing().fields)
    assert " | ".join(VEHICLE_CLASSES) in crossing
    assert '{text: <a href="#shape-CrossingGoods">CrossingGoods</a>}' in crossing
    (waited,) = (row for row in crossing.split("<tr>") if "<code>wait_s</code>" in row)
    assert "<td>seconds</td>" in waited


def test_what_the_examples_send_is_counted_as_unsent() -> None:
    sent = [one["request"] for one in read_examples()["sync"] if one["request"]["batch"]]
    assert sent
    assert all(one["unsent"] == len(one["batch"]["events"]) for one in sent)
