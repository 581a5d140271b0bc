"""`chot levels import`, `publish`, `discard`: from a file over a draft to every tablet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.importing import Asked, imports, judged
from cli.levels.telling import refuse, tell
from rules.errors import RuleError
from rules.grace import MAX_GRACE_HOURS
from server.issuing.rows import RowError
from server.keys import KeyRing
from server.levels.content import NothingToWithdrawError, changes, taken_in
from server.levels.draft import (
    Draft,
    DraftError,
    discard_draft,
    in_force,
    publish_draft,
    read_draft,
    write_draft,
)
from server.levels.rows import COLUMNS, Reading, level_rows
from server.places.units import DATASETS
from server.store.protocol import Store
from server.store.published import AuditEntry

_OUTDATED = (
    "Gói levels đã được công bố lại từ khi nạp tệp; hãy bỏ và nạp lại / published again since the "
    "import: chot levels discard, then import again."
)


@click.command("import")
@click.option("--dataset", type=click.Choice(DATASETS), help="Bộ mã của dòng không ghi / default.")
@click.option(
    "--move",
    is_flag=True,
    help="Dòng có hiệu lực trước lúc công bố thì tính từ lúc công bố / move early rows.",
)
@imports(COLUMNS)
@told
def import_(asked: Asked, dataset: str | None, move: bool) -> None:
    """Nạp tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Máy bảng chỉ biết sau khi công bố: chot levels publish. Nạp nhiều tệp rồi công bố một lần cũng
    được. Không có gì có hiệu lực trước lúc công bố (để trống: bây giờ).

    Một nơi ghi Bộ mã (2021, 2025) và Mã, hoặc Xã, Huyện, Tỉnh. Cấp: 1 đến 4, bỏ.

    \b
    Ví dụ / examples:
      chot levels import --template cap-do.csv
      chot levels import cap-do.csv --dataset 2021 --dry-run
    """
    now, file, data = now_ms(), asked.file, asked.data
    rows = judged(asked, lambda table: level_rows(table, Reading(now, dataset, move)))
    with opened_home(data) as store:
        before = in_force(store)
        base = _draft(data, store) or before
        try:
            content = taken_in(base.content, rows, now)
            draft = Draft(base.base, (*base.files, file.name), content)
            found = changes(before.book, draft.book, now)
        except NothingToWithdrawError as error:
            refuse(file, [RowError(error.row, "level", "nothing_to_withdraw")], asked.lang)
        except RuleError as error:
            raise click.ClickException(f"{file}: {error.code} {error.at}") from None
        if not asked.dry_run:
            write_draft(data, draft)
            details = {"rows": len(rows), "changes": len(found)}
            store.audit(AuditEntry(now, "cli", "levels.imported", file.name, details=details))
    tell(found, rows, asked.as_json, now)
    if asked.as_json:
        return
    if asked.dry_run:
        click.echo("Chưa nạp gì / nothing was taken (--dry-run).")
    else:
        click.echo("Đã nạp, chưa công bố / not published yet. Tiếp: chot levels publish")


@click.command("publish")
@DATA
@click.option(
    "--grace-hours",
    type=click.IntRange(0, MAX_GRACE_HOURS),
    help="Người xuất phát trước lúc tăng cấp được tính cấp cũ chừng này giờ / hours of grace.",
)
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def publish(data: Path, grace_hours: int | None, yes: bool) -> None:
    """Ký và công bố cho mọi máy bảng / sign the levels for every tablet.

    Ví dụ: chot levels publish --grace-hours 24
    """
    now = now_ms()
    with opened_home(data) as store:
        before = in_force(store)
        draft = _draft(data, store) or before
        if grace_hours is not None:
            draft = replace(draft, content={**draft.content, "grace_hours": grace_hours})
        if draft.content == before.content:
            raise click.ClickException("Không có gì mới để công bố / nothing new to publish.")
        found = changes(before.book, draft.book, now)
        tell(found, (), False, now)
        _tell_grace(before, draft)
        if not yes:
            click.confirm("Công bố? / Publish?", abort=True)
        try:
            pack = publish_draft(data, store, KeyRing.load_or_create(data), draft, now)
        except DraftError:
            raise click.ClickException(_OUTDATED) from None
    click.echo(f"Gói levels phiên bản / version {pack.version}.")


@click.command("discard")
@DATA
@told
def discard(data: Path) -> None:
    """Bỏ những gì đã nạp mà chưa công bố / drop what was imported and not published.

    Ví dụ: chot levels discard
    """
    with opened_home(data) as store:
        if discard_draft(data):
            store.audit(AuditEntry(now_ms(), "cli", "levels.discarded"))
            click.echo("Đã bỏ / dropped.")
        else:
            click.echo("Không có gì / there was nothing.")


def _draft(data: Path, store: Store) -> Draft | None:
    try:
        return read_draft(data, store)
    except DraftError:
        raise click.ClickException(_OUTDATED) from None


def _tell_grace(before: Draft, draft: Draft) -> None:
    was, will = before.book.grace_hours, draft.book.grace_hours
    if was != will:
        click.echo(f"Giờ ân hạn / hours of grace: {was} → {will}")
