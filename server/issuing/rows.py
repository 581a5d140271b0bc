"""Rows of a file as drafts of documents. Every row is judged before any is issued."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from server.issuing.columns import COLUMNS, TIMES, Column, Kind, find_column
from server.issuing.facts import card_claims
from server.issuing.tables import HEADING_ROWS, Row, Table, TableError
from server.issuing.values import folded, has_control_characters, moment_ms

MAX_WORKERS = 2_000
LONGEST_VALIDITY_MS = 5 * 366 * 86_400_000
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_FAULTS = {
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
}  # fmt: skip
"""What a spreadsheet shows, and writes into a file, where a formula found nothing."""

_ROW_NUMBERS = {"stt", "tt", "so tt", "so thu tu", "no"}
Cells = dict[str, str]
"""Tidy, non-empty cells by the name of their column."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that keeps a row from being issued; `code` is a key of `server.issuing.texts`."""

    row: int
    column: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One document to be issued. `row` is where it came from, `cells` what stands there."""

    row: int
    kind: Kind
    claims: dict[str, Any]
    from_ms: int | None
    until_ms: int
    cells: Cells
    workers: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows that do not say otherwise. Unix milliseconds."""

    now_ms: int
    until_ms: int | None = None


def drafts_of(kind: Kind, table: Table, defaults: Defaults) -> tuple[list[Draft], list[RowError]]:
    """All drafts of a table, or none and every error in it. Raises TableError for its headings."""
    columns = matched_columns(COLUMNS[kind], table.headings, table.heading_row)
    drafts: list[Draft] = []
    errors: list[RowError] = []
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    rows = [(row, cells_of(row, columns, errors)) for row in table.rows]
    groups = _trips(rows, errors) if kind == "manifest" else [[one] for one in rows]
    for group in groups:
        row, cells = group[0]
        same = tuple(sorted(cells.items()))
        if kind != "manifest" and same in seen:
            errors.append(RowError(row.number, "", "twice", {"other": seen[same]}))
        seen.setdefault(same, row.number)
        draft = draft_of(kind, row.number, cells, defaults, errors)
        if draft is not None:
            drafts.append(_with_workers(draft, group, errors) if kind == "manifest" else draft)
    return ([] if errors else drafts), errors


def draft_of(
    kind: Kind, row: int, cells: Cells, defaults: Defaults, errors: list[RowError]
) -> Draft | None:
    """One row as a draft; None when it gave an error, which is added to `errors`."""
    before = len(errors)
    claims = claims_of(COLUMNS[kind], row, cells, errors)
    if kind == "card":
        claims |= card_claims(row, cells, lambda *one: errors.append(RowError(*one)))
    from_ms, until_ms = _times(row, cells, defaults, errors)
    if len(errors) > before or until_ms is None:
        return None
    return Draft(row, kind, claims, from_ms, until_ms, cells)


def claims_of(
    columns: Sequence[Column], row: int, cells: Cells, errors: list[RowError]
) -> dict[str, Any]:
    """The claims that stand in cells of their own; what is wrong is added to `errors`."""
    claims: dict[str, Any] = {}
    for column in columns:
        text = cells.get(column.name, "")
        if not text:
            if column.required:
                errors.append(RowError(row, column.name, "missing"))
            continue
        if len(text) > column.limit:
            errors.append(RowError(row, column.name, "long", {"limit": column.limit}))
        elif has_control_characters(text):
            errors.append(RowError(row, column.name, "control"))
        elif column.read is not None and column.read(text) is None:
            errors.append(RowError(row, column.name, column.wrong))
        elif column.claim:
            claims[column.claim] = text if column.read is None else column.read(text)
    return claims


def matched_columns(
    columns: Sequence[Column], headings: Sequence[str], row: int = 1
) -> list[Column | None]:
    """Which column each heading means; None for an empty one. Raises TableError.

    `row` is where the headings stand, for what is said.
    """
    found: list[Column | None] = []
    for heading in headings:
        column = find_column(columns, heading)
        if column is None and folded(heading) in _ROW_NUMBERS:
            column = ROW_NUMBER
        if column is None and heading:
            known = ", ".join(one.vi for one in columns)
            raise TableError("heading.unknown", row=row, heading=heading[:60], known=known)
        if column is not None and column in found:
            raise TableError("heading.twice", row=row, heading=column.vi)
        found.append(column)
    for column in columns:
        if column.required and column not in found:
            raise TableError("heading.missing", row=row, heading=column.vi)
    return found


ROW_NUMBER = Column("", "STT", limit=1_000)
"""A column that lists carry and nobody reads."""


def cells_of(row: Row, columns: Sequence[Column | None], errors: list[RowError]) -> Cells:
    """The cells of a row by column; what is wrong is added to `errors`."""
    cells: Cells = {}
    for index, text in enumerate(row.cells):
        column = columns[index] if index < len(columns) else None
        if not text:
            continue
        if column is None:
            errors.append(RowError(row.number, f"{index + 1}", "no_heading"))
            continue
        whole = _whole(row, index, column, text)
        if text.upper() in _FAULTS and column is not ROW_NUMBER:
            errors.append(RowError(row.number, column.name, "fault", {"cell": text}))
        elif whole is None:
            errors.append(RowError(row.number, column.name, "number_cell"))
        elif column.digits and _ROUNDED.fullmatch(text):
            errors.append(RowError(row.number, column.name, "rounded"))
        cells[column.name] = whole or text
    return cells


