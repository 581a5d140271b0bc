"""The QR codes in a photo file, for `chot verify FILE`; needs the extra `photo`."""

from __future__ import annotations

import warnings
from pathlib import Path

import click

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""Of a phone's largest photo; one pixel takes three bytes."""
LONGEST_SIDE = 4096


def picture_named(text: str) -> Path | None:
    """The picture that `text` names, None where it is a code. Raises ClickException for no file."""
    if "://" in text or not text.lower().endswith(SUFFIXES):
        return None
    path = Path(text)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):
        # Longer than any path, or with a NUL in it.
        pass
    raise click.ClickException(f"{text}: không có tệp ảnh này / no such picture")


def codes_in(path: Path) -> list[str]:
    """The text of each QR code in a PNG, JPEG or WebP, at least one. Raises ClickException."""
    try:
        import zxingcpp
        from PIL import Image, ImageOps
    except ImportError:
        raise click.ClickException(
            "Đọc ảnh cần thêm gói: pip install 'chot[photo]' / reading pictures needs chot[photo]"
        ) from None
    if path.stat().st_size > MAX_BYTES:
        raise click.ClickException(f"{path}: ảnh quá lớn / too large")
    try:
        with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > MAX_PIXELS:
                raise click.ClickException(f"{path}: ảnh quá lớn / too large")
            # A JPEG is made smaller while it is read.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            image = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError:
        raise click.ClickException(f"{path}: ảnh quá lớn / too large") from None
    except (OSError, ValueError, SyntaxError):
        raise click.ClickException(f"{path}: không phải ảnh PNG, JPEG, WebP / no picture") from None
    # Transparent pixels would read as black, and a code on them would vanish.
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    found = zxingcpp.read_barcodes(
        paper.convert("L"),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
    )
    texts = [one.text for one in found if one.text != ""]
    if not texts:
        raise click.ClickException(f"{path}: không thấy mã QR / no QR code")
    return texts
