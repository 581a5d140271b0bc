"""`chot conformance` on the command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Chot
from tests.e2e.server import free_port

EXAMPLES = Path(__file__).parents[3] / "examples"
MINIMAL = EXAMPLES / "minimal_client.py"


def lines(client: Path, state: Path) -> tuple[str, ...]:
    run = shlex.join([sys.executable, str(client), str(state)])
    return ("--enrol", f"{run} enrol {{url}} {{code}}", "--write",
            f"{run} crossing {{plate}} in", "--sync", f"{run} sync")  # fmt: skip


@pytest.mark.slow
def test_the_example_conforms_at_the_level_it_says(chot: Chot, tmp_path: Path) -> None:
    url = ("--url", f"http://127.0.0.1:{free_port()}")
    done = chot("conformance", *url, "--level", "core", *lines(MINIMAL, tmp_path / "s.json"))
    assert "ĐẠT / conforms: 11" in done.output
    assert done.output.count("✓") == 11


@pytest.mark.slow
def test_a_broken_rule_is_printed_with_the_rule_itself(chot: Chot, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(MINIMAL.read_text("utf-8").replace("chot-batch/1", "chot-batch"), "utf-8")
    url = ("--url", f"http://127.0.0.1:{free_port()}")
    asked = ("conformance", *url)
    told = chot(*asked, *lines(wrong, tmp_path / "s.json"), exit_code=1).output
    assert "KHÔNG ĐẠT" in told and "B3" in told
    assert "SPEC B3: The signature is ES256" in told
    assert "→ POST /sync #1: cursor null, held_after null, unsent 2, batch 1 +2" in told
    again = (*asked, *lines(wrong, tmp_path / "t.json"), "--json")
    found = json.loads(chot(*again, exit_code=1).stdout)
    assert [one["outcome"] for one in found] == ["pass", "broken"]
    assert found[1]["findings"][0]["rule"] == "B3"


def test_who_never_comes_is_not_judged(chot: Chot) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    said = chot("conformance", "--url", url, "--patience", "5", exit_code=2).output
    assert f"{url}/tablet/#enrol=" in said and "PIN" in said
    assert "Máy không đăng ký" in said and "1 bước không thấy được" in said


def test_mistakes_are_said(chot: Chot) -> None:
    assert "go together" in chot("conformance", "--sync", "x", exit_code=1).output
    assert "không phải địa chỉ" in chot("conformance", "--url", "x", exit_code=1).output
    assert "--code" in chot("conformance", "--play", "client", exit_code=1).output
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert "Không mở được" in chot("conformance", "--url", url, exit_code=1).output
    url = f"http://127.0.0.1:{free_port()}"
    absent = ("--enrol", "no-such-program", "--write", "x", "--sync", "x")
    said = chot("conformance", "--url", url, *absent, exit_code=1).output
    assert f"Không chạy được, trong {Path.cwd()}" in said


def test_the_javascript_example_needs_node_and_nothing_else() -> None:
    text = (EXAMPLES / "client.mjs").read_text("utf-8")
    imported = [line.rpartition(" from ")[2] for line in text.splitlines() if " from " in line
                and line.startswith("import")]  # fmt: skip
    assert imported and all(one.startswith('"node:') for one in imported)
    assert "require(" not in text
