"""What a browser's fake camera sees: a film of one QR code or of nothing, changed between scans."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

WIDTH, HEIGHT = 1280, 720
CODE_SIDE = 580
FRAMES = 2
NOISE = 12
"""Standard deviation of a dim frame's noise, of 255 steps."""


@dataclass(frozen=True, slots=True)
class View:
    """How a code stands before the lens: `side` and `blur` in pixels, `light` 1 for day."""

    side: int = CODE_SIDE
    degrees: float = 0
    blur: float = 0
    light: float = 1


PLAIN = View()


class FakeCamera:
    """A file of concatenated JPEGs (.mjpeg) for --use-file-for-fake-video-capture.

    Chromium maps the file when the camera opens and plays it in a loop, so a new picture is seen
    from the next opening on: the tablet opens its camera with each scanning screen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.show(None)

    def show(self, text: str | None, view: View = PLAIN) -> None:
        """Hold this code in front of the lens; None takes it away."""
        film = self.path.with_suffix(".new")
        film.write_bytes(_frame(text, view) * FRAMES)
        # Renamed, never rewritten: the running camera keeps the file that it mapped.
        film.replace(self.path)


def _frame(text: str | None, view: View) -> bytes:
    picture = Image.new("RGB", (WIDTH, HEIGHT), (92, 96, 88))
    if text is not None:
        code = qr_picture(text).resize((view.side, view.side), Image.Resampling.LANCZOS)
        turned = code.convert("RGBA").rotate(view.degrees, Image.Resampling.BICUBIC, expand=True)
        at = ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2)
        picture.paste(turned, at, turned)
    if view.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(view.blur))
    if view.light < 1:
        dark = ImageEnhance.Brightness(picture).enhance(view.light)
        noise = Image.effect_noise(picture.size, NOISE).convert("RGB")
        # Centred on 128, as effect_noise makes it: half of it darkens.
        picture = ImageChops.add(dark, noise, offset=-128)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=92)
    return jpeg.getvalue()


def qr_picture(text: str) -> Image.Image:
    """The code with its quiet zone, eight pixels a module."""
    code = qrcode.QRCode(border=4, box_size=8, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    picture = Image.new("L", (len(rows), len(rows)), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x, y), 0)
    return picture.resize((8 * len(rows), 8 * len(rows)), Image.Resampling.NEAREST).convert("RGB")
