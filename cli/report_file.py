"""A report as the file that was asked for, or on the screen. Used by `chot report`."""

from __future__ import annotations

from pathlib import Path

import click

from server.reporting.document import Report
from server.reporting.files import (
    EXTRAS,
    MissingExtraError,
    as_text,
    check_kind,
    kind_by_name,
    write_report,
)
from server.reporting.kinds import KINDS, Kind
from server.reporting.letterhead import Letterhead


def check_file(kind: Kind, output: Path | None) -> None:
    """A number is used up once: what the file lacks is said before."""
    try:
        check_kind(kind)
    except MissingExtraError as error:
        raise click.ClickException(f"Định dạng này cần: pip install 'chot[{error}]'") from None
    if output is not None and not output.absolute().parent.is_dir():
        raise click.ClickException(f"Không có thư mục / no such folder: {output.parent}")


def kind_of(output: Path | None) -> Kind:
    """What the file's ending says; text without a file."""
    kind = kind_by_name(output)
    if kind is None and output is not None:
        raise click.ClickException(
            f"'{output.name}': đuôi tệp không cho biết định dạng; thêm --format {'|'.join(KINDS)}."
        )
    return kind or "text"


def put(
    made: Report,
    kind: Kind,
    output: Path | None,
    head: Letterhead,
    number: str = "",
    seal: str = "",
) -> None:
    """Write it, or show it where there is no file. Raises OSError."""
    if output is None and kind in EXTRAS:
        raise click.ClickException(f"Định dạng {kind} cần --output.")
    if output is None:
        click.echo(as_text(made, kind, head, number, seal), nl=False)
        return
    try:
        write_report(output, made, kind, head, number, seal)
    except MissingExtraError as error:
        raise click.ClickException(f"Định dạng này cần: pip install 'chot[{error}]'") from None
    click.echo(f"→ {output}", err=True)
