"""The public declaration: signed, shown, forgotten."""

from __future__ import annotations

import base64
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from server.declare.limits import ALTOGETHER, COUNT_EVERY_MS, PER_ADDRESS, DeclarationLimits
from server.declare.texts import EN, VI
from tests.node import node
from tests.qr import read_qr
from tests.server.declare.conftest import NOW_MS, Site

HOUR_MS = 3_600_000


def token_in(page: str) -> str:
    found = re.search(r'name="text" value="(CHOT1:[^"]+)"', page)
    assert found is not None, page
    return unescape(found[1])


@pytest.mark.parametrize("url", ["/khai-bao", "/declare"])
def test_a_declaration_verifies_for_seventy_two_hours(site: Site, url: str) -> None:
    answer = site.declare(url)
    assert answer.status_code == 200, answer.text
    text = token_in(answer.text)
    found = site.evidence(text)
    assert (found["status"], found["code"]) == ("verified", "ok")
    assert found["identity"] == {
        "name": "Nguyễn Thị Mẫu", "birth_date": "1990-08-15", "id_number": "001190012345",
        "sex": "F", "phone": "0912345678", "address": "Số 1 Láng, Hà Nội",
    }  # fmt: skip
    assert found["facts"]["declaration"] == {
        "symptoms": ["fever", "cough"], "exposure": False,
        "origin": {"dataset": "2021", "code": "58"}, "destination": None, "plate": "29A-123.45",
    }  # fmt: skip
    # A place that no list names is said in words, never lost.
    assert found["subject"]["reason"] == "Về quê; Nơi đến: Một nơi khác"
    site.now_ms += 72 * HOUR_MS - 1
    assert site.evidence(text)["status"] == "verified"
    site.now_ms += 1
    assert site.evidence(text)["code"] == "expired"


def test_nothing_that_was_declared_is_kept(site: Site, tmp_path: Path) -> None:
    before = site.context.store.audited(0, 1_000)
    text = token_in(site.declare().text)
    assert site.client.post("/khai-bao/to-khai.png", data={"text": text}).status_code == 200
    assert site.context.store.audited(0, 1_000) == before
    document = site.evidence(text)["subject"]["id"]
    for path in tmp_path.rglob("*"):
        stored = path.read_bytes() if path.is_file() else b""
        for word in ("Nguyễn Thị Mẫu", "001190012345", "0912345678", "29A-123.45", document):
            assert word.encode() not in stored, path.name


def test_only_counts_reach_the_audit_log(site: Site) -> None:
    before = len(site.context.store.audited(0, 1_000))
    for _ in range(3):
        site.declare()
    site.now_ms += COUNT_EVERY_MS
    site.declare()
    entries = [entry for _, entry in site.context.store.audited(0, 1_000)][before:]
    assert [(one.who, one.what, one.subject, one.details) for one in entries] == [
        ("public", "declarations", "", {"count": 4})
    ]


def test_the_page_needs_no_account_cookie_or_script(site: Site) -> None:
    for answer in (site.client.get("/khai-bao"), site.client.get("/declare"), site.declare()):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy and "unsafe" not in policy
        assert "<script" not in answer.text
        assert not re.search(r"\s(?:style|on\w+)=", answer.text)
        assert "http" not in re.sub(r"http://www\.w3\.org\S*", "", answer.text)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Lê\u202eThử"}, "name"),
        ({"birth_date": "32/13/1990"}, "birth_date"),
        ({"birth_date": "2027"}, "birth_date"),
        ({"id_number": "x" * 33}, "id_number"),
        ({"phone": "không"}, "phone"),
        ({"address": "ẫ" * 121}, "address"),
        ({"origin": ""}, "origin"),
        ({"destination": "ẫ" * 61}, "destination"),
        ({"plate": "-"}, "plate"),
        ({"symptomatic": ""}, "symptomatic"),
        ({"symptoms": []}, "symptomatic"),
        ({"exposure": "maybe"}, "exposure"),
    ],
)
@pytest.mark.parametrize("url", ["/khai-bao", "/declare"])
def test_a_wrong_answer_is_named_and_what_was_typed_stays(
    site: Site, url: str, change: dict[str, Any], field: str
) -> None:
    answer = site.declare(url, **change)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-wrong"' in answer.text
    assert 'value="Về quê"' in answer.text
    assert "CHOT1:" not in answer.text


def test_a_ticked_symptom_counts_whatever_was_answered_before(site: Site) -> None:
    text = token_in(site.declare(symptomatic="no", symptoms=["fever", "made_up"]).text)
    assert site.evidence(text)["facts"]["declaration"]["symptoms"] == ["fever"]


def test_what_was_typed_is_shown_as_text(site: Site) -> None:
    answer = site.declare(name='<img src=x onerror="a">', exposure="")
    assert "<img" not in answer.text.split("<main>")[1].split("<form")[1]
    assert "&lt;img" in answer.text


def test_the_picture_on_the_page_is_read_by_the_tablet(site: Site, tmp_path: Path) -> None:
    node()
    page = site.declare().text
    encoded = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)
    assert encoded is not None
    shown, saved = tmp_path / "shown.png", tmp_path / "saved.png"
    shown.write_bytes(base64.b64decode(encoded[1]))
    answer = site.client.post("/khai-bao/to-khai.png", data={"text": token_in(page)})
    saved.write_bytes(answer.data)
    assert read_qr(shown) == read_qr(saved) == token_in(page)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_svg_is_for_saving(site: Site) -> None:
    text = token_in(site.declare().text)
    answer = site.client.post("/khai-bao/to-khai.svg", data={"text": text})
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.startswith(b"<svg")
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("text", ["", "x", "CHOT1:a.b.c", "https://a.example/"])
def test_codes_are_drawn_of_nothing_but_declarations_of_this_server(site: Site, text: str) -> None:
    assert site.client.post("/khai-bao/to-khai.png", data={"text": text}).status_code == 400


def test_one_address_may_not_ask_without_end(site: Site) -> None:
    limits = DeclarationLimits()
    assert [limits.wait_s("a", NOW_MS) for _ in range(PER_ADDRESS)] == [0] * PER_ADDRESS
    assert limits.wait_s("a", NOW_MS) > 0
    assert limits.wait_s("b", NOW_MS) == 0
    assert limits.wait_s("a", NOW_MS + 300_000) == 0
    many = DeclarationLimits()
    assert not any(many.wait_s(str(n), NOW_MS) for n in range(ALTOGETHER))
    assert many.wait_s("one more", NOW_MS) > 0


def test_a_refusal_for_haste_keeps_the_form_filled(site: Site) -> None:
    for _ in range(PER_ADDRESS):
        site.client.post("/khai-bao/to-khai.png", data={"text": ""})
    answer = site.declare()
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Nguyễn Thị Mẫu"' in answer.text


def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    assert site.declare(address="x" * 20_000).status_code == 413


def test_a_relay_issues_nothing(tmp_path: Path) -> None:
    relay = Site(tmp_path, level="relay")
    answer = relay.declare()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "CHOT1:" not in answer.text


def test_both_languages_have_every_text() -> None:
    assert VI.keys() == EN.keys()
    assert [key for key in VI if VI[key] == EN[key]] == []
