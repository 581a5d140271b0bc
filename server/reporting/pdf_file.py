"""A report as PDF: the same page as DOCX, for whoever shall read it and not change it.

Needs the extra `print`. The same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from server.reporting.charts import SHADES, Chart, Drawing, drawn
from server.reporting.page import KIND, Page
from server.reporting.tables import TEXT_MM, Table, is_number

NAMES = ("report", "report-bold", "report-italic", "report-bold-italic")
"""Fonts by the number of their style in `fonts.STYLES`."""

RED = HexColor("#a00000")
PADDING = 6.0
"""What reportlab keeps free inside its margins, in points."""


def make(path: Path, page: Page, unit: str, fonts: Sequence[Path]) -> None:
    """Write the page in these four fonts; one process sets all its pages in the same."""
    for name, file in zip(NAMES, fonts, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(file)))
    pdfmetrics.registerFontFamily(NAMES[0], *NAMES)
    book = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=30 * mm - PADDING,
        rightMargin=15 * mm - PADDING,
        topMargin=20 * mm - PADDING,
        bottomMargin=20 * mm - PADDING,
        title=page.subject,
        author=unit,
        creator="chot",
        lang="vi-VN",
        invariant=1,
    )
    book.build(list(_story(page)), onLaterPages=_number)


def _number(canvas: Any, book: Any) -> None:
    canvas.setFont(NAMES[0], 13)
    # Above the middle of the text: the margins are not equal.
    canvas.drawCentredString((30 + TEXT_MM / 2) * mm, A4[1] - 12 * mm, str(book.page))


def _style(size: float = 13, font: int = 0, **more: Any) -> ParagraphStyle:
    more.setdefault("leading", size * 1.25)
    return ParagraphStyle("", fontName=NAMES[font], fontSize=size, **more)


CENTRED: dict[str, Any] = {"alignment": TA_CENTER}
CELL: dict[str, Any] = {"leading": 12.4}
SIDE = 3
"""Between a cell's text and its line, in points."""


def _said(text: str, size: float = 13, font: int = 0, **more: Any) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _style(size, font, **more))


def _story(page: Page) -> Iterator[Flowable]:
    yield _title(page)
    if page.draft:
        yield _said(page.draft, 13, 1, textColor=RED, spaceBefore=8, **CENTRED)
    yield _said(KIND, 14, 1, spaceBefore=12, **CENTRED)
    yield _said(page.subject, 14, 1, spaceAfter=0 if page.is_party else 8, **CENTRED)
    if page.is_party:
        yield _said("-----", 13, 0, spaceAfter=8, **CENTRED)
    for line in page.addressees:
        yield _said(line, **CENTRED)
    if page.addressees:
        yield Spacer(1, 6)
    for text in page.body:
        yield _body(text)
    for table in page.tables:
        yield from _table(table)
    yield CondPageBreak(25 * mm)
    yield _heading(page.completeness_heading)
    *lines, last = page.completeness
    for line in lines:
        yield _body(line)
    yield KeepTogether([_body(last), Spacer(1, 10), _signatures(page)])
    if page.seal:
        yield _said(page.seal, 9, spaceBefore=8)
    if page.charts:
        yield PageBreak()
        yield _said("PHỤ LỤC: BIỂU ĐỒ", 14, 1, **CENTRED)
        yield _said(page.annex, 13, 2, spaceAfter=6, **CENTRED)
        for chart in page.charts:
            yield from _chart(chart)


def _heading(text: str) -> Paragraph:
    return _said(text, 13, 1, spaceBefore=10, spaceAfter=4)


def _body(text: str) -> Paragraph:
    return _said(text, alignment=TA_JUSTIFY, firstLineIndent=10 * mm, spaceAfter=4)


