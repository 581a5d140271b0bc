"""What the documents say is checked: files exist, commands run, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest

from cli.main import COMMANDS, main

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:server|sync|schemas|cli|credentials|rules|web|tests|docs|bench)/[\w./-]+")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_named_file_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = [page.parent / one for one in LINK.findall(text) if "://" not in one]
    targets += [ROOT / one for code in CODE.findall(text) for one in FILE.findall(code)]
    built = ROOT / "web/dist"
    assert [str(one) for one in targets if not one.exists() and built not in one.parents] == []


def test_the_path_of_one_scan_names_at_least_a_file_a_step() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    steps = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert len(steps) >= 14
    assert all(FILE.search(where) for _, where in steps)


def commands(page: Path) -> list[list[str]]:
    text = page.read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line]


FILES = (".csv", ".docx", ".html", ".json", ".pdf", ".pem", ".token", ".xlsx", ".yaml")
MANUALS = [ROOT / "README.md", *sorted((ROOT / "docs/how-to").glob("*.md"))]


@pytest.mark.parametrize(
    "command", [one for page in MANUALS for one in commands(page)], ids=" ".join
)
def test_commands_of_the_readme_and_the_how_tos_are_understood(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for before, word in pairwise(command):
        names_a_file = "." in word if not before.startswith("--") else Path(word).suffix in FILES
        if names_a_file and before != "--out":
            # a file that the reader would have
            Path(word).parent.mkdir(parents=True, exist_ok=True)
            Path(word).touch()
    if command[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert command[1] in targets
        return
    assert command[0] == "chot"
    context: click.Context | None = None
    group: click.Command = main
    words = command[1:]
    while isinstance(group, click.Group):
        if group.invoke_without_command and (not words or words[0].startswith("-")):
            break
        name, group_or_command = words[0], group.get_command(click.Context(group), words[0])
        assert group_or_command is not None, name
        group, words = group_or_command, words[1:]
    # Parsing only: options and values must be known; nothing runs.
    context = group.make_context(" ".join(command), list(words))
    assert context.command is group


def test_every_command_is_in_a_document() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert [
        name for name in COMMANDS if f"chot {name}" not in text and f"`{name}`" not in text
    ] == []


def test_every_state_of_the_wire_is_in_the_glossary_or_the_spec() -> None:
    text = (ROOT / "sync/SPEC.md").read_text("utf-8") + (ROOT / "docs/glossary.md").read_text(
        "utf-8"
    )
    for word in ("accepted", "duplicate", "held", "rejected", "pass", "refer", "turn_back"):
        assert f"`{word}`" in text
