"""A PDF is set in a font that has the letters; a name that promises them is not enough."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import reportlab

from server.reporting import fonts


def test_a_font_without_vietnamese_letters_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    for style in ("Regular", "Bold", "Italic", "BoldItalic"):
        shutil.copy(vera, tmp_path / f"LiberationSerif-{style}.ttf")
    places = ((str(tmp_path), "LiberationSerif-{}.ttf", "Regular"),)
    monkeypatch.setattr(fonts, "_PLACES", places)
    assert fonts.report_fonts() == tuple(fonts.roboto())
    for path in fonts.roboto():
        shutil.copy(path, tmp_path / path.name.replace("Roboto", "LiberationSerif"))
    found = fonts.report_fonts()
    assert found is not None and {one.parent for one in found} == {tmp_path}
    monkeypatch.setattr(fonts, "_PLACES", ())
    monkeypatch.setattr(fonts, "roboto", list)
    assert fonts.report_fonts() is None
