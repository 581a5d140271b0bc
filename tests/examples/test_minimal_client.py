"""The client that third parties start from, against a real server, its answers lost on the way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot, free_port, serving

CLIENT = Path(__file__).parents[2] / "examples" / "minimal_client.py"
MOST_LINES = 120


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("client") / "data"
    chot("demo", "--data", data, "--days", "0")
    with serving(data, port=free_port()) as running:
        yield running


def run(*arguments: object, fails: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, CLIENT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout


def test_it_is_short_and_knows_nothing_of_our_rooms() -> None:
    text = CLIENT.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))
    assert imported == {"base64", "cryptography"}


def test_it_enrols_pushes_survives_a_lost_answer_and_pulls(served: Served, tmp_path: Path) -> None:
    code = served.enrolment_link("nt-ca-na", "o-to").split("#enrol=")[1]
    proxy = Proxy(served.port)
    state = tmp_path / "state.json"
    try:
        proxy.fail("lost", "/api/v1/devices/enrol")
        run(state, "enrol", proxy.url, code, fails=True)
        proxy.fail("none")
        run(state, "enrol", proxy.url, code)
        run(state, "enrol", proxy.url, code, fails=True)
        run(state, "crossing", "29A12345", "in")
        run(state, "crossing", "85C56789", "out")
        proxy.fail("lost", "/api/v1/sync")
        run(state, "sync", fails=True)
        proxy.fail("none")
        assert json.loads(state.read_text())["through"] == 0
        told = run(state, "sync")
    finally:
        proxy.down()
    assert "1 duplicate" in told and "2 duplicate" in told and "unsent 0" in told
    assert json.loads(state.read_text())["seen"] >= 2
    kept = json.loads(state.read_text())
    # No backup holds them yet, so they stay.
    assert (kept["through"], kept["base"], len(kept["own"])) == (2, 0, 2)
    device = kept["device"]
    held = [one for one in served.events("nt-ca-na") if one.device == device]
    assert [one.seq for one in held] == [1, 2]


def test_the_how_to_holds_every_line_of_it_in_order() -> None:
    page = (CLIENT.parents[1] / "docs/how-to/write-a-client.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n", page, re.DOTALL)
    assert len(blocks) > 8
    assert "".join(blocks) == CLIENT.read_text("utf-8")
