"""`chot watchlist import` and `remove`: all rows of a file or none, and forgetting for good."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.watchlist.lines import TELL_TABLETS, entry_line
from cli.wrong_rows import refuse_rows
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.store.published import AuditEntry
from server.watch.importing import COLUMNS, Changes, changes_of, listed_of
from sync.encoding import uuid7

MAX_CHANGES_SAID = 200


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ đổi gì / show what would change.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def import_file(file: Path, data: Path, dry_run: bool, lang: str) -> None:
    """Nạp tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Cùng số giấy tờ, cùng diện và cùng ngày bắt đầu là cùng một mục: dòng mới thay dòng cũ.
    Máy bảng chỉ biết sau khi công bố: chot watchlist publish.

    \b
    Cột / columns: Số giấy tờ, Số CMND cũ, Họ tên, Diện (F0 sau điều trị, F1, F1 trẻ em, F2, F3),
    Xã (2021/22738), Địa chỉ, Từ, Đến, Ngày lấy mẫu, Ghi chú

    Ví dụ: chot watchlist import f1.csv --dry-run
    """
    try:
        table = read_table(file)
        now = now_ms()
        listed, errors = listed_of(table, now)
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        refuse_rows(file, errors, COLUMNS, lang, ("chưa nạp gì", "nothing was imported"))
    with opened_home(data) as store:
        changes = changes_of(listed, store.watch_entries())
        counts = {"added": len(changes.added), "changed": len(changes.changed)}
        if dry_run:
            _preview(changes)
        elif any(counts.values()):
            details = {**counts, "file": file.name}
            entry = AuditEntry(now, "cli", "watchlist.import", details=details)
            put = changes.put(lambda: uuid7(now, secrets.token_bytes(10)))
            store.change_watch(put, [], entry)
    done = "sẽ / would be: " if dry_run else ""
    click.echo(
        f"{done}{counts['added']} thêm / added, {counts['changed']} đổi / changed, "
        f"{changes.same} như cũ / as before."
    )
    if not dry_run and any(counts.values()):
        click.echo(TELL_TABLETS)


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


def _preview(changes: Changes) -> None:
    lines = [f"+ {one.row}\t{entry_line(one.entry)}" for one in changes.added]
    lines += [
        f"~ {one.row}\t{entry_line(old)}\t→ {entry_line(one.entry)}" for one, old in changes.changed
    ]
    for line in lines[:MAX_CHANGES_SAID]:
        click.echo(line)
    if len(lines) > MAX_CHANGES_SAID:
        click.echo(f"… {len(lines) - MAX_CHANGES_SAID} nữa / more")
