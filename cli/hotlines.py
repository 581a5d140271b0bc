"""`chot hotlines`: whom an officer may call, on every tablet and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.rows_to_pack import FILE, LANG, publish_rows, rows_of
from server.packs import EVERYBODY, hotlines_content, said_by
from server.shifts.phone_rows import COLUMNS, phone_book, still_to_come


@click.group()
def hotlines() -> None:
    """Danh bạ và lịch trực lãnh đạo / telephone book and leaders on duty."""


@hotlines.command("import")
@FILE
@DATA
@click.option("--dry-run", is_flag=True, help="Chỉ xem, không công bố / show only.")
@LANG
@told
def import_(file: Path, data: Path, dry_run: bool, lang: str) -> None:
    """Thay danh bạ bằng tệp .csv, .xlsx và công bố / replace the book and publish it.

    Một dòng sai thì không nhận dòng nào. Dòng có «Trực từ», «Trực đến» là lịch trực lãnh đạo.

    \b
    Cột / columns: Loại (chỉ huy, y tế, công an, cứu nạn, khác), Tên, Số, Chức vụ,
    Chốt (để trống: mọi chốt), Cho dân (có, không), Trực từ, Trực đến

    Ví dụ: chot hotlines import danh-ba.csv --dry-run
    """
    with opened_home(data) as store:
        known = [one.id for one in store.checkpoints()]
    found = rows_of(file, lambda table: phone_book(table, known), COLUMNS, lang)
    book = still_to_come(found, now_ms())
    _tell(book)
    if dry_run:
        click.echo("Chưa công bố gì / nothing was published (--dry-run).")
        return
    rows = {"book": len(book["book"]), "duty": len(book["duty"])}
    publish_rows(data, "hotlines", lambda store: hotlines_content(store, book), file.name, rows)


@hotlines.command("show")
@DATA
@click.option("--checkpoint", default="", help="Chỉ của chốt này / of this checkpoint only.")
@told
def show(data: Path, checkpoint: str) -> None:
    """Danh bạ đang công bố / the book in force.

    Ví dụ: chot hotlines show --checkpoint nt-ca-na
    """
    with opened_home(data) as store:
        pack = store.pack("hotlines", EVERYBODY)
        content: Mapping[str, Any] = {} if pack is None else said_by(pack)
        for one in content.get("hotlines", ()):
            if checkpoint in ("", one["checkpoint"]):
                click.echo(f"chốt\t{one['name']}\t{one['number']}\t{one['checkpoint']}")
        _tell(content, checkpoint)


def _tell(book: Mapping[str, Any], checkpoint: str = "") -> None:
    def here(one: Mapping[str, Any]) -> bool:
        return not checkpoint or checkpoint in one.get("checkpoints", (checkpoint,))

    for one in filter(here, book.get("book", ())):
        where = ",".join(one.get("checkpoints", ())) or "mọi chốt"
        public = "cho dân" if one["public"] else ""
        click.echo(f"{one['kind']}\t{one['name']}\t{one['number']}\t{where}\t{public}")
    for one in filter(here, book.get("duty", ())):
        where = ",".join(one.get("checkpoints", ())) or "mọi chốt"
        span = f"{one['from']} – {one['until']}"
        click.echo(f"trực\t{one['name']}\t{one['number']}\t{where}\t{span}")