def _title(page: Page) -> Grid:
    *above, last = page.nation
    agency: list[Flowable] = []
    if page.parent:
        agency.append(_said(page.parent, 12, **CENTRED))
    agency.append(_bold(page.agency, 12))
    if page.is_party:
        agency.append(_said("*", 13, **CENTRED))
    else:
        agency += [Spacer(1, 3), _rule()]
    nation: list[Flowable] = [_bold(line, 12) for line in above]
    nation.append(_ruled(last, 13))
    numbered, dated = _said(page.number, **CENTRED), _said(page.dated, 13, 2, **CENTRED)
    block = Grid([[agency, nation], [numbered, dated]], colWidths=(69 * mm, 96 * mm))
    block.setStyle(
        TableStyle(
            [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER"), *_PADDING]
        )
    )
    return block


_PADDING = (
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
)


def _rule() -> Grid:
    """The decree's line under the agency, a third as long as what it stands under."""
    line = Grid([[""]], colWidths=(24 * mm,), rowHeights=(5,), hAlign="CENTER")
    line.setStyle(TableStyle([("LINEABOVE", (0, 0), (-1, 0), 0.6, black)]))
    return line


def _bold(text: str, size: float) -> Paragraph:
    return _said(text, size, 1, **CENTRED)


def _ruled(text: str, size: float) -> Paragraph:
    return Paragraph(f"<u>{escape(text)}</u>", _style(size, 1, **CENTRED))


def _table(table: Table) -> Iterator[Flowable]:
    yield CondPageBreak(35 * mm)
    yield _heading(table.heading)
    head, *rows = table.rows
    cells = [[_head_cell(one, width) for one, width in zip(head, table.widths_mm, strict=True)]]
    for at, row in enumerate(rows, 1):
        font = int(at in table.strong)
        cells.append([
            _number_cell(cell, font, width) if is_number(cell) else _said(cell, 11, font, **CELL)
            for cell, width in zip(row, table.widths_mm, strict=True)
        ])  # fmt: skip
    grid = Grid(cells, colWidths=[one * mm for one in table.widths_mm], repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, black),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), SIDE),
                ("RIGHTPADDING", (0, 0), (-1, -1), SIDE),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    yield grid
    if table.note:
        yield _said(table.note, 11, 2, spaceBefore=3)


def _number_cell(text: str, font: int, width_mm: float) -> Paragraph:
    """To the right, and smaller where it must be: a number in two lines would be another one."""
    return _said(text, _fitting(text, font, width_mm), font, alignment=TA_RIGHT, **CELL)


def _head_cell(text: str, width_mm: float) -> Paragraph:
    """Smaller where its longest word would reach into the next column."""
    size = min(_fitting(word, 1, width_mm) for word in text.split() or ("",))
    return _said(text, size, 1, **CENTRED, **CELL)


def _fitting(text: str, font: int, width_mm: float) -> float:
    """The size at which a text stands on one line of its column: 11 points or less."""
    room = width_mm * mm - 2 * SIDE
    wide = pdfmetrics.stringWidth(text, NAMES[font], 11)
    return 11.0 if wide <= room else 11.0 * room / wide * 0.99


def _signatures(page: Page) -> Grid:
    party = page.is_party
    first = Paragraph("<u>Nơi nhận:</u>", _style(14)) if party else _said("Nơi nhận:", 12, 3)
    receivers = [first, *(_said(line, 12 if party else 11) for line in page.recipients)]
    signer: list[Flowable] = [_bold(line, 14) for line in page.signer]
    signer += [Spacer(1, 24 * mm), _bold(page.signed_by, 14)]
    block = Grid([[receivers, signer]], colWidths=(80 * mm, 85 * mm))
    block.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_PADDING]))
    return block


def _chart(chart: Chart) -> Iterator[Flowable]:
    parts: list[Flowable] = [_heading(chart.heading), _Drawn(drawn(chart, TEXT_MM * mm))]
    if chart.note:
        parts.append(_said(chart.note, 11, 2))
    yield KeepTogether(parts)


class _Drawn(Flowable):  # type: ignore[misc]
    """A drawing among paragraphs; its own y grows downwards, the page's upwards."""

    def __init__(self, made: Drawing) -> None:
        super().__init__()
        self.made = made
        self.width, self.height = made.width, made.height

    def draw(self) -> None:
        top = self.made.height
        for one in self.made.rects:
            self.canv.setFillColor(HexColor(SHADES[one.shade]))
            self.canv.rect(one.x, top - one.y - one.height, one.width, one.height, 0, 1)
        self.canv.setFillColor(black)
        for text in self.made.labels:
            self.canv.setFont(NAMES[0], text.size)
            put = {"end": self.canv.drawRightString, "middle": self.canv.drawCentredString}
            put.get(text.anchor, self.canv.drawString)(text.x, top - text.y, text.text)
