"""`chot hotlines`: whom an officer may call, on every tablet and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.importing import Asked, imports, judged
from cli.rows_to_pack import publish_file
from server.importing.plan import replaced
from server.packs import EVERYBODY, hotlines_content, said_by
from server.shifts.phone_rows import COLUMNS, phone_book, shown, still_to_come
from server.store.protocol import Store


@click.group()
def hotlines() -> None:
    """Danh bạ và lịch trực lãnh đạo / telephone book and leaders on duty."""


def _in_force(store: Store) -> Mapping[str, Any]:
    pack = store.pack("hotlines", EVERYBODY)
    return {} if pack is None else said_by(pack)


@hotlines.command("import")
@imports(COLUMNS, lambda store: shown(_in_force(store)))
@told
def import_(asked: Asked) -> None:
    """Thay danh bạ bằng tệp .csv, .xlsx và công bố / replace the book and publish it.

    Một dòng sai thì không nhận dòng nào. Dòng có «Trực từ», «Trực đến» là lịch trực lãnh đạo.
    Loại: chỉ huy, y tế, công an, cứu nạn, khác. Chốt để trống: mọi chốt. Cho dân: có, không.

    \b
    Ví dụ / examples:
      chot hotlines import --template danh-ba.csv
      chot hotlines import danh-ba.csv --dry-run
    """
    with opened_home(asked.data) as store:
        known = [one.id for one in store.checkpoints()]
        before = shown(_in_force(store))
    book = still_to_come(judged(asked, lambda table: phone_book(table, known)), now_ms())
    key = ("name", "number", "checkpoints", "from")
    plan = replaced(before, shown(book), key, ("kind", "name", "number", "title", "from"))
    rows = {"book": len(book["book"]), "duty": len(book["duty"])}
    publish_file(asked, "hotlines", lambda store: hotlines_content(store, book), plan, rows)


@hotlines.command("show")
@DATA
@click.option("--checkpoint", default="", help="Chỉ của chốt này / of this checkpoint only.")
@told
def show(data: Path, checkpoint: str) -> None:
    """Danh bạ đang công bố / the book in force.

    Ví dụ: chot hotlines show --checkpoint nt-ca-na
    """
    with opened_home(data) as store:
        content = _in_force(store)
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
