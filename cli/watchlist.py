"""`chot watchlist`: who is isolated or watched, and the filter of them that tablets get."""

from __future__ import annotations

import csv
import io
import secrets
from pathlib import Path
from typing import get_args

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, opened_home, told
from server.issuing.rows import RowError
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.spreadsheet import defused
from server.store.published import AuditEntry
from server.store.watch_protocol import WatchEntry
from server.watch.importing import COLUMNS, Changes, changes_of, commune_of, listed_of
from server.watch.publishing import (
    LEAST_CROWD,
    LIVING_PEOPLE,
    MOST_FALSE_RATE,
    Offer,
    WatchRateError,
    filter_in_force,
    offer,
    publish_watchlist,
)
from server.watch.views import (
    PURPOSES,
    Sheet,
    WatchPurpose,
    WatchPurposeError,
    WatchView,
    commune_view,
    health_view,
    last_day,
    looked_at,
    looked_up,
    place_text,
    steering_view,
)
from sync.encoding import uuid7

MAX_ERRORS_SAID = 50
MAX_CHANGES_SAID = 200
FILE = click.Path(dir_okay=False, path_type=Path)
PURPOSE = click.option(
    "--purpose",
    type=click.Choice(list(PURPOSES)),
    required=True,
    help="Mục đích, ghi vào nhật ký / why, for the audit log.",
)
REFERENCE = click.option(
    "--reference", required=True, help="Số văn bản hoặc yêu cầu / the document or request."
)
ON = click.option(
    "--on", "at_ms", type=Moment(), default="now", help="Vào lúc; mặc định bây giờ / as of."
)
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)


@click.group()
def watchlist() -> None:
    """Danh sách cách ly, theo dõi / who is isolated or watched."""


@watchlist.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ đổi gì / show what would change.")
@LANG
@told
def import_(file: Path, data: Path, dry_run: bool, lang: str) -> None:
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
        _refuse(file, errors, lang)
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
        click.echo("Máy bảng chưa biết; công bố bằng / tablets learn by: chot watchlist publish")


@watchlist.command("list")
@DATA
@PURPOSE
@REFERENCE
@ON
@click.option("--commune", default="", help="Chỉ một xã / one commune, 2021/22738.")
@told
def list_(data: Path, purpose: WatchPurpose, reference: str, at_ms: int, commune: str) -> None:
    """Từng mục đang có hiệu lực, với mã để sửa hoặc xóa / entries in force, with their ids."""
    with opened_home(data) as store:
        place = _commune(commune)
        try:
            entries = looked_at(
                store, "list", purpose, reference, at_ms, "cli", now_ms(), commune=place
            )
        except WatchPurposeError:
            raise _purpose_refused("list") from None
    for one in entries:
        click.echo(f"{one.id}\t{_line(one)}")
    click.echo(f"{len(entries)} mục / entries", err=True)


@watchlist.command("check")
@DATA
@REFERENCE
@told
def check(data: Path, reference: str) -> None:
    """Trả lời chốt trưởng gọi về: người này có trong danh sách không / is one person listed now?

    Số giấy tờ được hỏi sau, không ghi trên dòng lệnh / the number is asked for, not an argument.
    """
    number = click.prompt("Số giấy tờ / ID number", err=True)
    with opened_home(data) as store:
        try:
            entries = looked_up(store, number, reference, "cli", now_ms())
        except WatchPurposeError:
            raise click.ClickException("--reference còn trống / is empty.") from None
        except ValueError:
            raise click.ClickException(f"Số giấy tờ {said('watch_number', 'vi')}.") from None
    for one in entries:
        click.echo(
            f"CÓ / listed\t{one.name}\t{place_text(one.place)}\tđến hết / until {last_day(one)}"
        )
    if not entries:
        click.echo("KHÔNG có trong danh sách / not listed")


@watchlist.command("remove")
@click.argument("ids", nargs=-1)
@DATA
@click.option("--ended-before", "ended_ms", type=Moment(), help="Mọi mục hết trước ngày này.")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký / kept in the audit log.")
@told
def remove(ids: tuple[str, ...], data: Path, ended_ms: int | None, reason: str) -> None:
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
        click.echo("Máy bảng chưa biết; công bố bằng / tablets learn by: chot watchlist publish")


@watchlist.command("publish")
@DATA
@click.option("--rate", type=click.FloatRange(0, 0.5, min_open=True),
              help="Tỷ lệ hỏi nhầm ít nhất, ví dụ 0.001 / least share of false hits.")  # fmt: skip
@click.option("--population", type=click.IntRange(4096), default=LIVING_PEOPLE, show_default=True,
              help="Số dân mà danh sách lấn vào / people among whom the listed hide.")  # fmt: skip
@click.option("--daily", type=click.IntRange(1), default=10_000, show_default=True,
              help="Lượt người mỗi ngày, để tính / people a day, for the figures.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Chỉ tính, không công bố / figures only.")
@told
def publish(data: Path, rate: float | None, population: int, daily: int, dry_run: bool) -> None:
    """Công bố bộ lọc cho máy bảng, mỗi ngày một lần / publish the tablets' filter, daily.

    Bộ lọc không có số giấy tờ nào: mỗi người trong danh sách lẫn vào một nhóm người ngoài danh
    sách. Nhóm càng đông, máy bảng bị mất càng ít lộ, và càng nhiều người bị hỏi nhầm.
    """
    with opened_home(data) as store:
        keys, now = KeyRing.load_or_create(data), now_ms()
        try:
            offered = offer(store.watch_entries(), now, population, rate, filter_in_force(store))
        except WatchRateError as error:
            raise click.ClickException(_rate_refused(error)) from None
        for line in _figures(offered, daily):
            click.echo(line)
        if dry_run:
            return
        pack = publish_watchlist(store, keys, offered, "cli", now)
    if pack is None:
        click.echo("Như bản đang công bố; không có gì mới / the same as published.")
    else:
        click.echo(f"Gói watchlist phiên bản / version {pack.version}.")


