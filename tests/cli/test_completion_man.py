"""Tab completes, and the manual page holds every command and option in words that roff takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.man import page
from tests.cli.conftest import Chot
from tests.cli.help_examples import commands

CHOT = Path(sys.executable).parent / "chot"
ROOT = Path(__file__).parent.parent.parent


def completed(shell: str, words: str, at: int) -> str:
    environment = os.environ | {
        "_CHOT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": words.split()[-1] if shell == "fish" else str(at),
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run([CHOT], env=environment, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    said = completed(shell, "chot exp", 1)
    assert "export" in said and "doctor" not in said


def test_subcommands_options_and_choices_are_completed() -> None:
    assert "plain,turn-backs" in completed("bash", "chot export turn", 2)
    assert "plain,--unmask" in completed("bash", "chot export crossings --unm", 3)
    assert "plain,parquet" in completed("bash", "chot export crossings --format par", 4)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_takes(chot: Chot, shell: str, tmp_path: Path) -> None:
    script = tmp_path / f"chot.{shell}"
    script.write_text(chot("completion", shell).output, "utf-8")
    assert "_CHOT_COMPLETE" in script.read_text("utf-8")
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    subprocess.run([shell, "-n", script], check=True)


def test_the_manual_page_holds_every_command_and_option() -> None:
    text = page().replace("\\:", "").replace("\\-", "-").replace("\\e", "\\")
    for name, command in commands():
        assert f".SS {name}" in text or f".SS {name} " in text, name
        for one in command.params:
            if isinstance(one, click.Option) and not one.hidden:
                assert max(one.opts, key=len) in text, (name, one.opts)


def test_no_line_of_the_page_is_taken_for_a_request() -> None:
    requests = {"TH", "SH", "SS", "TP", "PP", "B", "BR", "I", "nf", "fi", "ad", "nh"}
    for line in page().splitlines():
        if line.startswith("."):
            assert line[1:].split()[0] in requests, line
        assert not line.startswith("'"), line


def test_groff_sets_the_page_without_a_warning(tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("no groff on this machine")
    file = tmp_path / "chot.1"
    file.write_text(page(), "utf-8")
    made = subprocess.run(
        ["groff", "-K", "utf8", "-man", "-T", "utf8", "-ww", file],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "chot doctor" in made.stdout
    assert [line for line in made.stderr.splitlines() if "warning" in line] == []
