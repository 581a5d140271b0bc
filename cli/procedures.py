"""`chot procedures`: the steps that a shift ticks off when it begins and is handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.data import DATA, opened_home, told
from cli.rows_to_pack import FILE, LANG, publish_rows, rows_of
from server.packs import EVERYBODY, said_by
from server.shifts.procedure import COLUMNS, procedure, usual_procedure

WORDS = {"open": "đầu ca", "close": "cuối ca"}


@click.group()
def procedures() -> None:
    """Việc đầu ca, cuối ca / steps at both ends of a shift."""


@procedures.command("import")
@FILE
@DATA
@LANG
@told
def import_(file: Path, data: Path, lang: str) -> None:
    """Thay các bước bằng tệp .csv, .xlsx và công bố / replace the steps and publish them.

    \b
    Cột / columns: Mã (chữ thường, số), Lúc (đầu ca, cuối ca), Việc, Tiếng Anh

    Ví dụ: chot procedures import quy-trinh.csv
    """
    _publish(data, rows_of(file, procedure, COLUMNS, lang), file.name)


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
    steps = {"steps": len(content["steps"])}
    publish_rows(data, "procedures", lambda _: content, reference, steps)
