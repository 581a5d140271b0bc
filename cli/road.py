"""`chot road`: roads by the one name that checkpoints and reports give them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, opened, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from cli.shown import JSON, tell_rows
from server.importing.roads import COLUMNS, roads_planned, shown
from server.store.reference_protocol import Reference


@click.group()
def road() -> None:
    """Danh mục đường / roads."""


@road.command("import")
@imports(COLUMNS, lambda store: map(shown, store.roads()))
@told
def import_(asked: Asked) -> None:
    """Nạp danh mục đường; chốt mới phải ở một đường trong danh mục / the list of roads.

    «Quốc lộ 1A», «QL.1A», «ql 1a» là một: máy chủ viết theo Tên đường, để hai chốt cùng một
    đường được so quãng đường với thời gian. Tên khác cách nhau bằng dấu chấm phẩy.

    \b
    Ví dụ / examples:
      chot road import --template duong.csv
      chot road import duong.csv --dry-run
    """
    with opened_home(asked.data) as store:
        current = store.roads()
        plan = judged(asked, lambda table: roads_planned(table, current))
        take_in(asked, store, plan, Reference(roads=plan.put), "road.import")


@road.command("list")
@DATA
@JSON
@told
def list_roads(data: Path, is_json: bool) -> None:
    """Liệt kê các đường / list the roads.

    Ví dụ: chot road list
    """
    headings = {"id": "mã", "name": "tên", "aliases": "tên khác"}
    with opened(data) as store:
        tell_rows(headings, [asdict(one) for one in store.roads()], is_json)
