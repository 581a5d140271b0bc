"""A report as DOCX: the page that superiors expect, to be corrected and signed by hand.

A4, margins 20/20/30/15 mm, Times New Roman 13 and 14, title at the right, the agency at the left,
page number centred above from page 2. Needs the extra `docx`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from server.reporting.docx_charts import chart_table
from server.reporting.page import KIND, Page
from server.reporting.tables import Table, is_number

FONT = "Times New Roman"
CENTER, JUSTIFY, RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.RIGHT,
)
RED = RGBColor(0xC0, 0x00, 0x00)
CELL = "Ô bảng"
CELL_POINTS = 11.0
SIDE_MM = 1
POINTS_A_MM = 72 / 25.4
_EM = {".": 0.25, ",": 0.25, "/": 0.28, "+": 0.57, "−": 0.57}
"""How wide Times is, in sizes of the font; a digit is 0.5."""


def make(path: Path, page: Page, unit: str) -> None:
    """Write the page; `unit` is named as the file's author."""
    book = Document()
    _page(book)
    _title_block(book, page)
    if page.draft:
        _line(book, page.draft, bold=True, align=CENTER, before=6, colour=RED)
    _line(book, KIND, bold=True, size=14, align=CENTER, before=10)
    _line(book, page.subject, bold=True, size=14, align=CENTER, after=0 if page.is_party else 8)
    if page.is_party:
        _line(book, "-----", align=CENTER, after=8)
    for at, line in enumerate(page.addressees):
        is_last = at == len(page.addressees) - 1
        _line(book, line, align=CENTER, after=6 if is_last else 0)
    for text in page.body:
        _body(book, text)
    for table in page.tables:
        _table(book, table)
    _line(book, page.completeness_heading, bold=True, before=8, after=2)
    for line in page.completeness:
        last = _body(book, line)
    last.paragraph_format.keep_with_next = True
    _signatures(book, page)
    if page.seal:
        _line(book, page.seal, size=9, before=6)
    if page.charts:
        _annex(book, page)
    book.core_properties.author = unit
    book.core_properties.title = page.subject
    book.save(str(path))


def _annex(book: Any, page: Page) -> None:
    heading = _line(book, "PHỤ LỤC: BIỂU ĐỒ", bold=True, size=14, align=CENTER)
    heading.paragraph_format.page_break_before = True
    _line(book, page.annex, italic=True, align=CENTER, after=6)
    for chart in page.charts:
        _line(book, chart.heading, bold=True, before=6, after=2)
        chart_table(book, chart)
        if chart.note:
            _line(book, chart.note, italic=True, size=11)


def _page(book: Any) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    normal = book.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(0)
    # As a style: an empty cell has no run, and would be as high as a line of the text.
    cell = book.styles.add_style(CELL, WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style, cell.font.size = normal, Pt(CELL_POINTS)
    above = section.header.paragraphs[0]
    above.alignment = CENTER
    run = above.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _title_block(book: Any, page: Page) -> None:
    block = book.add_table(rows=2, cols=2)
    block.alignment = WD_TABLE_ALIGNMENT.CENTER
    block.autofit = False
    _widths(block, (70, 95))
    agency, nation = block.rows[0].cells
    if page.parent:
        _in(agency, page.parent, size=12)
    _in(agency, page.agency, bold=True, size=12)
    if page.is_party:
        _in(agency, "*")
    else:
        _rule(agency)
    *above, last = page.nation
    for text in above:
        _in(nation, text, bold=True, size=12)
    _in(nation, last, bold=True, size=13, ruled=True)
    numbered, dated = block.rows[1].cells
    _in(numbered, page.number)
    _in(dated, page.dated, italic=True)
    for cell in (agency, nation, numbered, dated):
        first = cell.paragraphs[0]
        first._p.getparent().remove(first._p)


def _in(
    cell: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 13,
    ruled: bool = False,
) -> None:
    paragraph = cell.add_paragraph()
    paragraph.alignment = CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    # The decree's rule under a title; an underline keeps its place in every word processor.
    run.underline = ruled


def _rule(cell: Any) -> None:
    """The decree's line under the agency, a third as long as what it stands under."""
    paragraph = cell.add_paragraph()
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(23)
    paragraph.paragraph_format.line_spacing = Pt(4)
    # Else it underlines the last word of the agency.
    paragraph.paragraph_format.space_before = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _line(
    book: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 13,
    align: Any = None,
    before: int = 0,
    after: int = 0,
    colour: Any = None,
) -> Any:
    paragraph = book.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.keep_with_next = bold
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _body(book: Any, text: str) -> Any:
    paragraph = book.add_paragraph(text)
    paragraph.alignment = JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.space_after = Pt(4)
    return paragraph


def _table(book: Any, table: Table) -> None:
    _line(book, table.heading, bold=True, before=8, after=3)
    head, *rows = table.rows
    grid = book.add_table(rows=1, cols=len(head))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _margins(grid)
    for cell, text in zip(grid.rows[0].cells, head, strict=True):
        _cell(cell, text, CENTER, bold=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    for number, row in enumerate(rows, 1):
        cells = zip(grid.add_row().cells, row, table.widths_mm, strict=True)
        for cell, text, width_mm in cells:
            is_right = is_number(text)
            size = _points(text, width_mm) if is_right else CELL_POINTS
            _cell(cell, text, RIGHT if is_right else None, size, bold=number in table.strong)
    for row in grid.rows:
        keep = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(keep)
    _widths(grid, table.widths_mm)
    if table.note:
        paragraph = book.add_paragraph()
        run = paragraph.add_run(table.note)
        run.italic, run.font.size = True, Pt(11)


def _margins(grid: Any) -> None:
    """A millimetre at both sides of a cell, so that millions stay on one line."""
    margins = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), "57")
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    grid._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption")


def _widths(grid: Any, widths: Sequence[float]) -> None:
    """LibreOffice goes by the columns, Word by the cells."""
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _points(text: str, width_mm: float) -> float:
    """Smaller where it must be: a number in two lines would be another one."""
    room = (width_mm - 2 * SIDE_MM) * POINTS_A_MM
    fitting = room / sum(_EM.get(one, 0.5) for one in text)
    return min(CELL_POINTS, floor(2 * fitting) / 2)


def _cell(
    cell: Any, text: str, align: Any, size: float = CELL_POINTS, *, bold: bool = False
) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = CELL
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold = bold
    if size != CELL_POINTS:
        run.font.size = Pt(size)


def _signatures(book: Any, page: Page) -> None:
    block = book.add_table(rows=1, cols=2)
    block.autofit = False
    receivers, signer = block.rows[0].cells
    _widths(block, (80, 85))
    first = receivers.paragraphs[0]
    run = first.add_run("Nơi nhận:")
    if page.is_party:
        run.underline, run.font.size = True, Pt(14)
    else:
        run.bold, run.italic, run.font.size = True, True, Pt(12)
    for text in page.recipients:
        line = receivers.add_paragraph().add_run(text)
        line.font.size = Pt(12 if page.is_party else 11)
    signer.paragraphs[0].alignment = CENTER
    for text in page.signer:
        _in(signer, text, bold=True, size=14)
    for _ in range(4):
        signer.add_paragraph()
    _in(signer, page.signed_by, bold=True, size=14)
    keep = OxmlElement("w:cantSplit")
    block.rows[0]._tr.get_or_add_trPr().append(keep)
