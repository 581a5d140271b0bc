"""`chot compact`: drop the texts of old events once they are counted."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, told, viewed
from cli.purge import check_told
from server.config import load_config
from server.projector import rebuild
from server.retention.classes import DAY_MS, Cut
from server.store.compact import MIN_AGE_DAYS
from server.store.log.log_file import open_log, shred_leftovers


@click.command()
@DATA
@click.option(
    "--before", required=True, type=Moment(), help="Ngày nhận; cũ hơn thì gộp / received before."
)
@click.option("--shrink", is_flag=True, help="Trả lại chỗ trên ổ đĩa; mọi ghi chép chờ lúc đó.")
@click.option("--dry-run", is_flag=True, help="Chỉ đếm, không gộp gì / count, change nothing.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def compact(data: Path, before: int, shrink: bool, dry_run: bool, yes: bool) -> None:
    """Gộp sự kiện cũ thành số đếm / old events become counts.

    Còn lại theo chốt, ngày, chiều và việc đã làm: số lượt, số người, số xe. Chuỗi, mã băm và chữ ký
    vẫn kiểm tra được. Lượt chưa xem xét, hoặc có sự kiện mới hơn, được giữ nguyên.

    \b
    Ví dụ / examples:
      chot compact --before 2026-08-01 --dry-run
      chot compact --before 2026-08-01
    """
    if before > now_ms() - MIN_AGE_DAYS * DAY_MS:
        raise click.ClickException(f"Chỉ gộp những gì cũ hơn {MIN_AGE_DAYS} ngày.")
    with viewed(data) as store:
        check_told(store, Cut("crossing", before))
        found = store.look_at_compaction(before)
        going = f"{found.events} sự kiện, {found.crossings} lượt"
        if dry_run:
            click.echo(f"Sẽ gộp {going}; giữ lại {found.kept} sự kiện. Chưa gộp gì.")
            return
        if found.events and not yes:
            click.confirm(f"Nội dung của {going} sẽ mất, còn số đếm. Gộp?", abort=True)
        done = store.compact(before, now_ms())
    rebuild(data)
    with contextlib.closing(open_log(load_config(data).log_path)) as log:
        if shrink:
            log.execute("VACUUM")
        shred_leftovers(log)
    click.echo(f"Đã gộp {done.events} sự kiện, {done.crossings} lượt; giữ lại {done.kept} sự kiện.")
