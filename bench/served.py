"""The same over real HTTP: `chot serve`'s own granian, a keep-alive connection, bearer tokens.

Memory is the sum of the processes' own peaks. How far the projector is behind is read from the
files: the time from an acknowledged push until the view's watermark has passed its last event.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.yardstick import Yardstick, p95, seconds
from server.config import Config
from server.keys import KeyRing
from server.store.log.pull import newest_n
from server.store.reader import read_only
from server.store.sqlite import open_store
from server.tokens import make_access_token
from sync.batch import Batch, batch_to_json
from tests.server.api.serving import Served, served
from tests.server.store.tablets import CHECKPOINT, Tablet, enrolled

BATCH = 1000
ROUNDS = 3
EVENTS_PER_S = 200
PUSH_EVENTS = 10
POLL_S = 0.01
CLIENTS = 8


class Client:
    """One tablet's connection to a served process."""

    def __init__(self, server: Served, tablet: Tablet, token: str) -> None:
        self.tablet = tablet
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=60)

    def sync(self, text: bytes, packed: bool = False) -> Any:
        """The answer to one request."""
        extra = {"Accept-Encoding": "gzip"} if packed else {}
        try:
            status, data = self._post(text, self._headers | extra)
        except (ConnectionError, http.client.BadStatusLine):
            # granian closes a connection that was idle for half a minute, which one is while a
            # slow machine's projector catches up. The request can be sent again: a batch that is
            # held already is answered as a duplicate.
            self._connection.close()
            status, data = self._post(text, self._headers | extra)
        if status != 200:
            raise AssertionError(f"{status}: {data[:300]!r}")
        return json.loads(gzip.decompress(data) if packed else data)

    def _post(self, text: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self._connection.request("POST", "/api/v1/sync", text, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def push(self, texts: list[bytes]) -> None:
        for text in texts:
            told = self.sync(text)
            if told["results"][-1]["state"] not in ("accepted", "duplicate"):
                raise AssertionError(told["results"][-1])

    def close(self) -> None:
        self._connection.close()


def over_http(data: Path, seed: int, rows: int, lag_s: float) -> dict[str, Any]:
    """Ratios of pushes and retries, milliseconds of an empty round, peak memory, the lag."""
    raw = Yardstick(data.parent / "raw-http.db")
    with closing(raw), connected(data, random.Random(seed), CLIENTS) as (server, clients):
        figures = _pushes(clients, raw, rows)
        cursor = _end(clients[0])
        empty = [seconds(lambda: clients[0].sync(request_of(None, cursor))) for _ in range(100)]
        figures["http_empty_ms"] = round(statistics.median(empty) * 1000, 2)
        figures |= _lag(clients[0], data, lag_s)
        figures["peak_mib"] = round(peak_kib(server.process.pid) / 1024, 1)
    return figures


@contextmanager
def connected(data: Path, rng: random.Random, count: int) -> Iterator[tuple[Served, list[Client]]]:
    """A served process and `count` enrolled tablets with a connection each."""
    now_ms = time.time_ns() // 1_000_000
    with open_store(Config(data)) as store:
        tablets = [enrolled(store, rng) for _ in range(count)]
        epoch = store.epoch
    session = KeyRing.load_or_create(data).session
    with served(data) as server:
        clients = []
        for tablet in tablets:
            members = {"checkpoint": CHECKPOINT}
            token = make_access_token("device", tablet.device.id, members, session, epoch, now_ms)
            clients.append(Client(server, tablet, token))
        yield server, clients
        for one in clients:
            one.close()


def _pushes(clients: list[Client], raw: Yardstick, rows: int) -> dict[str, Any]:
    one, eight, retry = [], [], []
    for _ in range(ROUNDS):
        batches = [clients[0].tablet.traffic(BATCH) for _ in range(rows // BATCH)]
        texts = [request_of(batch) for batch in batches]
        shared = [
            [request_of(c.tablet.traffic(BATCH)) for _ in range(rows // BATCH // CLIENTS)]
            for c in clients
        ]
        base = raw.seconds(batches)
        one.append(base / seconds(partial(clients[0].push, texts)))
        retry.append(base / seconds(partial(clients[0].push, texts)))
        threads = [
            threading.Thread(target=client.push, args=(own,))
            for client, own in zip(clients, shared, strict=True)
        ]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        eight.append(base / (time.perf_counter() - start))
    return {
        "http_push_ratio": round(statistics.median(one), 3),
        "http_push8_ratio": round(statistics.median(eight), 3),
        "http_retry_ratio": round(statistics.median(retry), 3),
    }


def _lag(client: Client, data: Path, lag_s: float) -> dict[str, Any]:
    """How long after its acknowledgement an event is in the view, at 200 events a second."""
    log, view = read_only(data / "log.db"), read_only(data / "view.db")
    caught_up_s = _wait(lambda: _watermark(view) >= newest_n(log))
    waiting: list[tuple[int, float]] = []
    behind: list[float] = []
    start = time.monotonic()
    pushes = round(lag_s * EVENTS_PER_S / PUSH_EVENTS)
    done = 0
    while done < pushes or waiting:
        if done < pushes and time.monotonic() - start >= done * PUSH_EVENTS / EVENTS_PER_S:
            client.push([request_of(client.tablet.traffic(PUSH_EVENTS))])
            waiting.append((newest_n(log), time.monotonic()))
            done += 1
        mark, now = _watermark(view), time.monotonic()
        while waiting and waiting[0][0] <= mark:
            behind.append(now - waiting.pop(0)[1])
        time.sleep(POLL_S)
    log.close()
    view.close()
    return {
        "projector_backlog_s": round(caught_up_s, 2),
        "projector_p50_ms": round(statistics.median(behind) * 1000),
        "projector_p95_ms": round(p95(behind) * 1000),
        "projector_max_ms": round(max(behind) * 1000),
    }


def _wait(ready: Callable[[], bool]) -> float:
    start = time.monotonic()
    while not ready():
        time.sleep(POLL_S)
    return time.monotonic() - start


def _watermark(view: Any) -> int:
    return int(view.execute("SELECT value FROM meta WHERE key = 'watermark'").fetchone()[0])


def _end(client: Client) -> str:
    """The cursor after everything there is."""
    told = client.sync(request_of(None, ""))
    while told["more"]:
        told = client.sync(request_of(None, told["cursor"]))
    return str(told["cursor"])


def request_of(batch: Batch | None, cursor: str | None = None) -> bytes:
    """A push, or where `cursor` is given ("": from the start) a pull."""
    request = {
        "protocol": 1,
        "cursor": cursor or None,
        "feeds": [] if cursor is None else [f"checkpoint:{CHECKPOINT}"],
        "batch": None if batch is None else batch_to_json(batch),
        "unsent": 0,
        "device_time": time.time_ns() // 1_000_000,
    }
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


def peak_kib(pid: int) -> int:
    """What a process and its children ever had resident; pages that they share count in each."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for one in (str(pid), *children):
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            total += int(line.split()[1]) if line.startswith("VmHWM:") else 0
    return total
