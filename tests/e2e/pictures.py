"""Small PNGs for docs/screens/: written again only where somebody would see a difference."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
COLOURS = 32
SCALE = 0.5
MOST_BYTES = 60_000
SEEN = 24
"""Of 255: what a screen's pixel must change by."""
SEEN_SHARE = 0.015
"""Of all pixels: a clock, a count and a plate change fewer."""


def slug(name: str) -> str:
    """`name` as a file's name: «Việc khác: Sổ điện thoại» → viec-khac-so-dien-thoai."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def take(page: Page) -> Image.Image:
    """What is on the screen, at half its size."""
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    size = (round(whole.width * SCALE), round(whole.height * SCALE))
    return whole.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def differs(one: Image.Image, other: Image.Image) -> bool:
    """Whether somebody would see it."""
    if one.size != other.size:
        return True
    grey = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
    changed = sum(grey.histogram()[SEEN:])
    return changed > SEEN_SHARE * one.width * one.height


def keep(picture: Image.Image, path: Path) -> int:
    """Writes it where it differs from what is there; the file's size."""
    if path.exists():
        with Image.open(path) as before:
            if not differs(before, picture):
                return path.stat().st_size
    path.parent.mkdir(parents=True, exist_ok=True)
    few = picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)
    return path.stat().st_size
