"""Small PNGs for docs/screens/: written again only where somebody would see a difference."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
COLOURS = 32
SCALE = 0.5
MOST_BYTES = 60_000
SEEN = 32
"""Of 255: what a pixel must change by, besides what the few colours of a kept picture cost."""
TILE = 32
"""Pixels of a picture, both ways: about a word."""
SEEN_PIXELS = 24
"""In one tile: a changed word has about 150, two runs of the same program differ by 8 at most."""
VARIES = r"""() => {
    const told = [
        /\b\d{1,2}:\d{2}\b/, /\b\d{2}\/\d{2}\b(?!\/)/,
        /\d+ (giây|phút|giờ|ngày|s|min|minutes|h|d)\b/,
        /\(\d+\)/, /(chưa gửi|unsent): \d/i,
        /\b[2-9A-Z]{4}-[2-9A-Z]{4}\b/,
    ];
    const wholes = document.querySelectorAll(".status-bar, .saved, .traveller-qr");
    const boxes = [...wholes].map((one) => one.getBoundingClientRect());
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walker.nextNode()) {
        const { currentNode: words } = walker;
        if (!told.some((one) => one.test(words.data))) continue;
        range.selectNode(words);
        const { top, bottom } = range.getBoundingClientRect();
        const { left, right } = words.parentElement.getBoundingClientRect();
        // What stands beside it moves with it.
        boxes.push({ left: left - 24, top, right: right + 24, bottom });
    }
    return boxes.map(({ left, top, right, bottom }) => [left, top, right, bottom]);
}"""
"""Where a screen shows an hour or day, an age, a count of what is sent, or a code made anew."""
SETTLED = r"""() => {
    const videos = [...document.querySelectorAll("video")];
    const unsent = document.querySelector(".status-marks .mark")?.innerText.trim() ?? "0";
    return videos.every((one) => one.srcObject === null || one.currentTime > 0)
        && document.querySelector(".scanner:not(.running, .failed), .status-bar.act") === null
        && !/(Đang gửi|Sending)…/.test(document.body.innerText)
        && /(^|\D)0$/.test(unsent);
}"""
"""The camera runs, the rules are here, all is sent and nothing on its way."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screen at half its size, and the boxes in it (left, top, right, bottom) that vary."""

    image: Image.Image
    varies: tuple[tuple[int, int, int, int], ...] = ()


def slug(name: str) -> str:
    """`name` as a file's name: «Việc khác: Sổ điện thoại» → viec-khac-so-dien-thoai."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def take(page: Page) -> Picture:
    """What is on the screen once it rests, at half its size."""
    page.wait_for_function(SETTLED)
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    size = (round(whole.width * SCALE), round(whole.height * SCALE))
    boxes = [[round(side * SCALE) for side in box] for box in page.evaluate(VARIES)]
    varies = tuple((left - 1, top - 1, right + 1, bottom + 1) for left, top, right, bottom in boxes)
    return Picture(whole.convert("RGB").resize(size, Image.Resampling.LANCZOS), varies)


def differs(before: Image.Image, after: Picture) -> bool:
    """Whether somebody would see it: a word is enough, wherever it stands."""
    return before.size != after.image.size or _most_changed(_changed(before, after)) > SEEN_PIXELS


def _changed(before: Image.Image, after: Picture) -> Image.Image:
    """White where a pixel is not what it was.

    A kept picture has few colours: a pixel changed where another of them would be nearer.
    """
    kept, image = before.convert("RGB"), after.image
    colours = kept.getcolors(COLOURS)
    nearest = Image.new("L", image.size, 0 if colours is None else 255)
    for _, colour in colours or ():
        nearest = ImageChops.darker(nearest, _distance(image, Image.new("RGB", image.size, colour)))
    further = ImageChops.subtract(_distance(image, kept), nearest)
    changed = further.point([0] * SEEN + [255] * (256 - SEEN))
    for box in after.varies:
        changed.paste(0, box)
    return changed


def _distance(one: Image.Image, other: Image.Image) -> Image.Image:
    """Per pixel, of the channel that differs most."""
    red, green, blue = ImageChops.difference(one, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _most_changed(changed: Image.Image) -> int:
    """White pixels in the fullest tile; tiles overlap by half: no word falls between two."""
    tiles = product(range(0, changed.width, TILE // 2), range(0, changed.height, TILE // 2))
    return max(changed.crop((x, y, x + TILE, y + TILE)).histogram()[255] for x, y in tiles)


def keep(picture: Picture, path: Path) -> int:
    """Writes it where it differs from what is there; the file's size."""
    if path.exists():
        with Image.open(path) as before:
            if not differs(before, picture):
                return path.stat().st_size
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a round of k-means a pixel gets the colour of its box, not always the nearest.
    few = picture.image.quantize(COLOURS, Image.Quantize.MEDIANCUT, 1, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)
    return path.stat().st_size
