"""The bad wire of `chot simulate` as a proxy: what it does to each call is drawn by seed.

Pages and assets pass, also while the server is dead; only /api/v1 suffers. One wire a tablet, so
each tablet is an origin of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from cli.simulate.process import HOST

Fate = Literal[
    "fine",
    "request_lost",
    "answer_lost",
    "answer_late",
    "cut",
    "sent_twice",
    "overtaken",
    "partition",
    "server_killed",
    "500",
    "503",
    "429",
    "413",
    "401",
]
FATES: tuple[tuple[Fate, int], ...] = (
    ("fine", 51),
    ("request_lost", 7),
    ("answer_lost", 8),
    ("answer_late", 5),
    ("cut", 5),
    ("sent_twice", 6),
    ("overtaken", 4),
    ("partition", 2),
    ("500", 4),
    ("503", 2),
    ("429", 1),
    ("413", 2),
    ("401", 3),
)
"""Of a hundred calls; the kills come on top. overtaken: the tablet hears that it failed, and the
server gets it later, behind newer calls."""

API = "/api/v1/"
HEAD_BYTES = 64 * 1024
LATE_S = (0.05, 0.8)
PARTITION_S = (0.2, 1.2)
Patch = Callable[[str], str]
"""What is served as the tablet's script in the place of the built one."""


class Static:
    """Pages and assets, asked for once: a dead server must not keep a tablet from reloading."""

    def __init__(self, port: int, patch: Patch | None = None) -> None:
        self._port = port
        self._patch = patch
        self._held: dict[str, bytes] = {}

    async def get(self, path: str) -> bytes:
        if path not in self._held:
            answer = await forward(self._port, f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n", b"")
            if not answer.startswith(b"HTTP/1.1 200"):
                return answer
            self._held[path] = self._patched(path, answer)
        return self._held[path]

    def _patched(self, path: str, answer: bytes) -> bytes:
        if self._patch is None or not (path.endswith(".js") and "/assets/index-" in path):
            return answer
        head, _, body = answer.partition(b"\r\n\r\n")
        kept = [one for one in head.split(b"\r\n") if not one.lower().startswith(b"content-length")]
        script = self._patch(body.decode("utf-8")).encode("utf-8")
        length = f"Content-Length: {len(script)}".encode("ascii")
        return b"\r\n".join([*kept, length, b"", script])


async def forward(port: int, head: str, body: bytes) -> bytes:
    """The whole answer of the server, raw. OSError when it is not there, EOFError when cut."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"{head}Connection: close\r\n\r\n".encode("latin-1") + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not answer:
        raise EOFError("the server died")
    return answer


class Wire:
    """Between one tablet and the server on `upstream`. `calm` lets everything pass."""

    def __init__(
        self,
        upstream: int,
        static: Static,
        rng: random.Random,
        kill: Callable[[], Awaitable[None]],
        kills: set[int],
        often: Fate | None = None,
    ) -> None:
        """`kills`: the numbers of the calls under which the server is killed. `often`: a fate that
        meets one call in two."""
        self._upstream = upstream
        self._static = static
        self._rng = rng
        self._kill = kill
        self._kills = kills
        self._often = often
        self._server: asyncio.Server | None = None
        self._late: set[asyncio.Task[None]] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._cut_off_until = 0.0
        self.calm = True
        self.calls = 0
        self.fates: Counter[Fate] = Counter()
        self.through = 0
        """The highest receipt that was handed to the tablet whole."""
        self.at_once = 0
        self.most_at_once = 0
        """Rounds of sync under way at the same time."""
        self.port = 0

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Nothing is under way any more when this returns."""
        if self._server is not None:
            self._server.close()
        # A day that failed leaves calls behind, which nobody waits for.
        for call in self._serving:
            call.cancel()
        await asyncio.gather(*self._late, *self._serving, return_exceptions=True)

    async def heal(self) -> None:
        """From now on every call passes; what was late has arrived."""
        self.calm = True
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._serving.add(call)
        call.add_done_callback(self._serving.discard)
        # A browser may cut any connection at any time, and a server may be dead.
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
                await self._answer(reader, writer)
        finally:
            writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = raw.split(" ", 2)
        lines = [one for one in raw.split("\r\n")[1:] if one]
        length = next(
            (int(one[15:]) for one in lines if one.lower().startswith("content-length:")), 0
        )
        body = await reader.readexactly(length)
        if not path.startswith(API):
            writer.write(await self._static.get(path))
            await writer.drain()
            return
        kept = [
            one for one in lines if not one.lower().startswith(("connection:", "accept-encoding:"))
        ]
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{one}\r\n" for one in kept)
        syncing = path == f"{API}sync"
        self.at_once += syncing
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._meet(self._fate(), head, body, writer)
        finally:
            self.at_once -= syncing

    def _fate(self) -> Fate:
        if self.calm:
            return "fine"
        self.calls += 1
        if self.calls in self._kills:
            fate: Fate = "server_killed"
        elif asyncio.get_running_loop().time() < self._cut_off_until:
            fate = "request_lost"
        elif self._often is not None and self._rng.random() < 0.5:
            fate = self._often
        else:
            fate = self._rng.choices([one for one, _ in FATES], [weight for _, weight in FATES])[0]
        self.fates[fate] += 1
        return fate

    async def _meet(self, fate: Fate, head: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        if fate == "request_lost":
            return
        if fate == "partition":
            span_s = self._rng.uniform(*PARTITION_S)
            self._cut_off_until = asyncio.get_running_loop().time() + span_s
            return
        if fate == "overtaken":
            self._keep(self._send_late(self._rng.uniform(*LATE_S), head, body))
            return
        if fate in ("500", "503", "429", "413", "401"):
            writer.write(_refusal(int(fate)))
            await writer.drain()
            return
        if fate == "server_killed":
            self._keep(self._kill_soon(self._rng.uniform(0, 0.03)))
        answer = await forward(self._upstream, head, body)
        if fate == "sent_twice":
            answer = await forward(self._upstream, head, body)
        if fate == "answer_lost":
            return
        if fate == "answer_late":
            await asyncio.sleep(self._rng.uniform(*LATE_S))
        if fate == "cut":
            writer.write(answer[: self._rng.randrange(1, len(answer))])
            await writer.drain()
            return
        writer.write(answer)
        await writer.drain()
        self._note(answer)

    def _note(self, answer: bytes) -> None:
        _, _, body = answer.partition(b"\r\n\r\n")
        with contextlib.suppress(ValueError, KeyError, TypeError):
            self.through = max(self.through, json.loads(body)["receipt"]["through"])

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _send_late(self, seconds: float, head: str, body: bytes) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError, EOFError):
            await forward(self._upstream, head, body)

    async def _kill_soon(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._kill()


def _refusal(status: int) -> bytes:
    """A machine in between speaks: its page is not our JSON."""
    page = b"<html>no</html>"
    lines = [f"HTTP/1.1 {status} No", "Content-Type: text/html", f"Content-Length: {len(page)}"]
    lines += ["Retry-After: 1"] if status in (429, 503) else []
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("ascii") + page
