"""Rows of a file as the telephone book of the checkpoints and the leaders on duty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from server.issuing.columns import Column
from server.issuing.rows import Cells, RowError, cells_of, claims_of, matched_columns
from server.issuing.tables import Table
from server.issuing.values import VIETNAM, folded, from_serial, moment_ms, phone_from_number

LONGEST_DUTY_MS = 62 * 86_400_000
_NUMBER = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){2,14}")
_KINDS = {
    "chi huy": "command",
    "y te": "health",
    "cong an": "police",
    "cuu nan": "rescue",
    "cuu hoa": "rescue",
    "khac": "other",
    **{one: one for one in ("command", "health", "police", "rescue", "other")},
}
SAID_KINDS = {
    "command": "chỉ huy", "health": "y tế", "police": "công an", "rescue": "cứu nạn",
    "other": "khác",
}  # fmt: skip
_YES = {"co", "x", "yes", "1", "true"}
_NO = {"khong", "no", "0", "false"}
_SEPARATORS = re.compile(r"[;,\s]+")


def kind_of(text: str) -> str | None:
    """What a number is for, by its code or in words: "Y tế", "health"."""
    return _KINDS.get(folded(text))


def number_of(text: str) -> str | None:
    """A number as people write it, short ones like 113 too; None where it is none."""
    return text if _NUMBER.fullmatch(text) else None


def number_from_cell(value: str) -> str | None:
    """A number that a spreadsheet holds as one: short ones as they are, others with their zero."""
    return value if re.fullmatch("1[0-9]{2,3}", value) else phone_from_number(value)


def answer_of(text: str) -> str | None:
    """ "yes" or "no", by "có", "x", "không"."""
    word = folded(text)
    return "yes" if word in _YES else "no" if word in _NO else None


COLUMNS: tuple[Column, ...] = (
    Column("kind", "Loại", "kind", 20, kind_of, "choice_kind"),
    Column("name", "Tên", "name", 120, required=True),
    Column(
        "number",
        "Số",
        "number",
        24,
        number_of,
        "hotline",
        required=True,
        digits=True,
        restore=number_from_cell,
    ),
    Column("title", "Chức vụ", "title", 80),
    Column("checkpoints", "Chốt", limit=500),
    Column("public", "Cho dân", "public", 8, answer_of, "yes_no"),
    Column("from", "Trực từ", limit=40, restore=from_serial),
    Column("until", "Trực đến", limit=40, restore=from_serial),
)
"""A row with `from` is a leader on duty until `until`; any other one is a number of the book."""

Book = dict[str, list[dict[str, Any]]]


def phone_book(table: Table, known: Iterable[str]) -> tuple[Book, list[RowError]]:
    """{"book": […], "duty": […]} as tablets get them, or nothing and every error in the rows.

    `known`: the checkpoints there are. Raises TableError for the headings.
    """
    checkpoints = frozenset(known)
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    book: Book = {"book": [], "duty": []}
    for row in table.rows:
        cells = cells_of(row, columns, errors)
        claims = claims_of(COLUMNS, row.number, cells, errors)
        where = _checkpoints(row.number, cells, checkpoints, errors)
        if "from" in cells or "until" in cells:
            times = _times(row.number, cells, errors)
            if times is not None:
                named = {name: claims.get(name, "") for name in ("name", "title", "number")}
                book["duty"].append(named | times | where)
            continue
        line = {name: claims.get(name, "") for name in ("name", "number")}
        book["book"].append(
            {"kind": claims.get("kind", "other")}
            | line
            | {"public": claims.get("public") == "yes"}
            | where
        )
    book["duty"].sort(key=lambda one: (one["from"], one["name"]))
    return ({"book": [], "duty": []} if errors else book), errors


def shown(book: Mapping[str, Any]) -> list[dict[str, str]]:
    """The book and the leaders on duty as the rows of a file."""
    numbers = [
        {
            "kind": SAID_KINDS[one["kind"]],
            "name": one["name"],
            "number": one["number"],
            "checkpoints": "; ".join(one.get("checkpoints", ())),
            "public": "có" if one["public"] else "không",
        }
        for one in book.get("book", ())
    ]
    leaders = [
        {
            "name": one["name"],
            "number": one["number"],
            "title": one["title"],
            "checkpoints": "; ".join(one.get("checkpoints", ())),
            **{name: _local(one[name]) for name in ("from", "until")},
        }
        for one in book.get("duty", ())
    ]
    return numbers + leaders


def still_to_come(book: Mapping[str, Any], now_ms: int) -> Book:
    """The same without leaders whose time is over: names stay on no tablet longer than needed."""
    now = _iso(now_ms)
    return {
        "book": list(book.get("book", ())),
        "duty": [one for one in book.get("duty", ()) if one["until"] > now],
    }


def _checkpoints(
    row: int, cells: Cells, known: frozenset[str], errors: list[RowError]
) -> dict[str, list[str]]:
    named = [one for one in _SEPARATORS.split(cells.get("checkpoints", "")) if one]
    for one in named:
        if one not in known:
            errors.append(RowError(row, "checkpoints", "checkpoint", {"value": one}))
    return {"checkpoints": sorted(set(named))} if named else {}


def _times(row: int, cells: Cells, errors: list[RowError]) -> dict[str, str] | None:
    from_ms = moment_ms(cells.get("from", ""))
    until_ms = moment_ms(cells.get("until", ""), end=True)
    for name, value in (("from", from_ms), ("until", until_ms)):
        if value is None:
            errors.append(RowError(row, name, "moment"))
    if from_ms is None or until_ms is None:
        return None
    if until_ms <= from_ms:
        errors.append(RowError(row, "until", "order"))
        return None
    if until_ms - from_ms > LONGEST_DUTY_MS:
        errors.append(RowError(row, "until", "duty_long"))
        return None
    return {"from": _iso(from_ms), "until": _iso(until_ms)}


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(VIETNAM):%d/%m/%Y %H:%M}"