def restored(column: Column, text: str) -> str | None:
    """A bare number of a spreadsheet as it was meant; None where zeros are lost for good."""
    whole = None if column.restore is None else column.restore(text)
    return text if whole is None and not column.digits else whole


def _whole(row: Row, index: int, column: Column, text: str) -> str | None:
    """The cell as it was meant. In a text file only what is certain is put back."""
    if index in row.numeric:
        return restored(column, text)
    if row.untyped and column.digits and column.restore is not None and text[:1] != "0":
        return column.restore(text) or text
    return text


def headed(table: Table, columns: Sequence[Column]) -> Table:
    """The table from the row of its headings on: a list may have a title and a date above them."""
    for number, row in enumerate((Row(0, table.headings), *table.rows[: HEADING_ROWS - 1])):
        known = sum(find_column(columns, one) is not None for one in row.cells if one)
        if known >= max(1, min(2, len(columns))):
            return (
                table
                if number == 0
                else replace(
                    table,
                    headings=row.cells,
                    rows=table.rows[number:],
                    heading_row=row.number,
                )
            )
    return table


def restored_cells(table: Table, columns: Sequence[Column]) -> list[RowError]:
    """What was made of bare numbers, to be told: each with the cell as it stood and as it is."""
    found = []
    found_columns = [find_column(columns, one) if one else None for one in table.headings]
    for row in table.rows:
        for index in range(len(row.cells)) if row.untyped else sorted(row.numeric):
            text = row.cells[index] if index < len(row.cells) else ""
            column = found_columns[index] if index < len(found_columns) else None
            whole = None if column is None or not text else _whole(row, index, column, text)
            if column is not None and whole not in (None, text):
                told = {"cell": text, "whole": whole}
                found.append(RowError(row.number, column.name, "restored", told))
    return found


def _times(
    row: int, cells: Cells, defaults: Defaults, errors: list[RowError]
) -> tuple[int | None, int | None]:
    read: dict[str, int | None] = {"valid_from": None, "valid_until": defaults.until_ms}
    for column in TIMES:
        text = cells.get(column.name)
        if text is None:
            continue
        at_ms = moment_ms(text, end=column.name == "valid_until")
        if at_ms is None:
            errors.append(RowError(row, column.name, "moment"))
            return None, None
        read[column.name] = at_ms
    from_ms, until_ms = read["valid_from"], read["valid_until"]
    if until_ms is None:
        errors.append(RowError(row, "valid_until", "missing"))
    elif until_ms <= defaults.now_ms:
        errors.append(RowError(row, "valid_until", "ended"))
    elif until_ms > defaults.now_ms + LONGEST_VALIDITY_MS:
        errors.append(RowError(row, "valid_until", "far"))
    elif from_ms is not None and until_ms <= from_ms:
        errors.append(RowError(row, "valid_until", "order"))
    else:
        return from_ms, until_ms
    return None, None


def _trips(
    rows: Sequence[tuple[Row, Cells]], errors: list[RowError]
) -> list[list[tuple[Row, Cells]]]:
    """Rows of one trip together; what a trip has in common may stand in its first row only."""
    own = ("name", "id_number")
    groups: dict[str, list[tuple[Row, Cells]]] = {}
    key = ""
    for row, cells in rows:
        key = cells.get("trip") or cells.get("plate") or key
        group = groups.setdefault(key, [])
        if group:
            first, shared = group[0]
            for name, text in cells.items():
                if name not in own and shared.get(name, "") != text:
                    errors.append(RowError(row.number, name, "differs", {"other": first.number}))
        group.append((row, cells))
    return list(groups.values())


def _with_workers(
    draft: Draft, group: Sequence[tuple[Row, Cells]], errors: list[RowError]
) -> Draft:
    workers: list[tuple[str, ...]] = []
    for row, cells in group:
        worker = tuple(cells[name] for name in ("name", "id_number") if name in cells)
        if "name" not in cells:
            if "id_number" in cells or len(group) > 1:
                errors.append(RowError(row.number, "name", "missing"))
            continue
        for name, limit in (("name", 120), ("id_number", 32)):
            if len(cells.get(name, "")) > limit:
                errors.append(RowError(row.number, name, "long", {"limit": limit}))
            if has_control_characters(cells.get(name, "")):
                errors.append(RowError(row.number, name, "control"))
        if worker in workers:
            other = group[workers.index(worker)][0].number
            errors.append(RowError(row.number, "name", "twice", {"other": other}))
        workers.append(worker)
    claims = dict(draft.claims)
    text = draft.cells.get("workers", "")
    if text:
        if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
            errors.append(RowError(draft.row, "workers", "integer", {"limit": MAX_WORKERS}))
        elif workers and int(text) != len(workers):
            told = {"listed": len(workers), "count": int(text)}
            errors.append(RowError(draft.row, "workers", "workers", told))
        else:
            claims["w"] = int(text)
    elif not workers:
        errors.append(RowError(draft.row, "workers", "missing"))
    return Draft(
        draft.row, draft.kind, claims, draft.from_ms, draft.until_ms, draft.cells, tuple(workers)
    )
