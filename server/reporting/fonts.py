"""Which font a PDF report is set in: Times New Roman or what has its measures.

The Decree and the Guideline ask for Times New Roman, which may not be handed on with us. Liberation
Serif 2 has the same widths (Debian: `fonts-liberation2`; version 1 has no Vietnamese letters, so
letters are looked for and not names); where there is neither, the extra `print` brings Roboto.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

LETTERS = (
    "ĂÂĐÊÔƠƯăâđêôơưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọ"
    "ỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ–−…·"
)
STYLES = ("", "Bold", "Italic", "BoldItalic")
_PLACES = (
    ("/usr/share/fonts/truetype/msttcorefonts", "Times_New_Roman{}.ttf", "_"),
    ("C:/Windows/Fonts", "times{}.ttf", "windows"),
    ("/System/Library/Fonts/Supplemental", "Times New Roman{}.ttf", " "),
    ("/usr/share/fonts/truetype/liberation", "LiberationSerif-{}.ttf", "Regular"),
    ("/usr/share/fonts/truetype/liberation2", "LiberationSerif-{}.ttf", "Regular"),
    ("/usr/share/fonts/truetype/croscore", "Tinos-{}.ttf", "Regular"),
)
_WINDOWS = ("", "bd", "i", "bi")
_SPACED = ("", "{0}Bold", "{0}Italic", "{0}Bold{0}Italic")


def report_fonts() -> tuple[Path, Path, Path, Path] | None:
    """Regular, bold, italic, bold italic of the best family here; None where there is none."""
    for family in _families():
        if all(path.exists() for path in family) and all(_has_letters(path) for path in family):
            first, second, third, fourth = family
            return first, second, third, fourth
    return None


def roboto() -> list[Path]:
    """The four files of the extra; empty where it is not installed."""
    spec = importlib.util.find_spec("font_roboto")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "files"
    return [folder / f"Roboto-{style or 'Regular'}.ttf" for style in STYLES]


def _has_letters(path: Path) -> bool:
    from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

    try:
        known = TTFontFile(str(path)).charToGlyph
    except TTFError:
        return False
    return all(ord(letter) in known for letter in LETTERS)


def _families() -> Iterator[list[Path]]:
    for folder, name, how in _PLACES:
        if how == "Regular":
            endings: tuple[str, ...] = tuple(style or "Regular" for style in STYLES)
        elif how == "windows":
            endings = _WINDOWS
        else:
            endings = tuple(one.format(how) for one in _SPACED)
        yield [Path(folder) / name.format(ending) for ending in endings]
    if found := roboto():
        yield found
