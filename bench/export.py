"""What an export costs, as a ratio to a bare `sqlite3` cursor and `csv.writer` in the same run.

The ratio is one of processor seconds: who else uses the machine does not count.

    python bench/export.py [--rows 1000000] [--json]

The view holds `--rows` crossings: those of a demo, repeated with times and names of their own, as
a masked export reads the view alone. Measured is the whole command in a process of its own, start
included, its peak memory, and what it does in a second; unmasked over the demo itself, where every
person part is decrypted. Exit status 1 when the ratio is below LEAST or the peak above MOST_MB.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.yardstick import p95
from cli.demo.make import make_demo
from server.config import load_config
from server.serve import projecting
from server.store.sqlite import SqliteStore, open_store
from server.store.view.search import ROW
from tests.server.store.tablets import Tablet, enrolled

LEAST = 0.5
MOST_MB = 150
PAIRS = 3
OTHERS = ("jsonl", "sqlite", "parquet", "xlsx")
QUIET_S = 5.0
PAUSE_S = 0.05
NOON_MS = 1_795_323_600_000
SCRIPT = "import sys; from cli.main import main; main(sys.argv[1:])"


def grow(view_path: Path, rows: int) -> int:
    """Repeat the view's crossings until there are `rows`; how many there are then."""
    view = sqlite3.connect(view_path, isolation_level=None)
    (have,) = view.execute("SELECT count(*) FROM crossings").fetchone()
    columns = [row[1] for row in view.execute("PRAGMA table_info(crossings)")]
    moved = {
        "id": f"id + {1 << 32} * :turn",
        "record": "substr(record, 1, 19) || printf('%04x', :turn) || substr(record, 24)",
        "occurred_ms": "occurred_ms - 997 * :turn",
    }
    shown = ", ".join(moved.get(one, one) for one in columns)
    view.execute("BEGIN")
    turn = 0
    while have * (turn + 1) < rows:
        turn += 1
        view.execute(
            f"INSERT INTO crossings SELECT {shown} FROM crossings WHERE id < {1 << 32}",
            {"turn": turn},
        )
    view.execute("COMMIT")
    (count,) = view.execute("SELECT count(*) FROM crossings").fetchone()
    view.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    view.close()
    return int(count)


def bare(view_path: Path, target: Path) -> float:
    """Processor seconds for the same columns, in the same order, as they lie there."""
    begun = time.process_time()
    view = sqlite3.connect(f"{view_path.as_uri()}?mode=ro", uri=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(view.execute(f"{ROW} ORDER BY occurred_ms, record"))
    view.close()
    return time.process_time() - begun


def command(data: Path, target: Path, *more: str) -> list[str]:
    """`chot export` of everything there is."""
    window = ["--from", "2020-01-01", "--to", "2030-01-01", "--output", str(target)]
    return [sys.executable, "-c", SCRIPT, "export", *more, "--data", str(data), *window]


class Took(NamedTuple):
    """What a command took."""

    seconds: float
    processor_s: float
    peak_mb: float


def exported(data: Path, target: Path, *more: str) -> Took:
    """`chot export` in a process of its own."""
    asked = command(data, target, *more)
    target.unlink(missing_ok=True)
    begun = time.perf_counter()
    child = os.posix_spawn(sys.executable, asked, os.environ)
    _, status, used = os.wait4(child, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(asked)}: {status}")
    processor_s = used.ru_utime + used.ru_stime
    return Took(time.perf_counter() - begun, processor_s, used.ru_maxrss / 1000)


def pushed(store: SqliteStore, tablet: Tablet, is_over: Callable[[], bool]) -> list[float]:
    """Milliseconds of each push, twenty crossings every 50 ms, until it is over."""
    took = []
    while not is_over():
        batch = tablet.traffic(20)
        begun = time.perf_counter()
        tablet.push(store, batch)
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE_S)
    return took


def ingest(data: Path, target: Path) -> tuple[float, float]:
    """(p95 in ms of a push alone, while an export of everything runs beside it).

    The view is followed meanwhile, as a server does.
    """
    config = load_config(data)
    with open_store(config) as store, projecting(config, store.keys):
        tablet = enrolled(store, random.Random(1), "nt-ca-na")
        until = time.monotonic() + QUIET_S
        quiet = pushed(store, tablet, lambda: time.monotonic() > until)
        child = subprocess.Popen(command(data, target, "crossings"), stderr=subprocess.DEVNULL)
        busy = pushed(store, tablet, lambda: child.poll() is not None)
        if child.returncode != 0:
            raise SystemExit(f"the export beside the pushes: {child.returncode}")
    return p95(quiet), p95(busy)


def measure(rows: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="chot-bench-") as folder:
        home = Path(folder)
        data = home / "data"
        make_demo(data, NOON_MS, lambda _: None, days=1)
        people = exported(
            data, home / "n.csv", "passengers", "--unmask", "--purpose", "đo", "--case", "1"
        )
        unmasked = sum(1 for _ in (home / "n.csv").open()) / people.seconds
        count = grow(data / "view.db", rows)
        ratios, peaks, rates = [], [], []
        for _ in range(PAIRS):
            yard = bare(data / "view.db", home / "bare.csv")
            ours = exported(data, home / "l.csv", "crossings")
            ratios.append(yard / ours.processor_s)
            peaks.append(ours.peak_mb)
            rates.append(count / ours.seconds)
        others: dict[str, int] = {}
        for layout in OTHERS:
            ours = exported(data, home / f"l.{layout}", "crossings")
            (home / f"l.{layout}").unlink()
            others[f"{layout}_rows_per_s"] = round(count / ours.seconds)
            others[f"{layout}_peak_mb"] = round(ours.peak_mb)
            peaks.append(ours.peak_mb)
        alone, beside = ingest(data, home / "b.csv")
        return {
            "rows": count,
            "masked_ratio": round(sorted(ratios)[PAIRS // 2], 3),
            "masked_rows_per_s": round(sorted(rates)[PAIRS // 2]),
            "masked_peak_mb": round(max(peaks[:PAIRS])),
            "unmasked_people_per_s": round(unmasked),
            **others,
            "peak_mb": round(max(peaks)),
            "push_p95_ms": round(alone, 1),
            "push_beside_export_p95_ms": round(beside, 1),
            "load": round(os.getloadavg()[0], 1),
        }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.rows)
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:24} {value}")
    return int(found["masked_ratio"] < LEAST or found["peak_mb"] > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
