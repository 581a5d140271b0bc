"""A server as people run it: granian in processes of its own, on a free port."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 20.0

PROGRAM = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
# qrcode loads Pillow wherever it finds it, and tests need it: a server is installed without.
sys.modules["PIL"] = None
from server.config import load_config
from server.keys import KeyRing
from server.serve import serve
from server.tls import lan_certificate

if __name__ == "__main__":
    data, port, lan = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "lan"
    certificate = None
    if lan:
        keys = KeyRing.load_or_create(data)
        certificate = lan_certificate(data, keys, datetime.now(UTC), [], "chot-test")
    serve(replace(load_config(data), demo=True), "127.0.0.1", port, certificate)
"""


@dataclass(slots=True)
class Served:
    """A running server; `log` is what it wrote to standard error."""

    base: str
    process: subprocess.Popen[bytes]
    started_s: float
    log: Path
    context: ssl.SSLContext | None = None

    def call(
        self,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        packed: bool = False,
    ) -> tuple[int, Any, dict[str, str]]:
        """(status, JSON, headers) of one request; `packed`: gzip both ways."""
        sent = dict(headers or {})
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if packed and data is not None:
            data = gzip.compress(data)
            sent |= {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
        request = urllib.request.Request(self.base + path, data=data, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=20, context=self.context) as answer:
                status, raw, got = answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            status, raw, got = error.code, error.read(), dict(error.headers)
        if got.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        return status, json.loads(raw), got

    def pss_kb(self) -> int:
        """Memory of all its processes, shared pages split among them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        total = 0
        for pid in (str(self.process.pid), *children.split()):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
        return total

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextmanager
def served(data: Path, lan: bool = False) -> Iterator[Served]:
    """A server on `data`, answering; ended when the block ends."""
    port = free_port()
    log = data.parent / f"serve-{port}.log"
    began = time.monotonic()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(data), str(port), "lan" if lan else "local"],
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        )
    server = Served(f"{'https' if lan else 'http'}://127.0.0.1:{port}", process, 0.0, log)
    try:
        while True:
            if process.poll() is not None:
                raise AssertionError(f"the server ended: {log.read_text()}")
            try:
                ca = data / "tls" / "ca.pem"
                if lan and ca.exists():
                    server.context = ssl.create_default_context(cafile=str(ca))
                server.call("/api/v1/health")
                break
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() - began > START_S:
                    raise
                time.sleep(0.02)
        server.started_s = time.monotonic() - began
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on, with the next one free too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
