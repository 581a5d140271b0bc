"""`chot watchlist import` and `remove`: all rows of a file or none, and forgetting for good."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.importing import Asked, imports, judged, tell
from cli.watchlist.lines import TELL_TABLETS, entry_line
from server.importing.plan import Line, Plan
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.store.published import AuditEntry
from server.store.watch_protocol import WatchEntry
from server.watch.importing import COLUMNS, Changes, changes_of, listed_of, shown
from sync.encoding import uuid7


@click.command("import")
@imports(COLUMNS)
@told
def import_file(asked: Asked) -> None:
    """Nạp tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Cùng số giấy tờ, cùng diện và cùng ngày bắt đầu là cùng một mục: dòng mới thay dòng cũ.
    Diện: F0 sau điều trị, F1, F1 trẻ em, F2, F3. Xã: bộ mã và mã, 2021/22738.
    Máy bảng chỉ biết sau khi công bố: chot watchlist publish.

    \b
    Ví dụ / examples:
      chot watchlist import f1.csv --dry-run
      chot watchlist import f1.csv
    """
    now = now_ms()
    with opened_home(asked.data) as store:
        plan = judged(asked, lambda table: _plan(table, store.watch_entries(), now))
        if not tell(asked, plan, TELL_TABLETS):
            return
        counts = {name: plan.counts[name] for name in ("added", "changed")}
        entry = AuditEntry(
            now, "cli", "watchlist.import", details={**counts, "file": asked.file.name}
        )
        put = plan.put[0].put(lambda: uuid7(now, secrets.token_bytes(10)))
        store.change_watch(put, [], entry)


@click.command("remove")
@click.argument("ids", nargs=-1)
@DATA
@click.option("--ended-before", "ended_ms", type=Moment(), help="Mọi mục hết trước ngày này.")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký / kept in the audit log.")
@told
def remove_entries(ids: tuple[str, ...], data: Path, ended_ms: int | None, reason: str) -> None:
    """Xóa hẳn từng mục, hoặc mọi mục đã hết hạn / forget entries for good.

    Ví dụ: chot watchlist remove --ended-before 01/11/2026 --reason "hết hạn lưu"
    """
    if not ids and ended_ms is None:
        raise click.UsageError("Cần mã hoặc --ended-before / ids or --ended-before.")
    with opened_home(data) as store:
        entries = store.watch_entries()
        if unknown := set(ids) - {one.id for one in entries}:
            raise click.ClickException(
                f"Không có mục {', '.join(sorted(unknown))}; chưa xóa gì / nothing was removed."
            )
        gone = [
            one.id
            for one in entries
            if one.id in ids or (ended_ms is not None and one.until_ms <= ended_ms)
        ]
        if gone:
            details = {"removed": len(gone), "reason": reason}
            entry = AuditEntry(now_ms(), "cli", "watchlist.remove", details=details)
            store.change_watch([], gone, entry)
    click.echo(f"{len(gone)} mục đã xóa / removed.")
    if gone:
        click.echo(TELL_TABLETS)


def _plan(
    table: Table, current: Sequence[WatchEntry], now_ms: int
) -> tuple[Plan[Changes], list[RowError]]:
    listed, errors = listed_of(table, now_ms)
    changes = changes_of(listed, current)
    lines = [Line("add", one.row, entry_line(one.entry)) for one in changes.added]
    for one, old in changes.changed:
        before, after = shown(old), shown(one.entry)
        fields = tuple((name, before[name], after[name]) for name in after)
        told = tuple((name, was, now) for name, was, now in fields if was != now)
        lines.append(Line("change", one.row, entry_line(one.entry), told))
    return Plan(tuple(lines), (changes,), (), changes.same), errors
