"""`chot procedures`: the steps that a shift ticks off when it begins and is handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.wrong_rows import refuse_rows
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.packs import EVERYBODY, publish, said_by
from server.shifts.procedure import COLUMNS, procedure, usual_procedure
from server.store.published import AuditEntry

WORDS = {"open": "đầu ca", "close": "cuối ca"}


@click.group()
def procedures() -> None:
    """Việc đầu ca, cuối ca / steps at both ends of a shift."""


@procedures.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def import_(file: Path, data: Path, lang: str) -> None:
    """Thay các bước bằng tệp .csv, .xlsx và công bố / replace the steps and publish them.

    \b
    Cột / columns: Mã (chữ thường, số), Lúc (đầu ca, cuối ca), Việc, Tiếng Anh

    Ví dụ: chot procedures import quy-trinh.csv
    """
    try:
        content, errors = procedure(read_table(file))
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        refuse_rows(file, errors, COLUMNS, lang, ("chưa nhận dòng nào", "nothing was taken"))
    _publish(data, content, file.name)


@procedures.command("reset")
@DATA
@told
def reset(data: Path) -> None:
    """Dùng lại các bước có sẵn / publish the usual steps again."""
    _publish(data, usual_procedure(), "")


@procedures.command("show")
@DATA
@told
def show(data: Path) -> None:
    """Các bước đang công bố / the steps in force."""
    with opened_home(data) as store:
        pack = store.pack("procedures", EVERYBODY)
        content = usual_procedure() if pack is None else said_by(pack)
    for one in content["steps"]:
        click.echo(f"{WORDS[one['at']]}\t{one['id']}\t{one['vi']}")


def _publish(data: Path, content: dict[str, Any], reference: str) -> None:
    now = now_ms()
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        pack = publish(store, keys, "procedures", EVERYBODY, content, now)
        if pack is None:
            click.echo("Không có gì mới / nothing new.")
            return
        details = {"steps": len(content["steps"])}
        store.audit(AuditEntry(now, "cli", "procedures.published", reference, details=details))
    click.echo(f"Gói procedures phiên bản / version {pack.version}.")
