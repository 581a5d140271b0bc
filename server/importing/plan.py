"""What a file would change: every row judged, compared with what is there, nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from server.issuing.columns import Column
from server.issuing.rows import Cells, RowError, cells_of, claims_of, matched_columns
from server.issuing.tables import Row, Table

T = TypeVar("T")
Shown = Mapping[str, str]
"""Cells by the name of their column: what a file would hold that changes nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changes. `row` is None where the file leaves out what was there.

    `fields`: name of the column, before, after.
    """

    did: Literal["add", "change", "remove"]
    row: int | None
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """All that a file changes; what is as it was is only counted."""

    lines: tuple[Line, ...]
    put: tuple[T, ...]
    removed: tuple[T, ...]
    same: int

    def count(self, did: str) -> int:
        return sum(one.did == did for one in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """For the audit entry and for people: added, changed, removed, same."""
        return {
            "added": self.count("add"),
            "changed": self.count("change"),
            "removed": self.count("remove"),
            "same": self.same,
        }


@dataclass(frozen=True, slots=True)
class Read:
    """One row with its cells and with what they say by claim."""

    row: Row
    cells: Cells
    claims: dict[str, str]

    @property
    def number(self) -> int:
        return self.row.number


def rows_read(table: Table, columns: Sequence[Column], errors: list[RowError]) -> list[Read]:
    """Every row, its cells and claims; what is wrong is added. Raises TableError for headings."""
    matched = matched_columns(columns, table.headings, table.heading_row)
    found = []
    for row in table.rows:
        cells = cells_of(row, matched, errors)
        found.append(Read(row, cells, claims_of(columns, row.number, cells, errors)))
    return found


def compared(
    found: Iterable[tuple[int, T]],
    current: Iterable[T],
    key: Callable[[T], Hashable],
    shown: Callable[[T], Shown],
    named: Callable[[T], str],
) -> Plan[T]:
    """The plan of values with the rows they came from; `current` that no row names stays."""
    known = {key(one): one for one in current}
    lines: list[Line] = []
    put: list[T] = []
    same = 0
    for row, one in found:
        old = known.get(key(one))
        if old == one:
            same += 1
            continue
        put.append(one)
        if old is None:
            lines.append(Line("add", row, named(one)))
            continue
        before, after = shown(old), shown(one)
        fields = tuple(
            (name, before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys((*before, *after))
            if before.get(name, "") != after.get(name, "")
        )
        lines.append(Line("change", row, named(one), fields))
    return Plan(tuple(lines), tuple(put), (), same)


def replaced(
    before: Iterable[Shown], after: Iterable[Shown], key: Sequence[str], named: Sequence[str]
) -> Plan[Shown]:
    """The plan of a list that takes another's place; `key` and `named` are names of columns."""

    def key_of(one: Shown) -> tuple[str, ...]:
        return tuple(one.get(name, "") for name in key)

    def name_of(one: Shown) -> str:
        return " ".join(one[name] for name in named if one.get(name))

    old = list(before)
    new = list(after)
    plan = compared([(0, one) for one in new], old, key_of, lambda one: one, name_of)
    kept = {key_of(one) for one in new}
    gone = [one for one in old if key_of(one) not in kept]
    lines = [replace(one, row=None) for one in plan.lines]
    lines += [Line("remove", None, name_of(one)) for one in gone]
    return Plan(tuple(lines), plan.put, tuple(gone), plan.same)


def say_twice(
    found: Iterable[tuple[int, T]], key: Callable[[T], Hashable], errors: list[RowError]
) -> None:
    """An error for each row that names what an earlier row named."""
    seen: dict[Hashable, int] = {}
    for row, one in found:
        other = seen.setdefault(key(one), row)
        if other != row:
            errors.append(RowError(row, "", "named_twice", {"other": other}))
