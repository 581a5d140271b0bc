"""What each flow costs an officer: taps, keys, decisions, and the tablet's own time; --json.

Runs the tests of tests/e2e/flows in real Chromium and adds up what they counted: 1.2 s a tap or a
code held up, 1.35 s a decision, 0.28 s a key (keystroke-level model) and the machine's measured
time. Issue 6 sets its targets on this sum; the ratio is the sum to its target. Fails where a sum
misses its target, or where, in half of the flows, a tap waits over 100 ms for its next frame.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import CHROMIUM
from tests.e2e.flows.klm import DECISION_S, KEY_S, REPORT, TAP_S

ROOT = Path(__file__).resolve().parents[1]
FLOWS = ROOT / "tests" / "e2e" / "flows"
MOST_TAP_MS = 100


def measured() -> tuple[list[dict[str, Any]], str]:
    """A line for each flow, as klm.py reports it, and what pytest said where a test failed.

    A flow that failed has no line; the others stand.
    """
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "flows.jsonl"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(FLOWS)],
            cwd=ROOT,
            env=os.environ | {REPORT: str(report)},
            capture_output=True,
            text=True,
            check=False,
        )
        lines = report.read_text("utf-8").splitlines() if report.exists() else []
    found = [json.loads(line) for line in lines]
    summed = [one | {"sum_s": one["hands_s"] + one["machine_ms"] / 1000} for one in found]
    return summed, "" if done.returncode == 0 else done.stdout[-4000:]


def main() -> int:
    if not os.access(CHROMIUM, os.X_OK):
        print(f"no Chromium at {CHROMIUM}: skipped")
        return 0
    found, failed = measured()
    flows = [one for one in found if one["name"] not in ("đếm thử", "quá lâu")]
    late = [one for one in flows if one["target_s"] is not None and one["sum_s"] > one["target_s"]]
    if not flows:
        print(failed, file=sys.stderr)
        return 1
    tap_ms = statistics.median(one["frame_ms"] for one in flows)
    if "--json" in sys.argv:
        print(json.dumps({"flows": flows, "tap_ms": tap_ms}, ensure_ascii=False))
    else:
        print(f"{TAP_S} s a tap or scan, {DECISION_S} s a decision, {KEY_S} s a key")
        print("  sum     of  ratio  taps scans keys decisions  machine  flow")
        for one in flows:
            target = one["target_s"]
            share = "" if target is None else f"{one['sum_s'] / target:.2f}"
            print(
                f"{one['sum_s']:5.1f} {'' if target is None else f'{target:g}':>6} {share:>6}"
                f" {one['taps']:5} {one['scans']:5} {one['keys']:4} {len(one['decisions']):9}"
                f" {one['machine_ms']:5} ms  {one['name']}"
            )
        print(f"from a tap to its next frame at longest, half of the flows below: {tap_ms:.0f} ms")
    if failed:
        print(failed, file=sys.stderr)
    return 1 if failed or late or tap_ms > MOST_TAP_MS else 0


if __name__ == "__main__":
    sys.exit(main())
