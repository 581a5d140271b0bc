"""The line to an upstream: what is sent, and what becomes of every kind of answer. SPEC T2, U2."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.config import ConfigError, server_url
from server.relay import wire as wire_module
from server.relay.wire import UpstreamError, UpstreamWire

Answer = tuple[int, bytes, dict[str, str]]


@contextmanager
def upstream(answer: Callable[[str, dict[str, str], bytes], Answer]) -> Iterator[UpstreamWire]:
    """A line to a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, data, headers = answer(self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    line = UpstreamWire(f"http://127.0.0.1:{server.server_port}")
    try:
        yield line
    finally:
        line.close()
        server.shutdown()
        server.server_close()
        thread.join()


def said(status: int, value: Any, **headers: str) -> Answer:
    return status, json.dumps(value).encode(), headers


def test_t2_large_requests_go_out_packed_and_packed_answers_are_opened() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    def answer(path: str, headers: dict[str, str], body: bytes) -> Answer:
        seen.append((headers, body))
        data = gzip.compress(json.dumps({"path": path}).encode())
        return 200, data, {"Content-Encoding": "gzip"}

    with upstream(answer) as line:
        assert line.post("/relay", {"text": "đ" * 5000}) == {"path": "/api/v1/relay"}
        assert line.get("/relay/packs/trust?scope=all")["path"].endswith("?scope=all")
    headers, body = seen[0]
    assert headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(body)) == {"text": "đ" * 5000}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((401, "auth"), (403, "refused"), (409, "refused"), (413, "too_large")),
        *((408, "later"), (429, "later"), (500, "later"), (503, "later"), (302, "refused")),
    ],
)
def test_t2_a_status_says_what_to_do_next(status: int, kind: str) -> None:
    problem = said(status, {"code": "some.code"}, **{"Retry-After": "7"})
    with upstream(lambda *_: problem) as line, pytest.raises(UpstreamError) as error:
        line.post("/relay", {})
    assert (error.value.kind, error.value.code, error.value.retry_after_ms) == (
        *(kind, "some.code"),
        7000,
    )


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b"\xff", b"[" * 100_000])
def test_t2_what_is_no_json_object_is_no_answer(data: bytes) -> None:
    with upstream(lambda *_: (200, data, {})) as line, pytest.raises(UpstreamError) as error:
        line.post("/relay", {})
    assert (error.value.kind, error.value.code) == ("offline", "upstream.answer")


def test_t2_a_bomb_and_a_cut_answer_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "MAX_ANSWER_BYTES", 100_000)
    bomb = gzip.compress(b'"' + b"a" * 10_000_000 + b'"')
    for data in (bomb, bomb[:100], b"no gzip"):
        answer = (200, data, {"Content-Encoding": "gzip"})
        with upstream(lambda *_, a=answer: a) as line, pytest.raises(UpstreamError) as error:
            line.post("/relay", {})
        assert error.value.kind == "offline"


def test_t2_an_idle_line_that_was_closed_is_opened_again() -> None:
    def answer(*_: object) -> Answer:
        # Says that the line stays open, and closes it.
        return said(200, {"good": True})

    with upstream(answer) as line:
        assert line.post("/relay", {}) == {"good": True}
        connection = line._connection
        assert connection is not None and connection.sock is not None
        connection.sock.shutdown(socket.SHUT_RDWR)
        assert line.post("/relay", {}) == {"good": True}


def test_t2_nobody_there_is_offline() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        line = UpstreamWire(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(UpstreamError) as error:
            line.post("/relay", {})
    assert (error.value.kind, error.value.code) == ("offline", "upstream.offline")


def test_t1_a_relay_whose_clock_is_off_signs_the_nonce_it_is_given() -> None:
    asked: list[bytes] = []

    def answer(path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked.append(body)
        if len(asked) == 1:
            return said(401, {"code": "auth.assertion", "nonce": "abc"})
        if path.endswith("device-token"):
            return said(200, {"access_token": "token"})
        return said(200, {"with": headers.get("Authorization")})

    key = ec.generate_private_key(ec.SECP256R1())
    with upstream(answer) as line:
        line.authenticate("01999999-0000-7000-8000-000000000001", key, lambda: 1_000_000_000)
        assert line.post("/relay", {}) == {"with": "Bearer token"}


@pytest.mark.parametrize("url", ["http://tinh.example", "ftp://tinh.example", "tinh.example", ""])
def test_u2_people_never_travel_in_clear(url: str) -> None:
    with pytest.raises(ConfigError):
        server_url("upstream", url)
    assert server_url("upstream", "http://127.0.0.1:8000") == "http://127.0.0.1:8000"
