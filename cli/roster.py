"""`chot roster`: who is to stand where and when."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from server.importing.duties import (
    COLUMNS,
    DAY_MS,
    SAID_DUTIES,
    Staff,
    duties_planned,
    shown,
    span_of,
)
from server.importing.plan import Plan
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.keys import KeyRing
from server.packs import publish_packs
from server.store.protocol import Store
from server.store.reference_protocol import Duty, Reference

TEMPLATE_DAYS = 14


@click.group()
def roster() -> None:
    """Phân công ca trực / who is to stand where and when."""


def _to_come(store: Store) -> list[dict[str, str]]:
    now = now_ms()
    return [dict(shown(one)) for one in store.duties(now, now + TEMPLATE_DAYS * DAY_MS)]


@roster.command("import")
@imports(COLUMNS, _to_come)
@told
def import_(asked: Asked) -> None:
    """Nạp phân công từ tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all or none.

    Các dòng của một chốt trong một ngày là cả phân công của ngày đó; ngày khác vẫn như cũ.
    Cán bộ ghi mã hoặc họ tên; ca qua đêm ghi 22h-6h ở ngày bắt đầu. Một người không đứng hai nơi
    cùng lúc.

    \b
    Ví dụ / examples:
      chot roster import --template phan-cong.xlsx
      chot roster import phan-cong.xlsx --dry-run
    """
    with opened_home(asked.data) as store:
        checkpoints = [one.id for one in store.checkpoints()]

        def take(table: Table) -> tuple[Plan[Duty], list[RowError]]:
            staff = Staff(checkpoints, store.officers(), store.duties(*span_of(table)))
            return duties_planned(table, staff)

        plan = judged(asked, take)
        reference = Reference(duties=plan.put, gone_duties=plan.removed)
        if take_in(asked, store, plan, reference, "roster.import"):
            publish_packs(store, KeyRing.load_or_create(asked.data), now_ms())


@roster.command("list")
@DATA
@click.option("--checkpoint", default="", help="Chỉ của chốt này / of this checkpoint only.")
@click.option("--from", "since_ms", type=Moment(), default="today", show_default=True)
@click.option("--to", "until_ms", type=Moment(end=True), default="today", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="JSON cho máy đọc / for programs.")
@told
def list_duties(data: Path, checkpoint: str, since_ms: int, until_ms: int, as_json: bool) -> None:
    """Ai trực chốt nào, lúc nào / who stands where and when.

    \b
    Ví dụ / examples:
      chot roster list --checkpoint nt-ca-na
      chot roster list --from 23/11/2026 --to 29/11/2026
    """
    with opened(data) as store:
        names = {one.id: one.name for one in store.officers()}
        duties = [
            one
            for one in store.duties(since_ms, until_ms + 1)
            if checkpoint in ("", one.checkpoint)
        ]
    if as_json:
        found = [{**asdict(one), "name": names.get(one.officer, "")} for one in duties]
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in duties:
        cells = shown(one)
        who = names.get(one.officer, one.officer)
        when = f"{cells['day']}\t{cells['hours']}"
        click.echo(f"{one.checkpoint}\t{when}\t{SAID_DUTIES[one.duty]}\t{who}")
    click.echo(f"{len(duties)} phân công / duties", err=True)
