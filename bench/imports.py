"""What taking in a list costs, as a ratio to the least that it could in the same run.

The ratio is one of processor seconds, of the command in a process of its own with its children,
less those of a list of one row: who else uses the machine does not count. The least is

- for the watchlist: reading the rows, one AES-GCM and one insert each, in one transaction;
- for workers and permits: that, one ES256 signature, and one code by `qrcode`, which is most of it;
- for officers: that, and one PBKDF2 of a badge.

    python bench/imports.py [--rows 1000] [--lists watchlist,workers] [--json]

Officers are a twentieth of the rows. Exit status 1 when a ratio is below its bound in LEAST or the
command needs more memory than MOST_MB (its children, of some 25 MB each, not counted).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli.demo.make import make_demo
from server.issuing.codes import printed_code
from server.packs import officer_kek

LEAST = {"watchlist": 0.05, "workers": 0.6, "permits": 0.6, "officers": 0.4}
MOST_MB = 150
SAMPLE = 100
"""Rows whose code or key is made for the yardstick; the rest is counted as they were."""

NOON_MS = 1_795_323_600_000
SCRIPT = "import sys; from cli.main import main; main(sys.argv[1:])"
COMPANY = "Công ty TNHH Mẫu"
HEADS = {
    "watchlist": "Số giấy tờ;Họ tên;Diện;Xã;Từ;Đến",
    "workers": "Đơn vị;Họ tên;Số giấy tờ;Địa chỉ",
    "permits": "Họ tên;Số giấy tờ;Lý do",
    "officers": "Mã cán bộ;Họ tên;Vai trò;Chốt",
}
ROWS: dict[str, Callable[[int], str]] = {
    "watchlist": lambda n: f"{_number(n)};Lê Thử;F1;2021/22738;20/11/2026;4/12/2026",
    "workers": lambda n: f"{COMPANY};Lê Thử;{_number(n)};Thôn Mẫu {n % 50}",
    "permits": lambda n: f"Lê Thử;{_number(n)};Đi làm",
    "officers": lambda n: f"cb-{n};Lê Thử;cán bộ;hd-ql6",
}


def _number(n: int) -> str:
    return f"0240{90_000_000 + n}"


def asked(kind: str, source: Path, out: Path) -> list[str]:
    """The command that takes a list in."""
    until = ["--until", "31/12/2030"]
    return {
        "watchlist": ["watchlist", "import", str(source)],
        "workers": ["worker", "import", str(source), "--out", str(out), *until],
        "permits": ["issue", "permit", "--from", str(source), "--out", str(out), *until],
        "officers": ["officer", "import", str(source), "--badges", str(out)],
    }[kind]


def run(words: Sequence[str]) -> tuple[float, float, float]:
    """(seconds, processor seconds, peak in MB) of `chot …`, in a process of its own."""
    before = os.times()
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {child.returncode}")
    after = os.times()
    processor_s = sum(after[2:4]) - sum(before[2:4])
    return time.perf_counter() - begun, processor_s, used.ru_maxrss / 1000


def least(kind: str, source: Path, target: Path) -> float:
    """Processor seconds of a loop that does only what cannot be left out."""
    box, key = AESGCM(secrets.token_bytes(32)), ec.generate_private_key(ec.SECP256R1())
    begun = time.process_time()
    log = sqlite3.connect(target)
    log.execute("CREATE TABLE listed (n INTEGER PRIMARY KEY, sealed BLOB)")
    count = 0
    with log, source.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            nonce = secrets.token_bytes(12)
            sealed = nonce + box.encrypt(nonce, json.dumps(row).encode(), None)
            log.execute("INSERT INTO listed (sealed) VALUES (?)", (sealed,))
            count += 1
    log.close()
    spent = time.process_time() - begun
    dear = {"workers": _code, "permits": _code, "officers": _badge}.get(kind)
    if dear is None:
        return spent
    dear(key)
    begun = time.process_time()
    for _ in range(SAMPLE):
        dear(key)
    return spent + (time.process_time() - begun) * count / SAMPLE


def _code(key: ec.EllipticCurvePrivateKey) -> None:
    claims = {
        "iss": "chot", "iat": NOON_MS // 1000, "exp": NOON_MS // 1000, "jti": secrets.token_hex(7),
        "n": "Lê Thử", "i": _number(1), "o": COMPANY, "r": "Đi làm",
    }  # fmt: skip
    printed_code("CHOT1:" + jwt.encode(claims, key, "ES256", {"kid": "k" * 22}))


def _badge(key: ec.EllipticCurvePrivateKey) -> None:
    _code(key)
    officer_kek(secrets.token_bytes(16), "123456", "cb-1")


def measure(kinds: Sequence[str], rows: int) -> dict[str, Any]:
    found: dict[str, Any] = {"rows": rows, "processors": os.cpu_count()}
    with tempfile.TemporaryDirectory(prefix="chot-bench-") as folder:
        home = Path(folder)
        data = home / "data"
        make_demo(data, NOON_MS, lambda _: None, days=0)
        companies = home / "companies.csv"
        companies.write_text(f"Tên đơn vị\n{COMPANY}\n", "utf-8")
        run(["company", "import", str(companies), "--data", str(data)])
        one = home / "one.csv"
        one.write_text(f"{HEADS['watchlist']}\n{ROWS['watchlist'](rows)}", "utf-8")
        _, start_s, _ = run([*asked("watchlist", one, home), "--data", str(data)])
        found["start_processor_s"] = round(start_s, 2)
        for kind in kinds:
            count = max(1, rows // 20) if kind == "officers" else rows
            source = home / f"{kind}.csv"
            lines = (ROWS[kind](n) for n in range(count))
            source.write_text("\n".join([HEADS[kind], *lines]), "utf-8")
            yard = least(kind, source, home / f"{kind}.db")
            words = [*asked(kind, source, home / kind), "--data", str(data)]
            took, processor_s, peak_mb = run(words)
            found[f"{kind}_ratio"] = round(yard / max(processor_s - start_s, 0.001), 3)
            found[f"{kind}_rows_per_s"] = round(count / took, 1)
            found[f"{kind}_processor_s"] = round(processor_s, 2)
            found[f"{kind}_peak_mb"] = round(peak_mb)
    return found | {"load": round(os.getloadavg()[0], 1)}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000)
    options.add_argument("--lists", default=",".join(HEADS))
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    kinds = chosen.lists.split(",")
    found = measure(kinds, chosen.rows)
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:24} {value}")
    return int(
        any(found[f"{one}_ratio"] < LEAST[one] for one in kinds)
        or any(found[f"{one}_peak_mb"] > MOST_MB for one in kinds)
    )


if __name__ == "__main__":
    sys.exit(main())
