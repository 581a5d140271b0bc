"""A live server that dies and comes back, one Chromium, and the tablets that a run needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from cli.simulate.process import ServerProcess
from credentials.own import issue_own
from server.config import Config, load_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing, public_jwk
from server.packs import DOCUMENT_ISSUER
from server.store.registered import Enrolment
from server.store.sqlite import open_store
from tests.conftest import CHROMIUM
from tests.e2e.browser import FLAGS
from tests.e2e.outbox.wire import Patch, Static
from tests.e2e.server import chot

CHECKPOINTS = ("hd-ql6", "hd-ql21b", "hd-to-huu", "nt-ca-na", "nt-thuan-bac", "nt-ninh-son")
HOUR_MS = 3_600_000


class LiveServer:
    """`chot serve` in a process of its own; killed by one at a time, and then started again."""

    def __init__(self, data: Path) -> None:
        self._process = ServerProcess(data)
        self._changed = asyncio.Condition()
        self._enrolling = 0
        self._dying = False
        self.kills = 0

    @property
    def port(self) -> int:
        return self._process.port

    async def start(self) -> None:
        await asyncio.to_thread(self._process.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._process.stop)

    async def kill(self) -> None:
        """SIGKILL, whatever it is doing; it is up again when this returns."""
        async with self._changed:
            if self._dying:
                return
            self._dying = True
            await self._changed.wait_for(lambda: self._enrolling == 0)
        self.kills += 1
        await asyncio.to_thread(self._process.kill)
        await asyncio.to_thread(self._process.start)
        async with self._changed:
            self._dying = False
            self._changed.notify_all()

    @contextlib.asynccontextmanager
    async def enrolling(self) -> AsyncIterator[None]:
        """Nobody kills it inside: an enrolment whose answer is lost costs its code."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._dying)
            self._enrolling += 1
        try:
            yield
        finally:
            async with self._changed:
                self._enrolling -= 1
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Bench:
    """What all tablets of a run share. `notes`: demo.json."""

    config: Config
    server: LiveServer
    browser: Browser
    static: Static
    notes: dict[str, Any] = field(repr=False)

    @property
    def pin(self) -> str:
        return str(self.notes["pin"])

    def badge(self, officer: str) -> str:
        """The text of an officer's badge, good for a day."""
        secret = next(one["secret"] for one in self.notes["officers"] if one["id"] == officer)
        keys = KeyRing.load_or_create(self.config.data_dir)
        now_s = int(time.time())
        claims = {"iss": DOCUMENT_ISSUER, "iat": now_s, "exp": now_s + 86_400, "sub": officer}
        kid = public_jwk(keys.documents)["kid"]
        return issue_own(
            "badge", claims | {"jti": f"badge-{officer}", "sec": secret}, keys.documents, kid
        )


@contextlib.asynccontextmanager
async def bench(folder: Path, patch: Patch | None = None) -> AsyncIterator[Bench]:
    """A fresh demo without traffic, served, and a Chromium; the server is stopped at the end."""
    data = folder / "data"
    await asyncio.to_thread(chot, "demo", "--data", data, "--days", "0")
    notes = json.loads((data / "demo.json").read_text("utf-8"))
    server = LiveServer(data)
    await server.start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, headless=True, chromium_sandbox=False, args=list(FLAGS)
            )
            yield Bench(load_config(data), server, browser, Static(server.port, patch), notes)
            await browser.close()
    finally:
        await server.stop()


def new_codes(config: Config, count: int) -> list[tuple[str, str]]:
    """(checkpoint, one-time code) for each tablet, spread over the checkpoints."""
    codes = []
    with contextlib.closing(open_store(config)) as store:
        for n in range(count):
            checkpoint, code = (
                CHECKPOINTS[n % len(CHECKPOINTS)],
                new_code(secrets.token_bytes(CODE_RANDOM_BYTES)),
            )
            enrolment = Enrolment(checkpoint, "o-to", f"hộp gửi {n + 1}")
            store.add_enrolment(code_hash(code), enrolment, _now_ms() + HOUR_MS)
            codes.append((checkpoint, code))
    return codes


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
