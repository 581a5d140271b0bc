"""From a file of rows to the pack that every tablet has: read, refused whole, or published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cli.data import now_ms, opened_home
from cli.wrong_rows import refuse_rows
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.tables import Table, TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_changed
from server.store.protocol import Store
from server.store.published import AuditEntry

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
Content = dict[str, Any]


def rows_of(
    file: Path,
    take: Callable[[Table], tuple[Content, list[RowError]]],
    columns: Sequence[Column],
    lang: str,
) -> Content:
    """What `take` makes of the file's rows; one wrong row, and nothing is taken."""
    try:
        content, errors = take(read_table(file))
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        refuse_rows(file, errors, columns, lang, ("chưa nhận dòng nào", "nothing was taken"))
    return content


def publish_rows(
    data: Path,
    name: str,
    content: Callable[[Store], Content],
    reference: str,
    details: Mapping[str, int],
) -> None:
    """Publish the pack for everybody and note it, or say that it is what is in force already."""
    now = now_ms()
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        pack = publish_changed(store, keys, name, EVERYBODY, lambda _: content(store), now)
        if pack is None:
            click.echo("Không có gì mới / nothing new.")
            return
        entry = AuditEntry(now, "cli", f"{name}.published", reference, details=dict(details))
        store.audit(entry)
    click.echo(f"Gói {name} phiên bản / version {pack.version}.")
