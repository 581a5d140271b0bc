"""The same traffic through express-pouchdb, the CouchDB-like server people would else deploy.

npm fetches it into a folder that is deleted afterwards; it is no dependency of anything. Events go
to `_bulk_docs` as documents of equal texts, 1,000 a request, and come back by `_changes` with their
documents, 500 a page: both over HTTP on one keep-alive connection, as ours beside them. It checks
nothing of what it takes in and does not sync its files (LevelDB's default).
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.served import BATCH, ROUNDS, Client, connected, request_of
from bench.yardstick import seconds
from sync.batch import Batch

PACKAGES = ("express@4", "express-pouchdb@4.2.0", "pouchdb@9.0.0")
INSTALL_S = 180
END_S = 10.0
PAGE = 500

PROGRAM = """
const PouchDB = require("pouchdb").defaults({ prefix: __dirname + "/data/" });
const pouch = require("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB", inMemoryConfig: true,
  logPath: __dirname + "/log.txt" });
const app = require("express")().use("/", pouch);
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""


class PeerError(Exception):
    """express-pouchdb cannot be measured here, and why."""


class Peer:
    """One database of a running express-pouchdb."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._call("PUT", "/bench")
        self._since: int | str = 0

    def push(self, documents: list[bytes]) -> None:
        for one in documents:
            told = self._call("POST", "/bench/_bulk_docs", one)
            if not all(result.get("ok") for result in told):
                raise PeerError("express-pouchdb refused a document")

    def pull(self) -> int:
        """How many documents there are after those pulled before."""
        found = 0
        while True:
            path = f"/bench/_changes?include_docs=true&limit={PAGE}&since={self._since}"
            told = self._call("GET", path)
            self._since = told["last_seq"]
            found += len(told["results"])
            if len(told["results"]) < PAGE:
                return found

    def _call(self, method: str, path: str, data: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json"} if data else {}
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise PeerError(f"express-pouchdb answered {answer.status} to {method} {path}")
        return json.loads(text)


def beside_pouchdb(folder: Path, seed: int, rows: int) -> dict[str, Any]:
    """Our events a second over HTTP ÷ its; where it cannot be had, the reason instead."""
    try:
        _install(folder / "peer")
        with _running(folder / "peer") as port:
            return _measure(folder / "ours", Peer(port), seed, rows)
    except (PeerError, OSError, subprocess.SubprocessError) as error:
        reason = f"not measured: {str(error)[:300]}"
        return {"pouchdb_push_ratio": reason, "pouchdb_pull_ratio": reason}


def _measure(data: Path, peer: Peer, seed: int, rows: int) -> dict[str, Any]:
    push, pull, theirs = [], [], []
    with connected(data, random.Random(seed), 1) as (_, (client,)):
        cursor = ""
        for _ in range(ROUNDS):
            batches = [client.tablet.traffic(BATCH) for _ in range(rows // BATCH)]
            documents = [_documents(one) for one in batches]
            texts = [request_of(one) for one in batches]
            theirs.append(seconds(partial(peer.push, documents)))
            push.append(theirs[-1] / seconds(partial(client.push, texts)))
            start = time.perf_counter()
            if peer.pull() != rows:
                raise PeerError("express-pouchdb did not give out what it was given")
            theirs_s = time.perf_counter() - start
            start = time.perf_counter()
            cursor = _pull(client, cursor)
            pull.append(theirs_s / (time.perf_counter() - start))
    return {
        "pouchdb_docs_per_s": round(rows / statistics.median(theirs)),
        "pouchdb_push_ratio": round(statistics.median(push), 2),
        "pouchdb_pull_ratio": round(statistics.median(pull), 2),
    }


def _pull(client: Client, cursor: str) -> str:
    told = client.sync(request_of(None, cursor))
    while told["more"]:
        told = client.sync(request_of(None, told["cursor"]))
    return str(told["cursor"])


def _documents(batch: Batch) -> bytes:
    documents = [
        {"_id": f"{batch.device}:{batch.first + at:012d}", "body": one.body, "person": one.person}
        for at, one in enumerate(batch.events)
    ]
    return json.dumps({"docs": documents}, ensure_ascii=False, separators=(",", ":")).encode()


def _install(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "peer.cjs").write_text(PROGRAM)
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise PeerError("npm is not there")
    asked = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S)
    if done.returncode:
        raise PeerError(f"npm failed: {done.stderr.strip()}")


@contextmanager
def _running(folder: Path) -> Iterator[int]:
    """The port of a process of its own; ended when the block ends."""
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            ["node", "peer.cjs"], cwd=folder, stdout=subprocess.PIPE, stderr=errors
        )
    try:
        line = process.stdout.readline().strip() if process.stdout else b""
        if not line.isdigit():
            raise PeerError("express-pouchdb did not start")
        yield int(line)
    finally:
        process.kill()
        process.wait(END_S)
