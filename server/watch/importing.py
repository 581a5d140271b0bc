"""Rows of a file as entries of the watchlist, and what they would change; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rules.watchlist import watch_number
from server.issuing.columns import Column
from server.issuing.rows import Cells, RowError, cells_of, claims_of, matched_columns
from server.issuing.said import local_time
from server.issuing.tables import Table
from server.issuing.values import (
    date_of,
    folded,
    from_serial,
    id_from_number,
    moment_ms,
    place_of,
)
from server.places.units import unit
from server.store.watch_protocol import WATCH_CATEGORIES, WatchCategory, WatchEntry

COMMUNE_DIGITS = 5
LONGEST_WATCH_MS = 366 * 86_400_000
_DATE_SEPARATORS = re.compile(r"[,;]\s*|\s+")
_WORDS: dict[str, WatchCategory] = {
    "f0": "f0_after",
    "f0 sau dieu tri": "f0_after",
    "f1 tre em": "f1_child",
    "f1 duoi 5 tuoi": "f1_child",
    **{folded(one): one for one in WATCH_CATEGORIES},
}

Key = tuple[str, str, int]


def category_of(text: str) -> WatchCategory | None:
    """A category by its code or as people write it: "F1", "F0 sau điều trị", "F1 trẻ em"."""
    return _WORDS.get(folded(text))


def sample_dates_of(text: str) -> tuple[str, ...] | None:
    """Days apart by commas, semicolons or spaces, as sorted ISO days; None where one is no day."""
    days = [date_of(one) for one in _DATE_SEPARATORS.split(text) if one]
    whole = sorted({one for one in days if one is not None})
    return tuple(whole) if None not in days else None


def commune_of(text: str) -> str | None:
    """A commune by data set and code that there is: "2021/22738"; a typing error is told at once.

    In 2025 codes went on in other provinces, so the data set is always named.
    """
    place = place_of(text)
    found = None if place is None else unit(*place.split("/"))
    return place if found is not None and len(found.code) == COMMUNE_DIGITS else None


COLUMNS: tuple[Column, ...] = (
    Column(
        "id_number", "Số giấy tờ", "id_number", 32, watch_number, "watch_number",
        required=True, digits=True, restore=id_from_number, example="001090000001",
    ),
    Column(
        "old_id_number", "Số CMND cũ", "old_id_number", 32, watch_number, "watch_number",
        digits=True, restore=id_from_number, example="190000001",
    ),
    Column("name", "Họ tên", "name", 120, required=True, example="Lê Thị Thử"),
    Column(
        "category", "Diện", "category", 40, category_of, "watch_category", required=True,
        example="F1",
    ),
    Column("place", "Xã", "place", 10, commune_of, "commune", required=True, example="2021/22738"),
    Column("address", "Địa chỉ", "address", 300, example="Thôn Mẫu"),
    Column("from", "Từ", limit=40, required=True, restore=from_serial, example="20/11/2026"),
    Column("until", "Đến", limit=40, required=True, restore=from_serial, example="04/12/2026"),
    Column("sample_dates", "Ngày lấy mẫu", limit=200, example="22/11/2026, 29/11/2026"),
    Column("note", "Ghi chú", "note", 200),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """What one row says, not yet compared with the list; `entry` has no id."""

    row: int
    entry: WatchEntry


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import would do; entries that are as they were are only counted."""

    added: tuple[Listed, ...]
    changed: tuple[tuple[Listed, WatchEntry], ...]
    same: int

    def put(self, new_id: Callable[[], str]) -> list[WatchEntry]:
        """The entries to store."""
        fresh = [replace(one.entry, id=new_id()) for one in self.added]
        return fresh + [
            replace(one.entry, id=old.id, added_ms=old.added_ms) for one, old in self.changed
        ]


def listed_of(table: Table, now_ms: int) -> tuple[list[Listed], list[RowError]]:
    """All rows of a table, or none and every error in it. Raises TableError for its headings."""
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    found: list[Listed] = []
    seen: dict[Key, int] = {}
    for row in table.rows:
        entry = _entry(row.number, cells_of(row, columns, errors), now_ms, errors)
        if entry is None:
            continue
        other = seen.setdefault(_key(entry), row.number)
        if other != row.number:
            errors.append(RowError(row.number, "", "watch_twice", {"other": other}))
        found.append(Listed(row.number, entry))
    return ([] if errors else found), errors


def changes_of(listed: Sequence[Listed], current: Iterable[WatchEntry]) -> Changes:
    """An entry with the same number, category and beginning is the same one, maybe changed."""
    known = {_key(one): one for one in current}
    added, changed, same = [], [], 0
    for one in listed:
        old = known.get(_key(one.entry))
        if old is None:
            added.append(one)
        elif replace(one.entry, id=old.id, added_ms=old.added_ms) == old:
            same += 1
        else:
            changed.append((one, old))
    return Changes(tuple(added), tuple(changed), same)


def shown(entry: WatchEntry) -> dict[str, str]:
    """An entry by column, as a preview says what changes; its number is not shown."""
    return {
        "name": entry.name,
        "place": entry.place,
        "address": entry.address,
        "until": local_time(entry.until_ms),
        "sample_dates": ", ".join(entry.sample_dates),
        "note": entry.note,
    }


def _key(entry: WatchEntry) -> Key:
    return entry.id_number, entry.category, entry.from_ms


def _entry(row: int, cells: Cells, now_ms: int, errors: list[RowError]) -> WatchEntry | None:
    before = len(errors)
    claims = claims_of(COLUMNS, row, cells, errors)
    from_ms = _moment(row, "from", cells, errors)
    until_ms = _moment(row, "until", cells, errors)
    dates = sample_dates_of(cells.get("sample_dates", ""))
    if dates is None:
        errors.append(RowError(row, "sample_dates", "dates"))
    if from_ms is not None and until_ms is not None:
        if until_ms <= from_ms:
            errors.append(RowError(row, "until", "order"))
        elif until_ms - from_ms > LONGEST_WATCH_MS:
            errors.append(RowError(row, "until", "watch_long"))
    if len(errors) > before or from_ms is None or until_ms is None or dates is None:
        return None
    return WatchEntry(
        id="",
        from_ms=from_ms,
        until_ms=until_ms,
        added_ms=now_ms,
        sample_dates=dates,
        **claims,
    )


def _moment(row: int, name: str, cells: Cells, errors: list[RowError]) -> int | None:
    """An empty cell has been told already: the column is required."""
    text = cells.get(name, "")
    found = moment_ms(text, end=name == "until") if text else None
    if text and found is None:
        errors.append(RowError(row, name, "moment"))
    return found
