"""The server that is played: a real one over data of its own, and the judge before it.

Every request is answered by the real application in this process. Those to /sync first go to the
judge, who says whether they reach it and what of its answer the client gets.
"""

from __future__ import annotations

import json
import logging
import queue
import secrets
import threading
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from flask import Flask

from cli.demo.make import make_demo
from server.app import create_app
from server.config import load_config
from server.context import EXTENSION, Context
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.problems import MEDIA_TYPE
from server.store.registered import Enrolment
from server.tokens import make_nonce
from sync.encoding import from_base64url
from sync.errors import SyncError

SYNC = "/api/v1/sync"
TOKEN = "/api/v1/auth/device-token"
PACK = "/api/v1/packs/"
ENROL = "/api/v1/devices/enrol"
MAX_BODY = 16 * 1024 * 1024
CHECKPOINT, LANE = "nt-ca-na", "o-to"
HOUR_MS = 3_600_000
DROPPED = {"content-length", "connection", "transfer-encoding", "content-encoding"}


@dataclass(slots=True)
class Reply:
    """What the client gets; `cut`: nothing at all, the connection ends."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: bytes = b""
    cut: bool = False


@dataclass(slots=True)
class Exchange:
    """A sync request that waits for the judge; `at_s` is the monotonic second of its arrival."""

    headers: list[tuple[str, str]]
    data: bytes
    at_s: float
    decided: threading.Event = field(default_factory=threading.Event)
    reply: Reply = field(default_factory=Reply)

    @property
    def body(self) -> Any:
        try:
            return json.loads(self.data)
        except ValueError:
            return None

    @property
    def batch(self) -> dict[str, Any] | None:
        body = self.body
        batch = body.get("batch") if isinstance(body, dict) else None
        return batch if isinstance(batch, dict) else None


class Stage:
    """The application, its port, and what comes in. Close it when done."""

    def __init__(self, data: Path, host: str, port: int, now_ms: int) -> None:
        # The port first: one that is taken is said before anything is made.
        self._server = _Server((host, port), _Handler)
        self._server.stage = self
        if not (data / "log.db").exists():
            make_demo(data, now_ms, lambda _: None, 0)
        # A line a request would drown what the judge says.
        logging.getLogger("chot.request").setLevel(logging.WARNING)
        self.data = data
        self.app: Flask = create_app(load_config(data))
        self.context: Context = self.app.extensions[EXTENSION]
        self.exchanges: queue.Queue[Exchange] = queue.Queue()
        self.enrolled: queue.Queue[dict[str, Any]] = queue.Queue()
        self.refusals: list[tuple[str, int, str]] = []
        """(path, status, code) of what the real server refused, /sync aside."""
        self.passed: list[tuple[Exchange, Reply]] = []
        """What was answered while nobody judged: until a client is enrolled and at work."""
        self._is_judged = False
        self._judging = threading.Lock()
        self.wants_nonce = False
        self.tokens = 0
        self.packs: dict[str, tuple[int, str]] = {}
        """Packs that are given instead of the published ones: name → (version, JWS)."""
        self.asked_packs: list[str] = []
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        while not self.exchanges.empty():
            waiting = self.exchanges.get_nowait()
            waiting.reply.cut = True
            waiting.decided.set()
        self.context.store.close()

    def judge(self, is_judged: bool) -> list[tuple[Exchange, Reply]]:
        """Whether requests to /sync wait for the judge; what passed while they did not."""
        with self._judging:
            self._is_judged = is_judged
            passed, self.passed = self.passed, []
            return passed

    def code(self) -> str:
        """A fresh enrolment code for the checkpoint that is played."""
        code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
        place = Enrolment(CHECKPOINT, LANE, "conformance")
        self.context.store.add_enrolment(code_hash(code), place, self.context.clock() + HOUR_MS)
        return code

    def real(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], data: bytes
    ) -> Reply:
        """What the real server says."""
        # One client a call: they keep cookies, and no two threads may share one.
        answer = self.app.test_client(use_cookies=False).open(
            path, method=method, headers=list(headers), data=data
        )
        return Reply(answer.status_code, list(answer.headers), answer.get_data())

    def decide(self, method: str, path: str, headers: list[tuple[str, str]], data: bytes) -> Reply:
        """The reply to any request; those to /sync wait for the judge."""
        if path == SYNC and method == "POST":
            exchange = Exchange(headers, data, time.monotonic())
            with self._judging:
                if not self._is_judged:
                    exchange.reply = self.real(method, path, headers, data)
                    self.passed.append((exchange, exchange.reply))
                    return exchange.reply
            self.exchanges.put(exchange)
            exchange.decided.wait()
            return exchange.reply
        if path == TOKEN and method == "POST":
            self.tokens += 1
            if self.wants_nonce and not _has_nonce(data):
                nonce = make_nonce(self.context.nonce_key, self.context.clock())
                return problem(401, "auth.assertion", nonce=nonce)
        if path.startswith(PACK):
            name = path.removeprefix(PACK)
            self.asked_packs.append(name)
            if name in self.packs:
                version, jws = self.packs[name]
                text = json.dumps({"name": name, "version": version, "jws": jws})
                return Reply(200, [("Content-Type", "application/json")], text.encode())
        reply = self.real(method, path, headers, data)
        if path == ENROL and reply.status == 201:
            self.enrolled.put(json.loads(reply.data))
        elif reply.status >= 400 and path.startswith("/api/"):
            self.refusals.append((path, reply.status, problem_code(reply.data)))
        return reply


def problem(
    status: int, code: str, headers: Iterable[tuple[str, str]] = (), **members: Any
) -> Reply:
    """A problem document as a server sends it (RFC 9457)."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, **members}
    every = [("Content-Type", MEDIA_TYPE), *headers]
    return Reply(status, every, json.dumps(body).encode())


def problem_code(data: bytes) -> str:
    """The `code` of a problem document, or ""."""
    try:
        return str(json.loads(data)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _has_nonce(data: bytes) -> bool:
    """Whether an assertion (or what should be one) carries a nonce; the real server checks it."""
    try:
        claims = json.loads(from_base64url(json.loads(data)["assertion"].split(".")[1]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, SyncError):
        return False
    return isinstance(claims, dict) and "nonce" in claims


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    stage: Stage

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients cut connections; that is their right."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # One request a connection: what is cut is then one request and no other.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            return self._send(problem(413, "request.too_large"))
        data = self.rfile.read(length)
        headers = [(name, value) for name, value in self.headers.items()]
        if self.headers.get("Content-Encoding", "").lower() == "gzip":
            data = zlib.decompressobj(31).decompress(data, MAX_BODY)
            headers = [one for one in headers if one[0].lower() not in DROPPED]
        # The judge reads what the client would.
        headers = [one for one in headers if one[0].lower() != "accept-encoding"]
        path = self.path.partition("?")[0]
        target = self.path if path not in (SYNC, TOKEN) else path
        return self._send(self.server.stage.decide(self.command, target, headers, data))

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.cut:
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            if name.lower() not in DROPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
