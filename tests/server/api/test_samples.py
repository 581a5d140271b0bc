"""Sample codes: real texts in real pictures, in a demo only."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from credentials.own import open_badge
from credentials.reading import read
from credentials.trust import parse_trust
from server import sample_pages
from server.app import create_app
from server.config import Config
from server.packs import officer_kek, trust_content
from server.png import MODULE_PX, qr_matrix, qr_png
from server.samples import SampleBook
from sync.encoding import from_base64url
from tests.server.api.conftest import World


def book(world: World) -> SampleBook:
    found = world.app.extensions[sample_pages.EXTENSION]
    assert isinstance(found, SampleBook)
    return found


def text_of(world: World, name: str) -> str:
    sample = book(world).find(name)
    assert sample is not None, name
    return sample.text


def write_demo_notes(world: World) -> None:
    notes = {
        "pin": "246810",
        "officers": [
            {
                "id": "hd-ql6-truong",
                "name": "Lê Đức Mẫu",
                "role": "lead",
                "checkpoint": "hd-ql6",
                "secret": "AAECAwQFBgcICQoLDA0ODw",
            }
        ],
    }
    path = world.context.config.data_dir / "demo.json"
    path.write_text(json.dumps(notes), "utf-8")


@pytest.mark.parametrize(
    ("name", "family", "status", "code"),
    [
        ("declaration", "own", "verified", "ok"),
        ("declaration-expired", "own", "invalid", "expired"),
        ("declaration-forged", "own", "invalid", "signature"),
        ("cccd", "cccd", "claim", "unsigned"),
        ("pc-covid", "pc_covid", "claim", "unsigned"),
        ("unknown", "url", "unknown", "unrecognised"),
    ],
)
def test_sample_is_what_it_says(
    world: World, name: str, family: str, status: str, code: str
) -> None:
    assert world.client.get("/samples").status_code == 200
    trust = parse_trust(trust_content(world.context.keys, world.context.clock()))
    evidence = read(text_of(world, name), trust, world.now_ms)
    assert (evidence.family, evidence.status, evidence.code) == (family, status, code)


def test_badges_open_with_their_secret(world: World) -> None:
    write_demo_notes(world)
    page = world.client.get("/samples").text
    assert "PIN 246810" in page
    trust = parse_trust(trust_content(world.context.keys, world.context.clock()))
    evidence, secret = open_badge(text_of(world, "badge-hd-ql6-truong"), trust, world.now_ms)
    assert (evidence.status, secret) == ("verified", bytes(range(16)))
    assert secret is not None
    kek = officer_kek(secret, "246810", "hd-ql6-truong")
    assert kek == officer_kek(from_base64url("AAECAwQFBgcICQoLDA0ODw"), "246810", "hd-ql6-truong")


def test_enrolment_link_enrols_the_chosen_checkpoint(world: World) -> None:
    page = world.client.get("/samples?checkpoint=nt-ca-na").text
    match = re.search(r"http://localhost/tablet/#enrol=([0-9a-z]{20})", page)
    assert match is not None
    from tests.server.api.tablet import new_key

    sent = {"code": match[1], "jwk": new_key()[1]}
    answer = world.client.post("/api/v1/devices/enrol", json=sent)
    assert answer.get_json()["checkpoint"]["id"] == "nt-ca-na"


def test_pictures_show_the_codes_of_the_page(world: World) -> None:
    listed = world.client.get("/samples/list.json").get_json()
    assert {"declaration", "cccd", "pc-covid", "unknown"} <= {one["name"] for one in listed}
    for one in listed:
        assert one["title_vi"] and one["title_en"]
        answer = world.client.get(one["png"])
        assert answer.content_type == "image/png"
        assert answer.data == qr_png(text_of(world, one["name"]))
    assert world.client.get("/samples/nothing.png").status_code == 404


def test_png_holds_the_matrix_pixel_by_pixel() -> None:
    text = "CHOT1:" + "x" * 300
    picture = Image.open(io.BytesIO(qr_png(text)))
    matrix = qr_matrix(text)
    assert picture.mode == "1"
    assert picture.size == (len(matrix) * MODULE_PX,) * 2
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            x, y = column * MODULE_PX, row * MODULE_PX
            for point in ((x, y), (x + MODULE_PX - 1, y + MODULE_PX - 1)):
                assert picture.getpixel(point) == (0 if dark else 255)


def test_samples_exist_in_a_demo_only(tmp_path: Path) -> None:
    app = create_app(Config(tmp_path / "data"))
    client = app.test_client()
    for path in ("/samples", "/samples/list.json", "/samples/cccd.png"):
        assert client.get(path).status_code == 404
    landing = client.get("/")
    assert landing.status_code == 200
    assert "/samples" not in landing.text
    assert "/console/" in landing.text


def test_pages_keep_to_their_policy(world: World) -> None:
    for path in ("/", "/samples"):
        page = world.client.get(path)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in page.text
        assert not re.search(r"\sstyle=|<style", page.text)
    assert world.client.get("/page.css").content_type == "text/css; charset=utf-8"
