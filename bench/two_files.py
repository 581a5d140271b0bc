"""What an acknowledgement costs while the projector catches up in another process (ADR 5).

    python bench/two_files.py [--json] [--backlog 50000]

p95 of a 20-event push, alone and during a catch-up of `--backlog` events; at most three times,
else the exit status is 1. The projector runs in its own process, as in `chot serve`.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.config import Config
from server.keys import KeyRing
from server.projector import Projector
from server.store.sqlite import SqliteStore, open_store
from sync.batch import Batch, verify_batch
from tests.server.store.tablets import Tablet, enrolled

SEED = 20261122
BATCH = 1000
PUSH = 20
MAX_ACK_RATIO = 3.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--backlog", type=int, default=50_000, help="events to catch up with")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="chot-bench-") as folder:
        figures: dict[str, Any] = {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "seed": SEED,
            **acknowledgements(Path(folder) / "ack", given.backlog),
        }
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")
    sys.exit(figures["ack_ratio"] > MAX_ACK_RATIO)


def acknowledgements(data: Path, backlog: int) -> dict[str, float]:
    """p95 of a 20-event push, alone and while another process projects `backlog` events."""
    config = Config(data)
    with open_store(config) as store:
        tablet = enrolled(store, random.Random(SEED + 1))
        for batch in crossings(tablet, backlog):
            tablet.push(store, batch)
        with Projector(config, store.keys):
            pass  # the lock and the files exist, nothing is projected
        idle = [timed_push(store, tablet) for _ in range(300)]
        child = subprocess.Popen(
            [sys.executable, __file__, "--project", str(data)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        start = time.perf_counter()
        busy = []
        while child.poll() is None:
            busy.append(timed_push(store, tablet))
        took = time.perf_counter() - start
        child.stdout.close()
        watermark, newest = store.projected()
    return {
        "ack_idle_p50_ms": ms(statistics.median(idle)),
        "ack_idle_p95_ms": ms(p95(idle)),
        "ack_busy_p50_ms": ms(statistics.median(busy)),
        "ack_busy_p95_ms": ms(p95(busy)),
        "ack_busy_max_ms": ms(max(busy)),
        "ack_busy_pushes": len(busy),
        "ack_ratio": round(p95(busy) / p95(idle), 2),
        "backlog": backlog,
        "projected_per_s": round(watermark / took),
        "left_behind": newest - watermark,
    }


def project(data: Path) -> None:
    """The other process: catch up once, then end."""
    config = Config(data)
    with Projector(config, KeyRing.load_or_create(data)) as one:
        print("ready", flush=True)
        one.catch_up()


def crossings(tablet: Tablet, count: int) -> Iterator[Batch]:
    for _ in range(count // BATCH):
        yield tablet.crossings(BATCH)


def timed_push(store: SqliteStore, tablet: Tablet) -> float:
    batch = tablet.crossings(PUSH)
    chain = verify_batch(batch, tablet.key.public_key())
    start = time.perf_counter()
    store.push(batch, chain, tablet.device, tablet.now_ms)
    return time.perf_counter() - start


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--project"]:
        project(Path(sys.argv[2]))
    else:
        main()
