"""Node beside Python: the same lines through the TypeScript of web/."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


def node() -> str:
    """A Node that runs TypeScript as it is (22.18 or later); skips the test when there is none."""
    beside = Path(sys.executable).parent / "node"
    command = str(beside) if beside.exists() else shutil.which("node")
    if command is None:
        pytest.skip("no Node: the two languages were not compared")
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    major, minor = (int(part) for part in version.stdout.strip().lstrip("v").split(".")[:2])
    if (major, minor) < (22, 18):
        pytest.skip(f"Node {version.stdout.strip()} does not run TypeScript: needs 22.18")
    return command


def typescript_answers(batch: Path, texts: Sequence[str], *arguments: str) -> list[Any]:
    """What the program `batch` (web/tools/*-batch.ts) answers to JSON texts, one a line."""
    done = subprocess.run(
        [node(), str(batch), *arguments],
        input="".join(f"{text}\n" for text in texts),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Not splitlines: it also cuts at U+2028, which JSON leaves as it is.
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]
