"""Who has nothing but a running server can read the rules and the guides there."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from server import documents
from server.documents import DOCS, FILES, PAGES, address_of, rules
from server.markdown import to_html
from tests.server.api.conftest import World

ROOT = Path(__file__).parents[3]


def page(world: World, name: str) -> str:
    answer = world.client.get(f"{DOCS}/{name}")
    assert answer.status_code == 200, name
    assert answer.headers["Content-Security-Policy"] == documents.POLICY
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("name", PAGES)
def test_every_document_is_a_page_whose_links_lead_somewhere(world: World, name: str) -> None:
    shown = page(world, name)
    assert "<script" not in shown and "style=" not in shown
    ids = set(re.findall(r'id="([^"]+)"', shown))
    assert len(ids) == len(re.findall(r'id="', shown))
    for target in set(re.findall(r'href="([^"]+)"', shown)):
        address, _, anchor = target.partition("#")
        if not address:
            assert anchor in ids, target
            continue
        found = world.client.get(address)
        assert found.status_code == 200, target
        assert not anchor or f'id="{anchor}"' in found.get_data(as_text=True), target


@pytest.mark.parametrize("name", [*FILES, *(f"{name}.md" for name in PAGES)])
def test_every_document_is_there_as_the_text_it_is(world: World, name: str) -> None:
    path = FILES.get(name) or PAGES[name.removesuffix(".md")][0]
    answer = world.client.get(f"{DOCS}/{name}")
    assert answer.get_data(as_text=True) == (ROOT / path).read_text("utf-8")
    assert answer.mimetype == "text/plain"


def test_nothing_of_a_document_is_lost_on_its_page(world: World) -> None:
    for name, (path, _) in PAGES.items():
        main = re.sub("</t[dh]>", " ", page(world, name).partition("<main")[2])
        shown = unescape(re.sub(r"<[^>]+>", "", main))
        bare = re.sub(r"\]\([^)\s]+\)", "", (ROOT / path).read_text("utf-8"))
        words = re.findall(r"\w+", re.sub(r"```\w*\n", "\n", bare))
        assert re.findall(r"\w+", shown.partition(">")[2].partition("</main")[0]) == words, name


def test_every_rule_has_an_anchor_and_the_docs_page_links_to_it(world: World) -> None:
    spec = page(world, "spec")
    assert len(rules()) > 100
    assert all(f'<li id="{rule}">' in spec for rule in rules())
    docs = world.client.get(DOCS).get_data(as_text=True)
    linked = set(re.findall(rf'href="{DOCS}/spec#(\w+)"', docs))
    assert {"B3", "F6", "F9", "P1", "T6"} <= linked <= rules()
    assert all(f'href="{DOCS}/{name}"' in docs for name in (*PAGES, *FILES))


def test_what_is_no_document_of_ours_is_not_found(world: World) -> None:
    for name in ("openapi", "spec.txt", "..%2Fserver%2Fapp.py", "client.mjs.md"):
        assert world.client.get(f"{DOCS}/{name}").status_code == 404, name


def test_a_server_without_the_documents_names_none(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(documents, "ROOTS", (tmp_path,))
    assert world.client.get(f"{DOCS}/api").status_code == 404
    shown = world.client.get(DOCS).get_data(as_text=True)
    assert f'href="{DOCS}/api"' not in shown


def test_a_document_brings_no_markup_of_its_own() -> None:
    said = to_html("# <b>a</b>\n\n`<i>` [x](javascript:1) | <u>\n\n```\n<s>\n```", address_of)
    assert not re.search(r"<[bius]>|javascript", said)
    assert "&lt;s&gt;" in said
