"""`chot purge`: destroy the keys of old days, and with them every person part of those days."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cli.data import DATA, now_ms, opened, told
from cli.erase import finish
from server.projector import rebuild
from server.relay.state import read_upstream
from server.relay.status import relay_status
from server.store.log.persons import RETENTION_CLASS, local_day
from server.store.protocol import Store


def refuse_what_is_not_home(store: Store) -> None:
    """A relay forgets nothing by age that its home server has not got yet."""
    upstream = read_upstream(store)
    waiting = 0 if upstream is None else relay_status(store, upstream).events_not_home
    if waiting:
        raise click.ClickException(
            f"Còn {waiting} sự kiện chưa tới máy chủ chính. Xem: chot relay status"
        )


@click.command()
@DATA
@click.option(
    "--before",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
    help="Ngày nhận (+07:00); trước ngày này thì hủy / days of receipt before this one.",
)
@click.option(
    "--class",
    "klass",
    type=click.Choice([RETENTION_CLASS]),
    default=RETENTION_CLASS,
    show_default=True,
    help="Loại lưu giữ / retention class.",
)
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def purge(data: Path, before: datetime, klass: str, yes: bool) -> None:
    """Hủy khóa của những ngày cũ / destroy the keys of old days.

    Mọi phần thông tin cá nhân nhận trong những ngày đó mất hẳn, cả trong các bản sao làm sau này;
    số đếm, biển số và kết quả còn. Không hoàn tác được.

    Ví dụ: chot purge --before 2026-10-01
    """
    day = before.date().isoformat()
    if day > local_day(now_ms()):
        raise click.ClickException("Chỉ hủy được những ngày đã qua / only days that are over.")
    with opened(data) as store:
        refuse_what_is_not_home(store)
        days = store.days_before(day)
        if not days:
            click.echo("Không còn khóa nào trước ngày này.")
        else:
            click.echo(f"{len(days)} ngày, {days[0]} đến {days[-1]}.")
            if not yes:
                click.confirm("Hủy vĩnh viễn?", abort=True)
            done = store.purge(days, now_ms())
            click.echo(f"Đã hủy {done.days} khóa ngày, {done.persons} phần cá nhân.")
    rebuild(data)
    finish(data)
