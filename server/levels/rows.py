"""Rows of a file as announced levels of places. Every row is judged before anything is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.issuing.columns import Column
from server.issuing.rows import Cells, RowError, cells_of, matched_columns
from server.issuing.tables import Row, Table
from server.issuing.values import from_serial, moment_ms
from server.places.units import DATASETS, Unit, find, means, unit

PLACE_COLUMNS = (
    Column("dataset", "Bộ mã", limit=4),
    Column("code", "Mã", limit=5),
    Column("commune", "Xã", limit=120),
    Column("district", "Huyện", limit=120),
    Column("province", "Tỉnh", limit=120),
)
"""A place by code, by name, or by both that have to agree (`place_of`)."""

COLUMNS: tuple[Column, ...] = (
    *PLACE_COLUMNS,
    Column("level", "Cấp", limit=10, required=True),
    Column("valid_from", "Từ", limit=40, restore=from_serial, required=True),
    Column("valid_to", "Đến", limit=40, restore=from_serial),
    Column("announced_at", "Công bố lúc", limit=40, restore=from_serial),
    # What `chot levels suggest` writes beside them.
    Column("suggested", "Gợi ý", limit=10),
    Column("decided_by", "Vì", limit=300),
    Column("confirmed_by", "Người xác nhận", limit=120),
)
WITHDRAWN = ("bỏ", "withdraw")
NAMES = ("commune", "district", "province")


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One row: a place at a level, or (`level` None) what begins then is taken back.

    `from_ms` is never before `announced_ms`; `moved` where the file said earlier.
    """

    row: int
    place: Unit
    level: int | None
    from_ms: int
    to_ms: int | None
    announced_ms: int
    moved: bool
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file. `dataset`: for rows that name none. `move`: see `level_rows`."""

    now_ms: int
    dataset: str | None = None
    move: bool = False


def level_rows(table: Table, reading: Reading) -> tuple[list[LevelRow], list[RowError]]:
    """All rows, or none and every error in them. Raises TableError for the headings.

    A level holds no sooner than it was announced (an empty cell means: now). A row that says
    otherwise is an error, or begins when it was announced where `move` is set.
    """
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    rows: list[LevelRow] = []
    seen: dict[tuple[str, str, int], int] = {}
    has_names = any(column is not None and column.name == "confirmed_by" for column in columns)
    for row in table.rows:
        cells = cells_of(row, columns, errors)
        before = len(errors)
        _check_lengths(row.number, cells, errors)
        if has_names and not cells.get("confirmed_by"):
            errors.append(RowError(row.number, "confirmed_by", "unconfirmed"))
        place = place_of(row, cells, reading.dataset, columns, errors)
        level = _level(row.number, cells, errors)
        times = _times(row.number, cells, reading, errors)
        if len(errors) > before or place is None or times is None:
            continue
        from_ms, to_ms, announced_ms, moved = times
        key = (place.dataset, place.code, from_ms)
        if key in seen:
            errors.append(RowError(row.number, "code", "twice", {"other": seen[key]}))
            continue
        seen[key] = row.number
        confirmed_by = cells.get("confirmed_by", "")
        rows.append(
            LevelRow(row.number, place, level, from_ms, to_ms, announced_ms, moved, confirmed_by)
        )
    return ([] if errors else rows), errors


def place_of(
    row: Row,
    cells: Cells,
    dataset: str | None,
    columns: Sequence[Column | None],
    errors: list[RowError],
) -> Unit | None:
    """The place of a row, by its code, its names, or both, which must then agree."""
    dataset = cells.get("dataset", dataset)
    names = tuple(cells[name] for name in NAMES if cells.get(name))
    code = cells.get("code", "")
    if dataset not in DATASETS:
        errors.append(RowError(row.number, "dataset", "choice", {"known": ", ".join(DATASETS)}))
        return None
    if not code:
        return _by_names(row.number, dataset, names, errors)
    found = unit(dataset, code)
    # A spreadsheet drops the zeros before a number, and every shorter code is another place's.
    bare = {index for index, column in enumerate(columns) if column and column.name == "code"}
    if bare & row.numeric and len(code) < 5 and not names:
        errors.append(RowError(row.number, "code", "number_cell"))
    elif found is None:
        values = {"code": code, "dataset": dataset}
        errors.append(RowError(row.number, "code", "unknown_code", values))
    elif names and not means(names[0], found):
        errors.append(RowError(row.number, "code", "name_differs", {"name": found.path}))
    else:
        return found
    return None


def _by_names(
    row: int, dataset: str, names: tuple[str, ...], errors: list[RowError]
) -> Unit | None:
    if not names:
        errors.append(RowError(row, "code", "missing"))
        return None
    found = find(dataset, names)
    if len(found) == 1:
        return found[0]
    if found:
        some = "; ".join(f"{one.code} {one.path}" for one in found[:3])
        errors.append(RowError(row, "commune", "many_places", {"places": some}))
    else:
        errors.append(RowError(row, "commune", "no_place", {"name": ", ".join(names)}))
    return None


def _level(row: int, cells: Cells, errors: list[RowError]) -> int | None:
    text = cells.get("level", "").casefold()
    if text in WITHDRAWN:
        return None
    if text in ("1", "2", "3", "4"):
        return int(text)
    errors.append(RowError(row, "level", "level" if text else "missing"))
    return None


def _times(
    row: int, cells: Cells, reading: Reading, errors: list[RowError]
) -> tuple[int, int | None, int, bool] | None:
    read: dict[str, int | None] = {}
    for name in ("valid_from", "valid_to", "announced_at"):
        text = cells.get(name)
        read[name] = None if text is None else moment_ms(text, end=name == "valid_to")
        if text is not None and read[name] is None:
            errors.append(RowError(row, name, "moment"))
            return None
    from_ms, to_ms = read["valid_from"], read["valid_to"]
    if from_ms is None:
        errors.append(RowError(row, "valid_from", "missing"))
        return None
    announced_ms = read["announced_at"]
    announced_ms = reading.now_ms if announced_ms is None else announced_ms
    moved = from_ms < announced_ms
    if moved and not reading.move:
        errors.append(RowError(row, "valid_from", "early"))
        return None
    from_ms = max(from_ms, announced_ms)
    if to_ms is not None and to_ms <= from_ms:
        errors.append(RowError(row, "valid_to", "order"))
        return None
    return from_ms, to_ms, announced_ms, moved


def _check_lengths(row: int, cells: Cells, errors: list[RowError]) -> None:
    for column in COLUMNS:
        if len(cells.get(column.name, "")) > column.limit:
            errors.append(RowError(row, column.name, "long", {"limit": column.limit}))
