"""A chart in a word processor: a table whose bars are stretched pictures of one pixel.

Neither a chart object, which would want a workbook inside, nor one big picture, which a reader
could not search or correct: labels and values are text.
"""

from __future__ import annotations

import io
from typing import Any

from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from server.png import colour_png
from server.reporting.charts import NORMAL, SHADES, Chart, cut
from server.reporting.words import number

LABEL_MM, VALUES_MM = 53, 112
LONGEST_MM = 92
BAR_MM = 2.8
LEAST_MM = 0.2


def chart_table(book: Any, chart: Chart) -> None:
    """Add the legend and one line for each bar."""
    legend = book.add_paragraph()
    for shade, name in enumerate(chart.series):
        _bar(legend, 3, shade)
        legend.add_run(f" {name}    ").font.size = Pt(10)
    legend.paragraph_format.keep_with_next = True
    grid = book.add_table(rows=0, cols=2)
    grid.autofit = False
    scale = LONGEST_MM / chart.greatest
    for label, values in chart.rows:
        lines = [values] if chart.stacked else [(value,) for value in values]
        for at, bars in enumerate(lines):
            first = at if not chart.stacked else 0
            _line(grid, label if at == 0 else "", bars, first, scale)
    for row in grid.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    for column, width in zip(grid.columns, (LABEL_MM, VALUES_MM), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _line(grid: Any, label: str, bars: tuple[int, ...], shade: int, scale: float) -> None:
    row = grid.add_row()
    row.height, row.height_rule = Mm(BAR_MM + 1.4), WD_ROW_HEIGHT_RULE.EXACTLY
    named, shown = (cell.paragraphs[0] for cell in row.cells)
    named.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    named.add_run(cut(label)).font.size = Pt(NORMAL)
    for at, value in enumerate(bars):
        if value:
            _bar(shown, max(value * scale, LEAST_MM), shade + at)
    shown.add_run(f" {number(sum(bars))}").font.size = Pt(9)


def _bar(paragraph: Any, width_mm: float, shade: int) -> None:
    picture = io.BytesIO(colour_png(SHADES[shade]))
    shape = paragraph.add_run().add_picture(picture, Mm(width_mm), Mm(BAR_MM))
    # Its value stands beside it as text, so there is nothing to read out.
    shape._inline.docPr.set("descr", "")
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
