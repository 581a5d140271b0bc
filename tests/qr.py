"""Reading our own QR pictures in tests with the decoder the tablet ships, run in Node."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def read_qr(picture: Path) -> str:
    """The text of a clean QR picture, decoded by zxing-wasm in Node (the tablet's own decoder)."""
    return _decoded(str(picture))


def read_qrs(picture: Path) -> list[str]:
    """The texts of all the QR codes in a picture, in no order."""
    found: list[str] = json.loads(_decoded("--all", str(picture)))
    return found


def _decoded(*arguments: str) -> str:
    root = Path(__file__).resolve().parent.parent
    node = Path(sys.executable).parent / "node"
    command = [str(node) if node.exists() else "node", "tools/read-qr.mjs", *arguments]
    done = subprocess.run(command, cwd=root / "web", capture_output=True, text=True, check=True)
    return done.stdout
