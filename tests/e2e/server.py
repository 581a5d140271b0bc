"""A really running `chot serve` over a demo without traffic, and a view into its log."""

from __future__ import annotations

import contextlib
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from credentials.own import issue_own
from credentials.splitting import Worker, issue_manifest
from server.config import load_config
from server.keys import KeyRing, public_jwk
from server.packs import DOCUMENT_ISSUER
from server.store.feed_pages import PulledEvent
from server.store.protocol import Store
from server.store.sqlite import open_store
from server.store.view_protocol import CrossingWhole

CHOT = Path(sys.executable).with_name("chot")
START_S = 30.0
STOP_S = 20.0
POLL_S = 0.05
T = TypeVar("T")


class WaitedTooLongError(AssertionError):
    """A condition did not come true in time; the message says which."""


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 20.0) -> T:
    """The first answer of `look` that is true, asked again and again within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise WaitedTooLongError(f"{what}: not within {seconds:g} s (last: {found!r})")
        time.sleep(POLL_S)


def chot(*arguments: str | Path) -> str:
    """Run `chot` and return what it printed."""
    done = subprocess.run(
        [CHOT, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"chot {arguments}: {done.stderr}"
    return done.stdout


def free_port() -> int:
    """A port nobody listens on at the moment."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free."""
    while True:
        with contextlib.ExitStack() as stack:
            first = 0
            try:
                for n in range(count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", first + n if first else 0))
                    first = first or probe.getsockname()[1]
            except OSError:
                continue
            return first


@dataclass(frozen=True, slots=True)
class Served:
    """A demo data directory and where it is served; `proxied` by a test where it needs failures."""

    data: Path
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def notes(self) -> dict[str, Any]:
        """demo.json: logins, badge secrets, the PIN."""
        notes: dict[str, Any] = json.loads((self.data / "demo.json").read_text("utf-8"))
        return notes

    @property
    def pin(self) -> str:
        return str(self.notes["pin"])

    def enrolment_link(self, checkpoint: str, lane: str, url: str | None = None) -> str:
        """A fresh one-time link from `chot device enrol`."""
        arguments = (
            "--checkpoint",
            checkpoint,
            "--lane",
            lane,
            "--url",
            url or self.url,
            "--no-qr",
        )
        printed = chot("device", "enrol", "--data", self.data, *arguments)
        return next(line for line in printed.splitlines() if "#enrol=" in line).strip()

    def badge(self, officer: str) -> str:
        """The text of an officer's badge, as on the sheet of /samples."""
        secret = next(one["secret"] for one in self.notes["officers"] if one["id"] == officer)
        claims = {"jti": f"badge-{officer}", "sub": officer, "sec": secret}
        return self.document("badge", claims)

    def document(
        self, kind: str, claims: dict[str, Any], valid_s: tuple[int, int] = (0, 86_400)
    ) -> str:
        """An own document, signed by the demo's key, good from and until `valid_s` from now."""
        keys = KeyRing.load_or_create(self.data)
        now_s = int(time.time())
        times = {"iss": DOCUMENT_ISSUER, "iat": now_s + valid_s[0], "exp": now_s + valid_s[1]}
        return issue_own(kind, times | claims, keys.documents, public_jwk(keys.documents)["kid"])

    def manifest(self, document_id: str, workers: Sequence[Worker], characters: int) -> list[str]:
        """The codes of a worker shuttle's manifest, each at most that long."""
        keys = KeyRing.load_or_create(self.data)
        now_s = int(time.time())
        claims = {
            "iss": DOCUMENT_ISSUER, "iat": now_s, "exp": now_s + 86_400, "jti": document_id,
            "c": f"Công ty {document_id}", "v": "60B-012.34", "q": "Biên Hòa – Nhơn Trạch",
        }  # fmt: skip
        kid = public_jwk(keys.documents)["kid"]
        return issue_manifest(claims, workers, keys.documents, kid, characters)

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """The store, opened beside the running server: to look, not to write."""
        with contextlib.closing(open_store(load_config(self.data))) as store:
            yield store

    def events(self, checkpoint: str, kind: str = "crossing") -> list[PulledEvent]:
        """What the log holds of a checkpoint, oldest first."""
        with self.store() as store:
            page = store.pull((checkpoint,), 0, 10_000, False)
        assert not page.more
        return [one for one in page.events if json.loads(one.body)["kind"] == kind]

    def plates(self, checkpoint: str) -> list[str]:
        """The plates of all crossing events of a checkpoint, one for each event."""
        bodies = [json.loads(one.body) for one in self.events(checkpoint)]
        return [(body["set"].get("plate") or {}).get("normal", "") for body in bodies]

    def record(self, checkpoint: str, plate: str) -> str:
        """The record of the one crossing with this plate."""
        found = [
            json.loads(one.body)["record"]
            for one in self.events(checkpoint)
            if f'"{plate}"' in one.body
        ]
        assert len(found) == 1, f"{plate}: {len(found)} events"
        return str(found[0])

    def crossing(self, record: str) -> CrossingWhole:
        """The merged crossing, once the projector has got there."""
        with self.store() as store:
            return wait_for(f"crossing {record} in the view", lambda: store.crossing(record))


@contextlib.contextmanager
def serving(data: Path, *arguments: str, port: int) -> Iterator[Served]:
    """`chot serve` in a process of its own until the block ends; its log must be clean then."""
    log = data.parent / f"serve-{port}.log"
    secure = "--lan" in arguments
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(CHOT), "serve", "--data", str(data), "--port", str(port), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        wait_for("the server's health", lambda: _healthy(process, port, secure, log), START_S)
        yield Served(data, port, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert code in (0, -signal.SIGTERM), f"chot serve ended with {code}: {log.read_text('utf-8')}"


def _healthy(process: subprocess.Popen[bytes], port: int, secure: bool, log: Path) -> bool:
    assert process.poll() is None, f"chot serve ended: {log.read_text('utf-8')}"
    # Only whether it is up: what the certificate is worth is the browser's to say.
    context = ssl._create_unverified_context() if secure else None
    scheme = "https" if secure else "http"
    try:
        with urllib.request.urlopen(
            f"{scheme}://127.0.0.1:{port}/api/v1/health", timeout=2, context=context
        ) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, urllib.error.URLError, ValueError):
        return False
