"""On whose word a violation is punished: rows that counsel has checked become the pack `offences`.

Until a unit publishes one, tablets propose a short list of their own that nobody has checked, and
say so. What a row says counts on every tablet for violations written from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.offence_records import VIOLATIONS
from server.console.texts import text
from server.issuing.columns import Column
from server.issuing.rows import RowError, cells_of, claims_of, matched_columns
from server.issuing.tables import Table
from server.issuing.values import folded


def violation_of(cell: str) -> str | None:
    """A word of the wire from itself or from what the console calls it."""
    named = {folded(text("vi", f"violation.{one}")): one for one in VIOLATIONS}
    return named.get(folded(cell)) or (cell if cell in VIOLATIONS else None)


COLUMNS: tuple[Column, ...] = (
    Column(
        "what",
        "Vi phạm",
        "what",
        80,
        violation_of,
        "violation",
        required=True,
        example="Không đeo khẩu trang nơi công cộng",
    ),
    Column("document", "Văn bản", "document", 64, required=True, example="117/2020/NĐ-CP"),
    Column("clause", "Điều khoản", "clause", 120, required=True, example="Điều 12 khoản 1 điểm a"),
)


def shown(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is in force as the rows of a file."""
    return [
        {**one, "what": text("vi", f"violation.{one['what']}")} for one in content.get("legal", ())
    ]


def offences(table: Table) -> tuple[dict[str, Any], list[RowError]]:
    """The content of the pack, or nothing and every error. Raises TableError for the headings."""
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    legal: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        claims = claims_of(COLUMNS, row.number, cells_of(row, columns, errors), errors)
        what = str(claims.get("what", ""))
        if what in seen:
            errors.append(RowError(row.number, "what", "twice", {"other": seen[what]}))
        seen[what] = row.number
        legal.append(
            {name: claims[name] for name in ("what", "document", "clause") if name in claims}
        )
    return ({"legal": []} if errors else {"legal": legal}), errors
