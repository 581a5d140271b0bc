"""A reverse proxy on localhost whose API can be made to fail: one origin sees each failure.

Pages and assets pass; what `fail` names happens to /api/v1 only. `down` closes the port.
"""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Failure = Literal["none", "500", "401", "lost", "hang"]
API = "/api/v1/"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "date", "server"}
UPSTREAM_TIMEOUT_S = 30.0


class Proxy:
    """In front of 127.0.0.1:`upstream`, on a port of its own.

    lost: the server gets the request, the browser no answer. hang: nobody gets anything until the
    failure changes; then the connection is cut.
    """

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.failure: Failure = "none"
        self.path = API
        self.changed = threading.Condition()
        self.calls = 0
        """Of the API, since the failure last changed."""
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.port = 0
        self.up()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def up(self) -> None:
        """Open the port: a free one at first, the same one again later."""
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.proxy = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def down(self) -> None:
        """Close the port: connections are refused."""
        if self._server is None or self._thread is None:
            return
        self.fail("none")
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    def fail(self, failure: Failure, path: str = API) -> None:
        """From now on, on paths that begin so."""
        with self.changed:
            self.failure = failure
            self.path = path
            self.calls = 0
            self.changed.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers cut connections; that is no fault of a test."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # One request a connection: a closed port must not be outlived by a kept connection.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self._pass()

    do_POST = do_GET  # noqa: N815

    def _pass(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        failure = self._failure()
        if failure in ("500", "401"):
            return self._problem(int(failure))
        if failure == "hang":
            with proxy.changed:
                proxy.changed.wait_for(lambda: proxy.failure != "hang", UPSTREAM_TIMEOUT_S)
            return None
        upstream = http.client.HTTPConnection(
            "127.0.0.1", proxy.upstream, timeout=UPSTREAM_TIMEOUT_S
        )
        try:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            data = answer.read()
        finally:
            upstream.close()
        if failure == "lost":
            return None
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        return None

    def _failure(self) -> Failure:
        proxy = self.server.proxy
        if not self.path.startswith(API):
            return "none"
        with proxy.changed:
            proxy.calls += 1
            return proxy.failure if self.path.startswith(proxy.path) else "none"

    def _problem(self, status: int) -> None:
        """What a broken machine in between says: not our JSON."""
        data = b"<html><body>Something went wrong</body></html>"
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
