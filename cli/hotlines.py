"""`chot hotlines`: whom an officer may call, on every tablet and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.importing import Asked, imports, judged
from cli.rows_to_pack import publish_file
from cli.shown import JSON, tell_json
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
@JSON
@told
def show(data: Path, checkpoint: str, is_json: bool) -> None:
    """Danh bạ đang công bố / the book in force.

    \b
    Ví dụ / examples:
      chot hotlines show --checkpoint nt-ca-na
      chot hotlines show --json
    """
    with opened_home(data) as store:
        book = _of(_in_force(store), checkpoint)
    if is_json:
        tell_json(book)
    else:
        _tell(book)


def _of(content: Mapping[str, Any], checkpoint: str) -> dict[str, list[Mapping[str, Any]]]:
    """Numbers that hold at a checkpoint, "" for everywhere: its own, and those of all."""

    def here(one: Mapping[str, Any]) -> bool:
        own = [one["checkpoint"]] if "checkpoint" in one else one.get("checkpoints", [checkpoint])
        return checkpoint == "" or checkpoint in own

    return {
        name: list(filter(here, content.get(name, ()))) for name in ("hotlines", "book", "duty")
    }


def _tell(book: Mapping[str, Any]) -> None:
    for one in book["hotlines"]:
        click.echo(f"chốt\t{one['name']}\t{one['number']}\t{one['checkpoint']}")
    for one in book["book"]:
        where = ",".join(one.get("checkpoints", ())) or "mọi chốt"
        public = "cho dân" if one["public"] else ""
        click.echo(f"{one['kind']}\t{one['name']}\t{one['number']}\t{where}\t{public}")
    for one in book["duty"]:
        where = ",".join(one.get("checkpoints", ())) or "mọi chốt"
        span = f"{one['from']} – {one['until']}"
        click.echo(f"trực\t{one['name']}\t{one['number']}\t{where}\t{span}")
