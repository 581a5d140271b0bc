"""A report as a DOCX page of Decree 30/2020/NĐ-CP: what superiors expect on paper.

A4, margins 20/20/30/15 mm, Times New Roman 13 and 14, national title at the right, the agency at
the left, page number centred above from page 2, ends with «./.». Needs the extra `docx`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from server.reporting.letterhead import Letterhead
from server.reporting.report import Report
from server.reporting.said import (
    Table,
    completeness_lines,
    draft_line,
    source_line,
    subject,
    tables,
)
from server.reporting.words import long_day

FONT = "Times New Roman"
CENTER, JUSTIFY, RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.RIGHT,
)
_WIDTHS_MM = {
    "I.": (52, 27, 24, 24, 19, 19),
    "II.": (57, 18, 18, 18, 18, 18, 18),
    "III.": (16, 47, 25, 17, 16, 17, 27),
}
RED = RGBColor(0xC0, 0x00, 0x00)


def make(path: Path, report: Report, head: Letterhead, number: str = "") -> None:
    """Write the page; `number` is the document's own, dots where it has none yet."""
    book = Document()
    _page(book)
    _title_block(book, report, head, number)
    if line := draft_line(report):
        _line(book, line, bold=True, align=CENTER, colour=RED)
    _line(book, "BÁO CÁO", bold=True, size=14, align=CENTER, before=10)
    _line(book, subject(report), bold=True, size=14, align=CENTER, after=8)
    if head.addressees:
        _addressees(book, head.addressees)
    _body(book, f"Thực hiện chế độ báo cáo theo khung giờ, {report.unit} báo cáo như sau:")
    for table in tables(report):
        _table(book, table)
    _line(book, "IV. Độ đầy đủ của số liệu", bold=True, before=8, after=2)
    lines = completeness_lines(report)
    for line in lines:
        _body(book, line)
    _body(book, f"{source_line(report).rstrip('.')}./.")
    _signatures(book, head)
    book.core_properties.author = report.unit
    book.core_properties.title = subject(report)
    book.save(str(path))


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


def _title_block(book: Any, report: Report, head: Letterhead, number: str) -> None:
    block = book.add_table(rows=2, cols=2)
    block.alignment = WD_TABLE_ALIGNMENT.CENTER
    block.autofit = False
    _widths(block, (66, 99))
    agency, nation = block.rows[0].cells
    if head.parent:
        _in(agency, head.parent.upper(), size=12)
    _in(agency, head.agency, bold=True, size=12, ruled=True)
    _in(nation, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    _in(nation, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, ruled=True)
    numbered, dated = block.rows[1].cells
    _in(numbered, f"Số: {number or '…'}/{head.symbol}")
    _in(dated, f"{head.place}, {long_day(report.at_ms)}", italic=True)
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


def _line(
    book: Any,
    text: str,
    *,
    bold: bool = False,
    size: int = 13,
    align: Any = None,
    before: int = 0,
    after: int = 0,
    colour: Any = None,
) -> None:
    paragraph = book.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.keep_with_next = bold
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _body(book: Any, text: str) -> None:
    paragraph = book.add_paragraph(text)
    paragraph.alignment = JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.space_after = Pt(4)


def _addressees(book: Any, names: Sequence[str]) -> None:
    if len(names) == 1:
        _line(book, f"Kính gửi: {names[0]}", align=CENTER, after=6)
        return
    _line(book, "Kính gửi:", align=CENTER)
    for at, name in enumerate(names):
        end = "." if at == len(names) - 1 else ";"
        _line(book, f"- {name}{end}", align=CENTER, after=6 if end == "." else 0)


def _table(book: Any, table: Table) -> None:
    _line(book, table.heading, bold=True, before=8, after=3)
    head, *rows = table.rows
    grid = book.add_table(rows=1, cols=len(head))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = _WIDTHS_MM[table.heading.split()[0]]
    for cell, text in zip(grid.rows[0].cells, head, strict=True):
        _cell(cell, text, CENTER, bold=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        for at, (cell, text) in enumerate(zip(grid.add_row().cells, row, strict=True)):
            words = at == 0 or not text[:1].isdigit()
            _cell(cell, text, None if words else RIGHT)
    for row in grid.rows:
        keep = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(keep)
    _widths(grid, widths)
    if table.note:
        paragraph = book.add_paragraph()
        run = paragraph.add_run(table.note)
        run.italic, run.font.size = True, Pt(11)


def _widths(grid: Any, widths: Sequence[float]) -> None:
    """LibreOffice goes by the columns, Word by the cells."""
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _cell(cell: Any, text: str, align: Any, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(11)


def _signatures(book: Any, head: Letterhead) -> None:
    block = book.add_table(rows=1, cols=2)
    block.autofit = False
    receivers, signer = block.rows[0].cells
    _widths(block, (80, 85))
    first = receivers.paragraphs[0]
    run = first.add_run("Nơi nhận:")
    run.bold, run.italic, run.font.size = True, True, Pt(12)
    for name in head.recipients:
        line = receivers.add_paragraph().add_run(f"- {name};" if name else "")
        line.font.size = Pt(11)
    signer.paragraphs[0].alignment = CENTER
    for text in (head.authority, head.post):
        if text:
            _in(signer, text.upper(), bold=True, size=14)
    for _ in range(4):
        signer.add_paragraph()
    _in(signer, head.signer or "…………………………", bold=True, size=14)
