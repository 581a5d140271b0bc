"""A traveller's complaint code opens its crossing and nothing else, and the look is audited."""

from __future__ import annotations

import re

import pytest

from server.store.view_protocol import Criteria
from sync.complaint import complaint_code, complaint_number, shown_code
from tests.server.console.conftest import Console, post


def typed(console: Console, code: str) -> str:
    client = console.sign_in("reviewer")
    answer = post(client, "/console/searches", {"purpose": "complaint", "complaint_code": code})
    assert answer.status_code == 303, answer.text
    return str(client.get(str(answer.location)).text)


def test_e9_the_code_opens_its_crossing_and_no_other(console: Console) -> None:
    record = console.cross()
    other = console.cross(plate={"read": "30A-999.99", "normal": "30A99999"})
    code = shown_code(complaint_code(record))
    page = typed(console, code.lower())
    assert f"/console/crossings/{record}" in page
    assert other not in page
    search = next(one for one in console.audit() if one.what == "search")
    assert (search.purpose, search.reference) == ("complaint", f"complaint_code={code.lower()}")


def test_e9_the_page_of_a_crossing_says_its_code(console: Console) -> None:
    record = console.cross()
    page = console.sign_in("reviewer").get(f"/console/crossings/{record}").text
    assert shown_code(complaint_code(record)) in page


@pytest.mark.parametrize("code", ["", "4K7QM2XR2", "anh Nguyễn", "00000000"])
def test_e9_what_is_no_code_is_refused_with_a_sentence(console: Console, code: str) -> None:
    answer = post(
        console.sign_in("reviewer"),
        "/console/searches",
        {"purpose": "complaint", "complaint_code": code},
    )
    assert answer.status_code == 422
    assert "hãy nhập mã" in answer.text or "Mã không đúng" in answer.text


def test_criteria_typed_beside_a_complaint_widen_nothing(console: Console) -> None:
    record = console.cross()
    number = complaint_number(complaint_code(record))
    client = console.sign_in("reviewer")
    form = {
        "purpose": "complaint",
        "complaint_code": complaint_code(record),
        "name": "Nguyễn",
        "plate": "30A",
    }
    answer = post(client, "/console/searches", form)
    assert record in client.get(str(answer.location)).text
    assert console.store.search(Criteria(complaint=number), "", 10)[0][0].record == record


@pytest.mark.parametrize(
    ("address", "word"), [("/khieu-nai", "Khiếu nại"), ("/complain", "90 days")]
)
def test_everybody_reads_how_to_complain_and_leaves_nothing(
    console: Console, address: str, word: str
) -> None:
    answer = console.visitor().get(address)
    assert answer.status_code == 200
    assert word in answer.text
    assert "024" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"<form|<script", answer.text)
    assert "script-src" not in answer.headers["Content-Security-Policy"]
