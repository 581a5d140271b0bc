"""What is wrong in a file of rows, row by row, before nothing of it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.texts import said

MAX_ERRORS_SAID = 50


def refuse_rows(
    source: Path,
    errors: Sequence[RowError],
    columns: Sequence[Column],
    lang: str,
    nothing: tuple[str, str],
) -> NoReturn:
    """Say each error with its row and column, then fail; `nothing` was done, in vi and en."""
    names = {one.name: (one.vi if lang == "vi" else one.name) for one in columns}
    for error in sorted(errors, key=lambda one: one.row)[:MAX_ERRORS_SAID]:
        where = f"Dòng {error.row}" if lang == "vi" else f"Row {error.row}"
        if error.column:
            where += f", {names.get(error.column, error.column)}"
        click.echo(f"{where}: {said(error.code, lang, **error.values)}.", err=True)
    if len(errors) > MAX_ERRORS_SAID:
        click.echo(f"… {len(errors) - MAX_ERRORS_SAID} lỗi nữa / more errors", err=True)
    rows = len({one.row for one in errors})
    raise click.ClickException(
        f"{source}: {rows} dòng sai, {nothing[0]}."
        if lang == "vi"
        else f"{source}: {rows} rows are wrong; {nothing[1]}."
    )
