"""Issued documents as PDF pages: A4 sheets, A5 for a windscreen, small cards eight to a page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from server.issuing.codes import PRINT_MM, PrintedCode, printed_code
from server.issuing.paper import (
    BOLD,
    REGULAR,
    draw_all,
    draw_code,
    draw_fitting,
    draw_text,
    new_canvas,
)
from server.issuing.said import TITLES, lines_of, outside_lines, validity
from server.issuing.sign import Document

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A5_LANDSCAPE = (210 * MM, 148 * MM)
CODE = PRINT_MM * MM
MARGIN = 18 * MM
WINDSCREEN_CODE = 88 * MM
CARD_COLUMNS, CARD_ROWS = 2, 4
CHECK = (
    "Cán bộ chốt quét mã để kiểm tra, không cần mạng. Hãy mang theo giấy tờ tùy thân.",
    "Officers check the code offline. Carry the ID that it names.",
)


def sheets_pdf(documents: Sequence[Document], *, unit: str, windscreen: bool = False) -> bytes:
    """All documents as one PDF. `unit` is who issued them; `windscreen` makes A5 pages."""
    target = io.BytesIO()
    sheets = Sheets(target, documents[0].typ, unit=unit, windscreen=windscreen)
    for document in documents:
        sheets.add(document, [printed_code(text) for text in document.texts])
    sheets.save()
    return target.getvalue()


class Sheets:
    """A PDF that documents of one type are added to; nothing is written before `save`."""

    def __init__(
        self, target: IO[bytes] | Path, typ: str, *, unit: str, windscreen: bool = False
    ) -> None:
        path = str(target) if isinstance(target, Path) else target
        self._canvas = new_canvas(path, A5_LANDSCAPE if windscreen else A4, TITLES[typ][1])
        self._unit = unit
        self._is_cards = typ in ("card", "badge")
        self._windscreen = windscreen
        self._count = 0

    def add(self, document: Document, codes: Sequence[PrintedCode]) -> None:
        """`codes` are those of its texts."""
        if self._is_cards:
            _placed_card(self._canvas, self._count, document, codes[0], self._unit)
        elif self._windscreen:
            _windscreen(self._canvas, document, codes[0], self._unit)
        else:
            _sheet(self._canvas, document, codes, self._unit)
        self._count += 1

    def save(self) -> None:
        if self._is_cards:
            self._canvas.showPage()
        self._canvas.save()


def _sheet(canvas: Any, document: Document, codes: Sequence[PrintedCode], unit: str) -> None:
    """One A4 page; a manifest goes on with its people on as many as they need."""
    width, height = A4
    y = _head(canvas, document, unit, width, height - MARGIN)
    codes_x = width - MARGIN - CODE
    top = y
    draw_code(canvas, codes[0], codes_x, top - CODE, CODE)
    if len(codes) > 1:
        _under_code(canvas, codes_x, top - CODE, f"Mã 1/{len(codes)}")
    y = _lines(canvas, document, MARGIN, top - 12, codes_x - MARGIN - 8 * MM)
    y = min(y, top - CODE - 12 * MM)
    y = _more_codes(canvas, codes, y)
    y = _valid(canvas, document, MARGIN, y - 4, width - 2 * MARGIN, 13)
    y = draw_text(canvas, CHECK[0], MARGIN, y - 8, width - 2 * MARGIN, 9)
    y = draw_text(canvas, CHECK[1], MARGIN, y, width - 2 * MARGIN, 8)
    _people(canvas, document, y - 14)
    canvas.showPage()


def _head(canvas: Any, document: Document, unit: str, width: float, y: float) -> float:
    half = (width - 2 * MARGIN) / 2
    draw_all(canvas, [unit], MARGIN, y, half - 6 * MM, 30, 10, BOLD)
    right = MARGIN + half
    draw_fitting(canvas, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right + half / 2, y, half, 10)
    draw_fitting(canvas, "Độc lập – Tự do – Hạnh phúc", right + half / 2, y - 14, half, 10)
    vi, en = TITLES[document.typ]
    draw_fitting(canvas, vi, width / 2, y - 58, width - 2 * MARGIN, 22)
    canvas.setFont(REGULAR, 10)
    canvas.drawCentredString(width / 2, y - 74, f"{en}  ·  Số / No. {document.id}")
    return y - 92


def _lines(canvas: Any, document: Document, x: float, y: float, width: float) -> float:
    for vi, en, value in lines_of(document.claims):
        canvas.setFont(REGULAR, 8)
        canvas.setFillColorRGB(0.3, 0.3, 0.3)
        canvas.drawString(x, y, f"{vi} · {en}")
        canvas.setFillColorRGB(0, 0, 0)
        y = draw_text(canvas, value, x, y - 14, width, 12.5, BOLD) - 4
    return y


def _more_codes(canvas: Any, codes: Sequence[PrintedCode], y: float) -> float:
    """The second and further codes of a manifest, three to a line."""
    of = len(codes)
    step = (A4[0] - 2 * MARGIN - CODE) / 2
    for number, code in enumerate(codes[1:], 2):
        column = (number - 2) % 3
        if column == 0 and y - CODE < MARGIN:
            canvas.showPage()
            y = A4[1] - MARGIN
        x = MARGIN + column * step
        draw_code(canvas, code, x, y - CODE, CODE)
        _under_code(canvas, x, y - CODE, f"Mã {number}/{of}")
        if column == 2 or number == of:
            y -= CODE + 10 * MM
    return y


def _under_code(canvas: Any, x: float, y: float, text: str) -> None:
    canvas.setFont(BOLD, 9)
    canvas.drawCentredString(x + CODE / 2, y - 9, text)


def _people(canvas: Any, document: Document, y: float) -> None:
    draft = document.draft
    workers = () if draft is None else draft.workers
    for number, worker in enumerate(workers, 1):
        if y < MARGIN:
            canvas.showPage()
            y = A4[1] - MARGIN
        id_number = worker[1] if len(worker) > 1 else ""
        canvas.setFont(REGULAR, 10)
        canvas.drawString(MARGIN, y, f"{number}.")
        canvas.drawRightString(A4[0] - MARGIN, y, id_number)
        y = draw_text(canvas, worker[0], MARGIN + 10 * MM, y, A4[0] - 2 * MARGIN - 60 * MM, 10) - 2


def _windscreen(canvas: Any, document: Document, code: PrintedCode, unit: str) -> None:
    """A5 landscape: readable from outside the vehicle."""
    width, height = A5_LANDSCAPE
    margin = 10 * MM
    draw_code(
        canvas,
        code,
        width - margin - WINDSCREEN_CODE,
        margin + 8 * MM,
        WINDSCREEN_CODE,
    )
    left = width - 3 * margin - WINDSCREEN_CODE
    vi, en = TITLES[document.typ]
    draw_all(canvas, [unit], margin, height - margin - 8, width - 2 * margin, 10, 10, BOLD)
    draw_fitting(canvas, vi, width / 2, height - 26 * MM, width - 2 * margin, 34)
    canvas.setFont(REGULAR, 9)
    canvas.drawString(margin, height - 34 * MM, f"{en}  ·  Số / No. {document.id}")
    plate = str(document.claims.get("v", ""))
    draw_fitting(canvas, plate, margin + left / 2, height - 52 * MM, left, 40)
    y = _valid(canvas, document, margin, height - 63 * MM, left, 13)
    texts = [f"{vi}: {value}" for vi, _, value in outside_lines(document.claims) if value != plate]
    draw_all(canvas, texts, margin, y - 6, left, y - 6 - (margin + 18), 12)
    draw_text(canvas, CHECK[0], margin, margin + 4, width - 2 * margin, 8)
    canvas.showPage()


def _placed_card(canvas: Any, index: int, document: Document, code: PrintedCode, unit: str) -> None:
    """Eight to an A4 page with lines to cut along."""
    cell_width = (A4[0] - 2 * 8 * MM) / CARD_COLUMNS
    cell_height = (A4[1] - 2 * 8 * MM) / CARD_ROWS
    place = index % (CARD_COLUMNS * CARD_ROWS)
    if index and place == 0:
        canvas.showPage()
    x = 8 * MM + place % CARD_COLUMNS * cell_width
    top = A4[1] - 8 * MM - place // CARD_COLUMNS * cell_height
    canvas.setStrokeColorRGB(0.7, 0.7, 0.7)
    canvas.rect(x, top - cell_height, cell_width, cell_height, stroke=1, fill=0)
    _card(canvas, document, code, unit, x, top, cell_width)


def _card(
    canvas: Any,
    document: Document,
    code: PrintedCode,
    unit: str,
    x: float,
    top: float,
    width: float,
) -> None:
    code_x = x + width - CODE - 1.5 * MM
    draw_code(canvas, code, code_x, top - CODE - 8 * MM, CODE)
    left = x + 3 * MM
    room = code_x - left - 1 * MM
    canvas.setFont(BOLD, 9)
    canvas.drawString(left, top - 5 * MM, TITLES[document.typ][0])
    y = draw_all(canvas, [unit], left, top - 10 * MM, room, 26, 6.5)
    cells = {} if document.draft is None else document.draft.cells
    if document.typ == "badge":
        texts = [cells.get(name, "") for name in ("name", "role", "checkpoints")]
        y = draw_all(canvas, texts, left, y, room, y - (top - 50 * MM), 8, BOLD)
    texts = [f"{label}: {value}" for label, _, value in lines_of(document.claims)]
    draw_all(canvas, texts, left, y, room, y - (top - CODE - 8 * MM), 7, gap=1)
    vi, _ = validity(document.from_ms, document.expires_ms)
    draw_text(canvas, f"{vi} · {document.id}", left, top - CODE - 12 * MM, width - 6 * MM, 7)


def _valid(canvas: Any, document: Document, x: float, y: float, width: float, size: float) -> float:
    vi, en = validity(document.from_ms, document.expires_ms)
    y = draw_text(canvas, vi, x, y, width, size, BOLD)
    return draw_text(canvas, en, x, y, width, size - 4)
