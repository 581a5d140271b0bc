"""Drawing on PDF pages: a font with Vietnamese letters, wrapped text, codes as vectors.

Needs the extra `print`; everything here is imported only once somebody prints.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.issuing.codes import PrintedCode

PRINT_EXTRA = "chot[print]"
REGULAR, BOLD = "chot", "chot-bold"
LEAST_POINTS = 4.5
"""Small print; what a code can hold fits a card at that size."""
_DEBIAN = Path("/usr/share/fonts/truetype/dejavu")


def font_files() -> tuple[Path, Path] | None:
    """Regular and bold: Roboto from the extra, or DejaVu Sans where Debian has it."""
    spec = importlib.util.find_spec("font_roboto")
    places = []
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "files"
        places.append((folder / "Roboto-Regular.ttf", folder / "Roboto-Bold.ttf"))
    places.append((_DEBIAN / "DejaVuSans.ttf", _DEBIAN / "DejaVuSans-Bold.ttf"))
    return next((pair for pair in places if pair[0].exists() and pair[1].exists()), None)


def can_print() -> bool:
    """Whether PDF sheets can be made here."""
    return importlib.util.find_spec("reportlab") is not None and font_files() is not None


def new_canvas(target: Any, page: tuple[float, float], title: str) -> Any:
    """A canvas writing into `target`; the fonts are embedded as subsets. Nobody is named in it."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    # Streams as bytes: as text they take a quarter more room, and longer to write than to draw.
    rl_config.useA85 = 0
    files = font_files()
    assert files is not None, PRINT_EXTRA
    for name, path in zip((REGULAR, BOLD), files, strict=True):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(path)))
    canvas = Canvas(target, pagesize=page, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("chot")
    return canvas


def draw_code(canvas: Any, code: PrintedCode, x: float, y: float, side: float) -> None:
    """The code with its quiet zone in the square whose lower left corner is (x, y), in points."""
    from reportlab.pdfgen.pathobject import PDFPathObject

    # A unit is a module here, and y goes down: a thousand coordinates that are short integers.
    runs = [f"{column} {row} {width} 1 re" for column, row, width in code.runs]
    canvas.saveState()
    canvas.translate(x, y + side)
    canvas.scale(side / code.side, -side / code.side)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(PDFPathObject(["n", *runs]), stroke=0, fill=1)
    canvas.restoreState()


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """`text` in lines of at most `width` points; a word that is longer alone is cut."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines: list[str] = []
    line = ""
    taken = 0.0
    space = stringWidth(" ", font, size)
    for word in text.split(" "):
        wide = stringWidth(word, font, size)
        while wide > width and len(word) > 1:
            cut = len(word) - 1
            while cut > 1 and stringWidth(word[:cut], font, size) > width:
                cut -= 1
            if line:
                lines.append(line)
            lines.append(word[:cut])
            line, word = "", word[cut:]
            wide = stringWidth(word, font, size)
        # Letters have the same width wherever they stand, so that nothing is measured twice.
        if line and taken + space + wide > width:
            lines.append(line)
            line = ""
        line, taken = (f"{line} {word}", taken + space + wide) if line else (word, wide)
    return [*lines, line]


def draw_text(
    canvas: Any, text: str, x: float, y: float, width: float, size: float, font: str = REGULAR
) -> float:
    """Text from the baseline `y` downwards; returns the baseline after it."""
    canvas.setFont(font, size)
    for line in wrapped(text, font, size, width):
        canvas.drawString(x, y, line)
        y -= size * 1.3
    return y


def draw_all(
    canvas: Any,
    texts: Sequence[str],
    x: float,
    y: float,
    width: float,
    room: float,
    size: float,
    font: str = REGULAR,
    gap: float = 2,
) -> float:
    """Each text on lines of its own, within `room` points below `y`: smaller until all fit."""
    while size > LEAST_POINTS:
        lines = sum(len(wrapped(text, font, size, width)) for text in texts)
        # The last line needs what hangs below its baseline only.
        if (lines - 0.7) * size * 1.3 + gap * (len(texts) - 1) <= room:
            break
        size -= 0.5
    for text in texts:
        y = draw_text(canvas, text, x, y, width, size, font) - gap
    return y


def draw_fitting(canvas: Any, text: str, x: float, y: float, width: float, size: float) -> None:
    """One bold line, centred on x, made smaller until it fits `width`."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    while size > 8 and stringWidth(text, BOLD, size) > width:
        size -= 1
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(x, y, text)
