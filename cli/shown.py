"""Lists as people and programs read them: aligned on a terminal, tabs in a pipe, or JSON."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click

JSON = click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc / as JSON.")
GAP = 2
MIN_CELL = 6
COPIED = frozenset({"id", "record", "kid", "number", "code"})
"""Columns that people copy from: never cut, a narrow terminal wraps the line instead."""


def tell_json(value: Any) -> None:
    """One JSON document, as a person may read it too."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell_rows(
    headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]], is_json: bool = False
) -> None:
    """Rows by name; `headings` give the columns that people see and what stands over them.

    As JSON all of a row is given, as it is. In a pipe: tabs, no headings, nothing cut off.
    """
    if is_json:
        tell_json(list(rows))
        return
    cells = [[_text(row.get(name)) for name in headings] for row in rows]
    if not sys.stdout.isatty():
        for one in cells:
            click.echo("\t".join(one))
        return
    if not cells:
        click.echo("(không có / none)")
        return
    kept = [name in COPIED for name in headings]
    widths = _widths([list(headings.values()), *cells], kept, terminal_columns())
    click.echo(click.style(_line(list(headings.values()), widths), bold=True))
    for one in cells:
        click.echo(_line(one, widths))


def terminal_columns() -> int:
    """How wide the terminal is; 80 where nobody says."""
    return shutil.get_terminal_size((80, 24)).columns


def wide(text: str) -> int:
    """Columns that a text takes: a mark above a letter takes none, a CJK letter two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def fitted(text: str, columns: int) -> str:
    """The text in exactly so many columns; … where something is left out."""
    if wide(text) <= columns:
        return text + " " * (columns - wide(text))
    kept = ""
    for one in text:
        if wide(kept + one) > columns - 1:
            break
        kept += one
    return kept + "…" + " " * (columns - 1 - wide(kept))


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list | tuple):
        return ",".join(str(one) for one in value) or "–"
    return str(value)


def _widths(lines: Sequence[Sequence[str]], kept: Sequence[bool], columns: int) -> list[int]:
    """As wide as needed; where that is too much the widest columns give way first."""
    widths = [max(wide(one[at]) for one in lines) for at in range(len(lines[0]))]
    while sum(widths) + GAP * (len(widths) - 1) > columns:
        free = [at for at, one in enumerate(kept) if not one and widths[at] > MIN_CELL]
        if not free:
            break
        widths[max(free, key=widths.__getitem__)] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (
        (" " * GAP)
        .join(fitted(one, width) for one, width in zip(cells, widths, strict=True))
        .rstrip()
    )
