"""What is wrong in a file of rows, row by row, before nothing of it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from server.issuing.columns import Column
from server.issuing.encodings import WINDOWS_1258
from server.issuing.rows import RowError, restored_cells
from server.issuing.tables import Table
from server.issuing.texts import said

MAX_ERRORS_SAID = 50


def sentence(error: RowError, columns: Sequence[Column], lang: str) -> str:
    """An error with its row and the heading of its column."""
    names = {one.name: (one.vi if lang == "vi" else one.name) for one in columns}
    where = f"Dòng {error.row}" if lang == "vi" else f"Row {error.row}"
    if error.column:
        where += f", {names.get(error.column, error.column)}"
    return f"{where}: {said(error.code, lang, **error.values)}."


def tell_guesses(table: Table, columns: Sequence[Column], lang: str) -> None:
    """Say what was read otherwise than it stands, or not: encoding, lost zeros, other sheets."""
    if table.encoding == WINDOWS_1258:
        click.echo(said("encoding", lang, encoding=table.encoding) + ".", err=True)
    if table.unread:
        others = ", ".join(f"“{one}”" for one in table.unread)
        click.echo(said("sheet", lang, sheet=table.sheet, others=others) + ".", err=True)
    for note in restored_cells(table, columns)[:MAX_ERRORS_SAID]:
        click.echo(sentence(note, columns, lang), err=True)


def refuse_rows(
    source: Path,
    errors: Sequence[RowError],
    columns: Sequence[Column],
    lang: str,
    nothing: tuple[str, str],
) -> NoReturn:
    """Say each error with its row and column, then fail; `nothing` was done, in vi and en."""
    for error in sorted(errors, key=lambda one: one.row)[:MAX_ERRORS_SAID]:
        click.echo(sentence(error, columns, lang), err=True)
    if len(errors) > MAX_ERRORS_SAID:
        click.echo(f"… {len(errors) - MAX_ERRORS_SAID} lỗi nữa / more errors", err=True)
    rows = len({one.row for one in errors})
    raise click.ClickException(
        f"{source}: {rows} dòng sai, {nothing[0]}."
        if lang == "vi"
        else f"{source}: {rows} rows are wrong; {nothing[1]}."
    )
