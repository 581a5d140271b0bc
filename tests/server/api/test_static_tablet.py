"""The built tablet: types, caching, policy, and nothing outside its folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from server import static_tablet
from server.bases import publish_bases
from server.config import Base
from tests.server.api.conftest import World
from tests.server.api.tablet import new_key

FILES = {
    "index.html": b"<!doctype html><title>chot</title>" + b" " * 2000,
    "sw.js": b"self.skipWaiting();" * 100,
    "manifest.webmanifest": b'{"name":"chot"}',
    "assets/index-Ab12.js": b"export const a = 1;" * 100,
    "assets/reader-Cd34.wasm": b"\x00asm" + bytes(1000),
}


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dist" / "tablet"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "dist" / "secret.txt").write_text("secret")
    monkeypatch.setattr(static_tablet, "FOLDERS", (folder,))
    return folder


@pytest.mark.parametrize(
    ("path", "kind", "cached"),
    [
        ("", "text/html; charset=utf-8", "no-cache"),
        ("index.html", "text/html; charset=utf-8", "no-cache"),
        ("sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("manifest.webmanifest", "application/manifest+json", "no-cache"),
        (
            "assets/index-Ab12.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("assets/reader-Cd34.wasm", "application/wasm", "public, max-age=31536000, immutable"),
    ],
)
def test_type_and_caching(world: World, path: str, kind: str, cached: str) -> None:
    answer = world.client.get(f"/tablet/{path}")
    assert answer.status_code == 200
    assert answer.data == FILES[path or "index.html"]
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Cache-Control"] == cached
    assert "script-src 'self' 'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    again = world.client.get(f"/tablet/{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_compressed_when_asked(world: World) -> None:
    answer = world.client.get("/tablet/sw.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == FILES["sw.js"]


def test_brotli_of_the_build_goes_first_where_both_are_asked_for(world: World, built: Path) -> None:
    """Nobody here can read Brotli: the bytes stand for what the build wrote."""
    (built / "sw.js.br").write_bytes(b"br")
    both = world.client.get("/tablet/sw.js", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert (both.headers["Content-Encoding"], both.data) == ("br", b"br")
    only = world.client.get("/tablet/sw.js", headers={"Accept-Encoding": "gzip"})
    assert only.headers["Content-Encoding"] == "gzip"
    assert both.headers["ETag"] != only.headers["ETag"]
    plain = world.client.get("/tablet/sw.js")
    assert ("Content-Encoding" in plain.headers, plain.data) == (False, FILES["sw.js"])


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "assets/../../secret.txt",
        "assets",
        ".hidden",
        "nothing.js",
        "a%00b",
    ],
)
def test_nothing_outside(world: World, path: str) -> None:
    answer = world.client.get(f"/tablet/{path}")
    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_absolute_path_leads_nowhere(world: World) -> None:
    answer = world.client.get("/tablet//etc/passwd", follow_redirects=True)
    assert answer.status_code == 404
    assert static_tablet.find("/etc/passwd") is None


def test_link_out_of_the_folder_is_not_followed(world: World, built: Path) -> None:
    (built / "link.txt").symlink_to(built.parent / "secret.txt")
    assert world.client.get("/tablet/link.txt").status_code == 404


def test_rebuilt_file_is_read_again(world: World, built: Path) -> None:
    world.client.get("/tablet/sw.js")
    (built / "sw.js").write_bytes(b"new")
    assert world.client.get("/tablet/sw.js").data == b"new"


def test_folder_without_slash_is_sent_on(world: World) -> None:
    answer = world.client.get("/tablet")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/tablet/")


def test_u16_the_worker_is_another_one_where_other_servers_may_be_called(world: World) -> None:
    def worker() -> tuple[bytes, str]:
        answer = world.client.get("/tablet/sw.js", headers={"Accept-Encoding": "gzip, br"})
        return gzip.decompress(answer.data), answer.headers["ETag"]

    context, (_, jwk) = world.context, new_key()
    assert worker()[0] == FILES["sw.js"]
    tags = {worker()[1]}
    for urls in (["https://mot.example"], ["https://hai.example", "https://mot.example"]):
        bases = tuple(Base(url, context.store.server_id, "relay", jwk) for url in urls)
        publish_bases(context.store, context.keys, bases, world.now_ms)
        world.now_ms += 5_000
        data, tag = worker()
        assert data == FILES["sw.js"] + f"\n// connect-src {' '.join(urls)}\n".encode()
        assert worker() == (data, tag)
        tags.add(tag)
    assert len(tags) == 3
    publish_bases(context.store, context.keys, (), world.now_ms)
    world.now_ms += 5_000
    assert worker()[0] == FILES["sw.js"]
