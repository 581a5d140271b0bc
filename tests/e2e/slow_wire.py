"""A network as slow as a bad cell, for all that a browser does: pages, workers, service worker.

Between a port of its own and the server: each way waits, and both ways share what a second carries.
Chromium's own throttling leaves out what workers fetch.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

CHUNK = 1460
"""One packet."""


@dataclass(frozen=True, slots=True)
class Line:
    """`round_trip_ms` is also what opening a connection costs."""

    kilobits_a_second: float
    round_trip_ms: float

    @property
    def bytes_a_second(self) -> float:
        return self.kilobits_a_second * 1000 / 8


SLOW_3G = Line(400, 400)


@dataclass(slots=True)
class _Way:
    """One direction, shared by all connections: who comes first is carried first."""

    line: Line
    free_at: float = 0
    carried: int = 0
    asked: list[int] = field(default_factory=list)

    async def carry(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        self.free_at = max(now, self.free_at) + len(data) / self.line.bytes_a_second
        self.carried += len(data)
        await asyncio.sleep(self.free_at - now)


class SlowWire:
    """In front of 127.0.0.1:`upstream`; runs in a thread until `close`."""

    def __init__(self, upstream: int, line: Line = SLOW_3G) -> None:
        self._upstream = upstream
        self._line = line
        self._up, self._down = _Way(line), _Way(line)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.port = 0
        self.connections = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sent(self) -> int:
        """Bytes that went up, headers and all."""
        return self._up.carried

    @property
    def received(self) -> int:
        """Bytes that came down."""
        return self._down.carried

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._connected, "127.0.0.1", 0)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        server.close()

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.connections += 1
        # The handshake, which the loopback has done by itself.
        await asyncio.sleep(self._line.round_trip_ms / 1000)
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            back.close()
            return
        await asyncio.gather(self._pass(near, forth, self._up), self._pass(far, back, self._down))

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, way: _Way
    ) -> None:
        """What comes later waits behind what came before; delays overlap, as on a long wire."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0, due - loop.time()))
                if not data:
                    break
                target.write(data)
                await target.drain()

        arriving = asyncio.ensure_future(arrive())
        half_s = self._line.round_trip_ms / 2000
        try:
            while data := await source.read(CHUNK):
                await way.carry(data)
                waiting.put_nowait((loop.time() + half_s, data))
            waiting.put_nowait((loop.time() + half_s, b""))
            await arriving
        except OSError:
            pass
        finally:
            arriving.cancel()
            target.close()
