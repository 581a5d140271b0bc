"""`chot levels`: epidemic levels of places, from a file to every tablet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

import click

from cli.data import DATA, Moment, now_ms, opened, opened_home, told
from rules.errors import RuleError
from rules.grace import MAX_GRACE_HOURS
from rules.levels import levels_at, upcoming
from server.issuing.rows import RowError
from server.issuing.said import local_time
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.levels.content import Change, NothingToWithdrawError, changes, taken_in
from server.levels.draft import (
    Draft,
    DraftError,
    discard_draft,
    in_force,
    publish_draft,
    read_draft,
    write_draft,
)
from server.levels.rows import COLUMNS, LevelRow, Reading, level_rows
from server.places.units import DATASETS, find, made_of, name_of, now_part_of, unit
from server.store.protocol import Store
from server.store.published import AuditEntry

MAX_ERRORS_SAID = 50
MAX_CHANGES_SAID = 200
UPCOMING_HOURS = 48
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="In JSON / for programs.")
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
WAYS = {"up": "▲ tăng", "down": "▼ giảm", "new": "+ mới", "ended": "− hết", "same": "× bỏ"}


@click.group()
def levels() -> None:
    """Cấp độ dịch theo địa bàn / epidemic levels of places."""


@levels.command("import")
@FILE
@DATA
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ đổi gì / show what would change.")
@click.option("--dataset", type=click.Choice(DATASETS), help="Bộ mã của dòng không ghi / default.")
@click.option(
    "--move",
    is_flag=True,
    help="Dòng có hiệu lực trước lúc công bố thì tính từ lúc công bố / move early rows.",
)
@JSON
@LANG
@told
def import_(
    file: Path, data: Path, dry_run: bool, dataset: str | None, move: bool, as_json: bool, lang: str
) -> None:
    """Nạp tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Máy bảng chỉ biết sau khi công bố: chot levels publish. Nạp nhiều tệp rồi công bố một lần cũng
    được. Không có gì có hiệu lực trước lúc công bố (để trống: bây giờ).

    \b
    Cột / columns: Bộ mã (2021, 2025), Mã – hoặc Xã, Huyện, Tỉnh –, Cấp (1–4, bỏ), Từ, Đến,
    Công bố lúc

    Ví dụ: chot levels import cap-do.csv --dataset 2021 --dry-run
    """
    now = now_ms()
    try:
        rows, errors = level_rows(read_table(file), Reading(now, dataset, move))
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        _refuse(file, errors, lang)
    with opened_home(data) as store:
        before = in_force(store)
        base = _draft(data, store) or before
        try:
            content = taken_in(base.content, rows, now)
            draft = Draft(base.base, (*base.files, file.name), content)
            found = changes(before.book, draft.book, now)
        except NothingToWithdrawError as error:
            _refuse(file, [RowError(error.row, "level", "nothing_to_withdraw")], lang)
        except RuleError as error:
            raise click.ClickException(f"{file}: {error.code} {error.at}") from None
        if not dry_run:
            write_draft(data, draft)
            details = {"rows": len(rows), "changes": len(found)}
            store.audit(AuditEntry(now, "cli", "levels.imported", file.name, details=details))
    _tell(found, rows, as_json, now)
    if as_json:
        return
    if dry_run:
        click.echo("Chưa nạp gì / nothing was taken (--dry-run).")
    else:
        click.echo("Đã nạp, chưa công bố / not published yet. Tiếp: chot levels publish")


@levels.command("publish")
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
        _tell(found, (), False, now)
        _tell_grace(before, draft)
        if not yes:
            click.confirm("Công bố? / Publish?", abort=True)
        try:
            pack = publish_draft(data, store, KeyRing.load_or_create(data), draft, now)
        except DraftError:
            raise click.ClickException(_OUTDATED) from None
    click.echo(f"Gói levels phiên bản / version {pack.version}.")


@levels.command("discard")
@DATA
@told
def discard(data: Path) -> None:
    """Bỏ những gì đã nạp mà chưa công bố / drop what was imported and not published."""
    with opened_home(data) as store:
        if discard_draft(data):
            store.audit(AuditEntry(now_ms(), "cli", "levels.discarded"))
            click.echo("Đã bỏ / dropped.")
        else:
            click.echo("Không có gì / there was nothing.")


@levels.command("show")
@DATA
@click.option("--at", "at_ms", type=Moment(), help="Vào lúc; mặc định bây giờ / as of.")
@JSON
@told
def show(data: Path, at_ms: int | None, as_json: bool) -> None:
    """Cấp đang công bố, và những gì đổi trong 48 giờ tới / the published levels.

    Ví dụ: chot levels show --at 17/10/2021
    """
    at = now_ms() if at_ms is None else at_ms
    with opened(data) as store:
        force = in_force(store)
    book = force.book
    names = {window.place: window.name for window in book.windows}
    now = levels_at(book.windows, at)
    soon = upcoming(book.windows, at, UPCOMING_HOURS)
    if as_json:
        value = {
            "version": force.base,
            "at": local_time(at),
            "grace_hours": book.grace_hours,
            "levels": [{"place": key, "name": names[key], "level": now[key]} for key in now],
            "upcoming": [asdict(one) for one in soon],
        }
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    click.echo(
        f"Gói levels phiên bản / version {force.base}, lúc / at {local_time(at)}, "
        f"{book.grace_hours} giờ ân hạn / hours of grace"
    )
    for key in sorted(now, key=lambda one: (-now[one], names[one])):
        click.echo(f"{now[key]}\t{key}\t{names[key]}")
    for one in soon:
        was = "–" if one.from_level is None else one.from_level
        click.echo(f"sắp / soon {local_time(one.starts_ms)}: {one.name} {was} → {one.level}")


@levels.command("place")
@click.argument("text", nargs=-1, required=True)
@click.option("--dataset", type=click.Choice(DATASETS), default="2021", show_default=True)
def place(text: tuple[str, ...], dataset: str) -> None:
    """Tra mã và tên địa bàn, trước và sau 1/7/2025 / look up a place.

    Ví dụ: chot levels place "Cà Ná, Ninh Thuận"; chot levels place 22910
    """
    asked = " ".join(text)
    one = unit(dataset, asked)
    found = [one] if one is not None else find(dataset, tuple(asked.split(",")))
    if not found:
        raise click.ClickException(f"Không có / no such place: {asked} ({dataset})")
    for one in found[:MAX_CHANGES_SAID]:
        click.echo(f"{one.dataset}/{one.code}\t{one.path}")
        for whole, partly in now_part_of(one.code) if dataset == "2021" else ():
            part = " (một phần / a part)" if partly else ""
            click.echo(f"  nay thuộc / now in\t2025/{whole.code}\t{whole.path}{part}")
        for code, partly in made_of(one.code) if dataset == "2025" else ():
            part = " (một phần / a part)" if partly else ""
            click.echo(f"  gồm / made of\t2021/{code}\t{name_of('2021', code) or '?'}{part}")


_OUTDATED = (
    "Gói levels đã được công bố lại từ khi nạp tệp; hãy bỏ và nạp lại / published again since the "
    "import: chot levels discard, then import again."
)


def _draft(data: Path, store: Store) -> Draft | None:
    try:
        return read_draft(data, store)
    except DraftError:
        raise click.ClickException(_OUTDATED) from None


def _tell(found: Sequence[Change], rows: Sequence[LevelRow], as_json: bool, now: int) -> None:
    if as_json:
        moved = [one.row for one in rows if one.moved]
        told_changes: list[dict[str, Any]] = [asdict(one) | {"way": one.way} for one in found]
        value = {"changes": told_changes, "moved_rows": moved}
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    for row in rows:
        if row.moved:
            begins = local_time(row.from_ms)
            click.echo(f"Dòng / row {row.row}: dời đến lúc công bố / moved to {begins}")
    for one in found[:MAX_CHANGES_SAID]:
        at = "ngay / at once" if one.at_ms <= now else local_time(one.at_ms)
        levels = f"{_said(one.from_level)} → {_said(one.to_level)}"
        if one.way == "same":
            levels = f"{_said(one.to_level)} (đã định / was to be {_said(one.instead_of)})"
        click.echo(f"{WAYS[one.way]}\t{at}\t{one.place}\t{one.name}\t{levels}")
    if len(found) > MAX_CHANGES_SAID:
        click.echo(f"… {len(found) - MAX_CHANGES_SAID} thay đổi nữa / more")
    ups = sum(one.way == "up" for one in found)
    downs = sum(one.way == "down" for one in found)
    click.echo(f"{len(found)} thay đổi / changes: {ups} tăng / up, {downs} giảm / down")


def _tell_grace(before: Draft, draft: Draft) -> None:
    was, will = before.book.grace_hours, draft.book.grace_hours
    if was != will:
        click.echo(f"Giờ ân hạn / hours of grace: {was} → {will}")


def _said(level: int | None) -> str:
    return "–" if level is None else str(level)


def _refuse(source: Path, errors: list[RowError], lang: str) -> NoReturn:
    names = {one.name: (one.vi if lang == "vi" else one.name) for one in COLUMNS}
    errors.sort(key=lambda one: one.row)
    for error in errors[:MAX_ERRORS_SAID]:
        where = f"Dòng {error.row}" if lang == "vi" else f"Row {error.row}"
        if error.column:
            where += f", {names.get(error.column, error.column)}"
        click.echo(f"{where}: {said(error.code, lang, **error.values)}.", err=True)
    if len(errors) > MAX_ERRORS_SAID:
        click.echo(f"… {len(errors) - MAX_ERRORS_SAID} lỗi nữa / more errors", err=True)
    rows = len({one.row for one in errors})
    raise click.ClickException(
        f"{source}: {rows} dòng sai, chưa nạp dòng nào."
        if lang == "vi"
        else f"{source}: {rows} rows are wrong; nothing was taken."
    )
