"""Files through LibreOffice, as an official opens them, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed"
)
COMMA_QUOTE_UTF8 = "CSV:44,34,76"
"""What its dialog, which nobody sees here, proposes because of the BOM."""


def converted(
    files: Sequence[Path], folder: Path, kind: str = "pdf", csv: str = COMMA_QUOTE_UTF8
) -> list[Path]:
    """The files as `kind` in `folder`, each under its own stem; with a profile of their own."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    sheets = [one for one in files if one.suffix == ".csv"]
    others = [one for one in files if one.suffix != ".csv"]
    for some, how in ((sheets, [f"--infilter={csv}"]), (others, [])):
        if some:
            subprocess.run(
                ["soffice", profile, "--headless", *how, "--convert-to", kind,
                 "--outdir", folder, *some],
                check=True, capture_output=True, timeout=240,
            )  # fmt: skip
    return [folder / f"{one.stem}.{kind}" for one in files]


def printed(file: Path) -> str:
    """The text of a PDF as it lies on the page; a form feed ends each page."""
    return subprocess.run(
        ["pdftotext", "-layout", file, "-"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
