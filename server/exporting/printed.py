"""How a table looks on paper and on a screen: its title, and how wide its columns are.

Widths are declared and not measured: a workbook is written row by row, and a width stands before
the first row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from server.exporting.styled import VIETNAM
from server.exporting.words import Lang
from server.store.export_protocol import Column, Value

LEGIBLE_CHARACTERS = 160
"""More than that in a line of A4 across is smaller than newsprint: what can be folded, is."""

_TITLES: dict[str, dict[Lang, str]] = {
    "crossings": {"vi": "Lượt qua chốt", "en": "Crossings"},
    "turn-backs": {"vi": "Lượt quay đầu", "en": "Turned back"},
    "goods": {"vi": "Hàng hóa qua chốt", "en": "Goods"},
    "passengers": {"vi": "Người qua chốt", "en": "People"},
    "conflicts": {"vi": "Giá trị đang tranh chấp", "en": "Conflicts"},
    "arrivals": {"vi": "Người sẽ đến", "en": "Arrivals"},
    "alerts": {"vi": "Cảnh báo", "en": "Alerts"},
    "notes": {"vi": "Sổ việc của chốt", "en": "Book of the checkpoint"},
    "events": {"vi": "Sự kiện đã nhận", "en": "Accepted events"},
    "audit": {"vi": "Nhật ký truy cập", "en": "Audit log"},
}
LINE_POINTS = 15
MOST_LINES = 20
"""Excel takes 409 points."""
_FILL = 0.85
"""How much of a line words fill before the next is begun."""

_PERSONAL: dict[Lang, str] = {
    "vi": "Có thông tin cá nhân: chỉ dùng đúng mục đích đã ghi",
    "en": "Names people: only for the purpose stated",
}
_KIND_WIDTHS = {"moment": 19, "whole": 8, "number": 10, "flag": 8, "text": 14}
_WIDTHS = {
    **dict.fromkeys(("record", "device", "counted_as", "crossing", "crossings"), 38),
    **dict.fromkeys(("previous", "commitment"), 66),
    **dict.fromkeys(("direction", "sex"), 7),
    **dict.fromkeys(("line", "person"), 6),
    **dict.fromkeys(("lane", "unit", "review"), 10),
    **dict.fromkeys(("plate", "plates", "mode", "phone", "birth_date"), 12),
    **dict.fromkeys(("checkpoint", "section", "who", "by", "result", "purpose"), 17),
    **dict.fromkeys(("action", "override", "flags", "evidence"), 18),
    **dict.fromkeys(("officer", "families", "family", "group", "product", "symptoms"), 23),
    **dict.fromkeys(("name", "what", "alert", "origin", "destination"), 24),
    **dict.fromkeys(("address", "description", "note", "reasons"), 30),
    "value": 36,
    "amount_vnd": 12,
    "ref": 44,
    "details": 60,
}
_FOLDED = frozenset(
    {
        *("record", "device", "counted_as", "crossing", "crossings", "ref"),
        *("previous", "commitment", "seq", "branch", "plate_read", "code"),
    }
)
"""For machines, or said by another column."""


def title_of(table: str, window: tuple[int, int], lang: Lang) -> str:
    """What the table is and of when, for the head of each page."""
    first, last = (datetime.fromtimestamp(one / 1000, VIETNAM) for one in window)
    since, until = (one.strftime("%d/%m/%Y %H:%M") for one in (first, last))
    return f"{_TITLES[table][lang]}: {since} – {until}"


def warning_of(names_people: bool, lang: Lang) -> str:
    """What the foot of each page warns of; "" where nobody is named."""
    return _PERSONAL[lang] if names_people else ""


def width_of(column: Column) -> int:
    """Characters."""
    if _is_whole_event(column):
        return 80
    return _WIDTHS.get(column.name, _KIND_WIDTHS[column.kind])


def is_wrapped(column: Column) -> bool:
    """Whether long text goes on below; an event's body stays on one line, cut at the margin."""
    return column.kind == "text" and not _is_whole_event(column) and column.name not in _FOLDED


def _is_whole_event(column: Column) -> bool:
    # The person part of an event has the name that the number of a passenger has.
    return column.name == "body" or (column.name == "person" and column.free)


def lines_of(texts: Iterable[tuple[int, Value]]) -> int:
    """How many lines a row needs whose wrapped cells are (width in characters, text).

    LibreOffice does not work that out for a file it opens: text would lie over the row below.
    """
    most = 1
    for width, text in texts:
        if isinstance(text, str) and (len(text) > width or "\n" in text):
            parts = text.split("\n")
            most = max(most, sum(max(1, ceil(len(one) / (width * _FILL))) for one in parts))
    return min(most, MOST_LINES)


def folded(columns: Sequence[Column]) -> frozenset[str]:
    """Columns that are folded away, a press brings them back; none where all fit on a page."""
    if sum(map(width_of, columns)) <= LEGIBLE_CHARACTERS:
        return frozenset()
    names = {one.name for one in columns}
    may = _FOLDED | ({"received"} if "occurred" in names else set())
    return frozenset(names & may) if names - may else frozenset()
