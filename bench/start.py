"""How fast the server starts, as a ratio to importing what it is made of, in the same run.

Prints start seconds (process start to first good /health, demo units without traffic), the
yardstick (a fresh Python importing Flask, marshmallow and cryptography), and their ratio.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

CHOT = Path(sys.executable).parent / "chot"
IMPORTS = "import flask, flask_smorest, marshmallow, sqlite_utils, jwt, qrcode, cryptography.x509"
LIMIT_S = 2.0


def started_s(data: Path) -> float:
    """Seconds until a fresh server answers, then it is stopped."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [str(CHOT), "serve", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            while server.poll() is None:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health").close()
                except urllib.error.URLError:
                    time.sleep(0.01)
                    continue
                return time.perf_counter() - began
        finally:
            server.terminate()
    raise SystemExit("the server ended by itself")


def imported_s() -> float:
    """Seconds of a fresh interpreter that imports the libraries and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        subprocess.run(
            [str(CHOT), "demo", "--days", "0", "--data", str(data)], check=True, capture_output=True
        )
        pairs = [(started_s(data), imported_s()) for _ in range(arguments.runs)]
    result = {
        "start_s": round(statistics.median(start for start, _ in pairs), 3),
        "import_s": round(statistics.median(imported for _, imported in pairs), 3),
        "ratio": round(statistics.median(start / imported for start, imported in pairs), 2),
        "limit_s": LIMIT_S,
    }
    print(
        json.dumps(result) if arguments.json else "  ".join(f"{k} {v}" for k, v in result.items())
    )
    raise SystemExit(result["start_s"] > LIMIT_S)


if __name__ == "__main__":
    main()
