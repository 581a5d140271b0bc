"""How long decide() takes for the largest shipped pack, beside a JSON round trip of its input.

Python: every sample journey of the pack, p95 of the calls. Chromium, where there is one, with the
CPU slowed down six times: the tablet's own code on the same journeys, p95 likewise. The yardstick
is JSON to text and back of the evidence and journey, in the same run and language. --json.

On a busy machine a call waits for its turn: in Python it counts as the fastest of three, in
Chromium, whose slowing down is such waiting too, as the mean of ten in a row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.yardstick import p95, seconds
from rules import decide
from tests.conftest import CHROMIUM
from tests.e2e.browser import FLAGS
from tests.node import node
from tests.rules import journeys

Line = tuple[Any, dict[str, Any], dict[str, Any], int]

SLOWDOWN = 6
ROUNDS = 40
MOST_PYTHON_MS = 1.0
MOST_CHROMIUM_MS = 5.0
ORIGIN = "http://rules.test/"
SOURCES = Path(__file__).parents[1] / "web" / "shared" / "rules"
STRIP = """
const { readFileSync } = require("node:fs");
const { stripTypeScriptTypes } = require("node:module");
const stripped = (path) => [path, stripTypeScriptTypes(readFileSync(path, "utf8"))];
process.stdout.write(JSON.stringify(Object.fromEntries(process.argv.slice(1).map(stripped))));
"""
TIMED = """
async ({ pack, lines, rounds }) => {
  const { decide, parseRulePack } = await import("/index.ts");
  const parsed = parseRulePack(pack.name, 1, pack.issued_at, pack.content);
  const mean = (call) => {
    const began = performance.now();
    for (let turn = 0; turn < 10; turn += 1) call();
    return (performance.now() - began) / 10;
  };
  const times = { decide: [], json: [] };
  const outcomes = lines.map(
    ([evidence, journey, external, now_ms]) =>
      decide(evidence, journey, external, now_ms, parsed).outcome,
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const [evidence, journey, external, now_ms] of lines) {
      times.decide.push(mean(() => decide(evidence, journey, external, now_ms, parsed)));
      times.json.push(mean(() => JSON.parse(JSON.stringify({ evidence, journey }))));
    }
  }
  return { ...times, outcomes };
}
"""


def largest_pack() -> str:
    """The shipped pack with the most rules, then the most text."""

    def size(name: str) -> tuple[int, int]:
        content = journeys.pack_content(name)
        return len(content["rules"]), len(json.dumps(content))

    return max(journeys.PACK_NAMES, key=size)


def lines_of(name: str) -> list[Line]:
    """What decide() takes before the pack, for every sample journey of one."""
    return [
        (
            journeys.evidence(name, case),
            journeys.journey(name, case),
            journeys.external(name, case),
            journeys.now_ms(name, case),
        )
        for case in journeys.sample(name)["cases"]
    ]


def in_python(name: str, lines: Sequence[Line], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each call."""
    pack = journeys.rule_pack(name)
    times: dict[str, list[float]] = {"decide": [], "json": []}
    for _ in range(rounds):
        for line in lines:
            shown = {"evidence": line[0], "journey": line[1]}
            times["decide"].append(_fastest_ms(partial(decide, *line, pack)))
            times["json"].append(_fastest_ms(partial(_round_trip, shown)))
    return times


def _fastest_ms(call: Callable[[], object]) -> float:
    return min(seconds(call) for _ in range(3)) * 1000


def _round_trip(value: object) -> object:
    return json.loads(json.dumps(value))


def in_chromium(name: str, lines: Sequence[Line], rounds: int) -> dict[str, list[float]]:
    """The same by the tablet's modules, types stripped and otherwise as they are written."""
    paths = [str(path) for path in SOURCES.glob("*.ts") if not path.stem.endswith(".test")]
    made = subprocess.run([node(), "-e", STRIP, *paths], capture_output=True, check=True, text=True)
    modules = {Path(path).name: text for path, text in json.loads(made.stdout).items()}

    def answer(route: Route) -> None:
        file = route.request.url.removeprefix(ORIGIN)
        if file in modules:
            route.fulfill(body=modules[file], content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    pack = {"name": name, "issued_at": journeys.ISSUED_AT, "content": journeys.pack_content(name)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        page.route(f"{ORIGIN}**", answer)
        page.goto(ORIGIN)
        client = page.context.new_cdp_session(page)
        client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        times: dict[str, Any] = page.evaluate(
            TIMED, {"pack": pack, "lines": list(lines), "rounds": -(-rounds // 10)}
        )
        browser.close()
    expected = [decide(*line, journeys.rule_pack(name)) for line in lines]
    if times.pop("outcomes") != [verdict.outcome for verdict in expected]:
        raise SystemExit("Chromium decided otherwise than Python")
    return times


def figures(times: dict[str, list[float]], limit_ms: float) -> dict[str, float]:
    """p95 of a call, its limit, and how many JSON round trips one costs on average."""
    return {
        "p95_ms": round(p95(times["decide"]), 3),
        "limit_ms": limit_ms,
        "ratio": round(sum(times["decide"]) / sum(times["json"]), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    name = largest_pack()
    lines = lines_of(name)
    result: dict[str, Any] = {
        "pack": name,
        "rules": len(journeys.rule_pack(name).content.rules),
        "journeys": len(lines),
        "python": figures(in_python(name, lines, arguments.rounds), MOST_PYTHON_MS),
    }
    if not arguments.no_browser and os.access(CHROMIUM, os.X_OK):
        times = in_chromium(name, lines, arguments.rounds)
        result["chromium"] = {"slowdown": SLOWDOWN, **figures(times, MOST_CHROMIUM_MS)}
    if arguments.json:
        print(json.dumps(result))
    else:
        print(f"{name}: {result['rules']} rules, {len(lines)} journeys")
        for where in ("python", "chromium"):
            if where in result:
                print(where, "  ".join(f"{key} {value}" for key, value in result[where].items()))
    slow = [one for one in ("python", "chromium") if one in result]
    raise SystemExit(any(result[one]["p95_ms"] > result[one]["limit_ms"] for one in slow))


if __name__ == "__main__":
    main()