@watchlist.command("export")
@DATA
@click.option("--view", type=click.Choice(get_args(WatchView)), required=True,
              help="commune ủy ban xã · health trung tâm y tế · steering ban chỉ đạo.")  # fmt: skip
@PURPOSE
@REFERENCE
@ON
@click.option("--commune", default="", help="Xã / commune, 2021/22738; cần cho --view commune.")
@click.option("--output", type=FILE, help="Tệp CSV đích / target.")
@LANG
@told
def export(
    data: Path,
    view: WatchView,
    purpose: WatchPurpose,
    reference: str,
    at_ms: int,
    commune: str,
    output: Path | None,
    lang: str,
) -> None:
    """Ba bản cho ba nơi, mỗi nơi chỉ thấy phần việc của mình / three role-filtered views.

    \b
    Ví dụ / examples:
      chot watchlist export --view commune --commune 2021/22738 \\
        --purpose home_visit --reference "45/KH-UBND" --output xa.csv
      chot watchlist export --view steering --purpose report --reference "BC 22/11"
    """
    if view == "commune" and not commune:
        raise click.UsageError("--view commune cần --commune / needs a commune.")
    place = _commune(commune)
    with opened_home(data) as store:
        try:
            entries = looked_at(
                store, view, purpose, reference, at_ms, "cli", now_ms(), commune=place
            )
        except WatchPurposeError:
            raise _purpose_refused(view) from None
    if view == "commune":
        sheet = commune_view(entries)
    else:
        sheet = health_view(entries, at_ms) if view == "health" else steering_view(entries)
    text = _csv(sheet, lang)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.touch(mode=0o600)
        output.write_text("\ufeff" + text, "utf-8", newline="")
        click.echo(f"{output}: {len(sheet.rows)} dòng / rows")


def _figures(offered: Offer, daily: int) -> list[str]:
    """What publishing means, before it is done: what a thief learns, what travellers pay."""
    names = f"{offered.false_names:,} người ngoài / others"
    return [
        f"{offered.people:,} người, {offered.numbers:,} số giấy tờ, "
        f"{len(str(offered.content['coded'])) * 3 // 4:,} byte.",
        f"Dò cả {offered.population:,} số / enumerating all: {names}, "
        f"{offered.people:,} người trong danh sách / listed. "
        f"Nhóm / crowd: {offered.crowd:,.0f} người.",
        f"Hỏi nhầm / false referrals: {offered.false_rate:.4%}, khoảng / about "
        f"{offered.daily_false(daily):,.1f} người trong / of {daily:,} mỗi ngày / a day.",
        "Ai có máy và biết số của một người vẫn thử được người ấy; đã nghi sẵn thì trúng là gần "
        "như chắc. / One chosen person can still be tested.",
    ]


def _rate_refused(error: WatchRateError) -> str:
    if error.code == "rate_low":
        return (
            f"Tỷ lệ phải từ {error.rate:.4%}: dưới đó nhóm ít hơn {LEAST_CROWD} người, ai dò hết "
            f"các số sẽ biết từng người. / The least rate is {error.rate:.4%}."
        )
    return (
        f"Sẽ hỏi nhầm {error.rate:.1%} số người, quá {MOST_FALSE_RATE:.0%}. Danh sách quá dài so "
        f"với số dân; nếu vẫn muốn, thêm --rate {error.rate:.3f}. / Over {MOST_FALSE_RATE:.0%} of "
        "travellers would be referred for nothing; ask for it by --rate."
    )


def _preview(changes: Changes) -> None:
    lines = [f"+ {one.row}\t{_line(one.entry)}" for one in changes.added]
    lines += [f"~ {one.row}\t{_line(old)}\t→ {_line(one.entry)}" for one, old in changes.changed]
    for line in lines[:MAX_CHANGES_SAID]:
        click.echo(line)
    if len(lines) > MAX_CHANGES_SAID:
        click.echo(f"… {len(lines) - MAX_CHANGES_SAID} nữa / more")


def _line(one: WatchEntry) -> str:
    """An entry for somebody who has the list: of the number the last four."""
    hidden = "*" * (len(one.id_number) - 4) + one.id_number[-4:]
    window = f"{_time(one.from_ms)} – {_time(one.until_ms)}"
    return f"{one.category}\t{hidden}\t{one.name}\t{place_text(one.place)}\t{window}"


def _time(at_ms: int) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M")


def _csv(sheet: Sheet, lang: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([vi if lang == "vi" else en for en, vi in sheet.headings])
    writer.writerows([[defused(cell) for cell in row] for row in sheet.rows])
    return text.getvalue()


def _commune(text: str) -> str:
    place = commune_of(text) if text else ""
    if place is None:
        raise click.UsageError(f"--commune {said('commune', 'vi')}.")
    return place


def _purpose_refused(what: str) -> click.ClickException:
    fitting = ", ".join(name for name, views in PURPOSES.items() if what in views)
    return click.ClickException(
        f"Cần --purpose {fitting} và --reference có nội dung / with a reference."
    )


def _refuse(file: Path, errors: list[RowError], lang: str) -> None:
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
        f"{file}: {rows} dòng sai, chưa nạp gì."
        if lang == "vi"
        else f"{file}: {rows} rows are wrong; nothing was imported."
    )
