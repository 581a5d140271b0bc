"""`chot report`: what is due at 06h, 12h and 18h."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, SEQUENCE, now_ms, told, viewed
from cli.data import opened as opened_store
from cli.remote import remote_of, with_remote
from cli.remote_report import report_from
from cli.report_asked import AREA, AT, PLACES, asked, check_known, made_report
from cli.report_file import check_file, kind_of, put
from cli.report_goods_flow import goods_flow_command
from cli.report_units import hand_up, issued_report, receive, unit
from server.config import load_config
from server.keys import KeyRing
from server.reporting.addendum import addendum, goods_later, later_reports
from server.reporting.completeness import Completeness, Place, completeness
from server.reporting.handed_up import waited_for
from server.reporting.issued import DraftError, issue, opened
from server.reporting.kinds import KINDS, PAGES, Kind
from server.reporting.letterhead import Letterhead, LetterheadError, load_letterhead
from server.reporting.periods import next_cut_ms, previous_cut_ms
from server.reporting.said import (
    addendum_lines,
    checkpoint_lines,
    completeness_lines,
    goods_later_lines,
    later_lines,
)
from server.reporting.words import clock, moment
from server.store.published import AuditEntry
from server.store.report_protocol import ReportNumberError

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@DATA
@AT
@PLACES
@AREA
@click.option("--format", "layout", type=click.Choice(KINDS), help="Mặc định theo tên tệp.")
@click.option("--output", type=FILE, help="Tệp đích; không có thì in ra màn hình.")
@click.option("--as-of-sequence", "n", type=SEQUENCE, help="Như đã biết đến số này của nhật ký.")
@with_remote
@click.pass_context
@told
def report(
    context: click.Context,
    /,
    data: Path,
    at_ms: int | None,
    checkpoints: tuple[str, ...],
    area: str | None,
    layout: Kind | None,
    output: Path | None,
    n: int | None,
    **where: Any,
) -> None:
    """Báo cáo 06h, 12h, 18h / the reports that are due three times a day.

    Trước giờ chốt là DỰ THẢO, có ghi số liệu đến mấy giờ. Mỗi con số nêu kỳ của nó. Không có --at
    thì là giờ chốt sắp tới. Báo cáo đã nhận của đơn vị trực thuộc được cộng vào, đơn vị chưa gửi
    được nêu tên.

    Ví dụ: chot report --at 18:00 --output bao-cao.docx
    """
    if context.invoked_subcommand is not None:
        return
    kind = layout or kind_of(output)
    if (remote := remote_of(where)) is not None:
        made, head = report_from(remote, at_ms, checkpoints, n, area or "")
        put(made, kind, output, head)
        return
    with viewed(data) as store:
        name, checkpoints = asked(store, checkpoints, area)
        now = now_ms()
        config = load_config(data)
        at = at_ms if at_ms is not None else next_cut_ms(now, config.report_hours)
        details = {"at_ms": at, "checkpoints": list(checkpoints), "format": kind}
        store.audit(AuditEntry(now, "cli", "report", details=details))
        made = made_report(store, config, at, checkpoints, now, n, name)
        head = _letterhead(data, made.unit) if kind in PAGES else Letterhead()
        put(made, kind, output, head)


for command in (goods_flow_command, unit, hand_up, receive):
    report.add_command(command)


@report.command("status")
@DATA
@PLACES
@with_remote
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def status(data: Path, checkpoints: tuple[str, ...], is_json: bool, **where: Any) -> None:
    """Điều gì làm báo cáo chưa đủ, và gọi ai / what blocks an honest report, and whom to call.

    Mã thoát 1 khi còn thiếu / exits with 1 while something is missing.

    Ví dụ: chot report status
    """
    if (remote := remote_of(where)) is not None:
        made, _ = report_from(remote, None, checkpoints, None)
        last = next(one.period.from_ms for one in made.periods if one.period.name == "cut")
        # Nobody can have handed up the cut-off that is still to come.
        past, _ = report_from(remote, last, checkpoints, None)
        _tell_status(made.completeness, past.missing, last, made.made_ms, made.at_ms, is_json)
        return
    with viewed(data) as store:
        check_known(store, checkpoints)
        now = now_ms()
        found = completeness(store, checkpoints, now)
        hours = load_config(data).report_hours
        last = previous_cut_ms(now, hours)
        units = () if checkpoints else tuple(waited_for(store, last, hours))
        _tell_status(found, units, last, now, next_cut_ms(now, hours), is_json)


def _tell_status(
    found: Completeness, units: Sequence[Place], last: int, now: int, cut: int, is_json: bool
) -> None:
    """`units`: those below that have not handed up their report of the cut-off `last`."""
    if is_json:
        made = {
            "checkpoints": found.checkpoints,
            "complete": found.complete,
            "gaps": [
                {"checkpoint": gap.place.id, "device": gap.device, "lacks": gap.lacks}
                for gap in found.gaps
            ],
            "without_device": [one.id for one in found.without_device],
            "no_shift": [one.id for one in found.no_shift],
            "units": {"at_ms": last, "missing": [one.id for one in units]},
        }
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        click.echo(f"Giờ chốt tới: {moment(cut)} (còn {round((cut - now) / 60_000)} phút)")
        click.echo(f"Đủ {found.complete}/{found.checkpoints} chốt lúc {clock(now)}.")
        for line in checkpoint_lines(found):
            click.echo(f"  {line}")
        for unit_below in units:
            call = f" Gọi {unit_below.hotline}." if unit_below.hotline else ""
            click.echo(f"  {unit_below.name}: chưa có báo cáo {moment(last)}.{call}")
    if units or not found.is_complete:
        raise SystemExit(1)


@report.command("issue")
@DATA
@AT
@PLACES
@AREA
@click.option("--number", required=True, help="Số của văn bản, ví dụ 05.")
@click.option("--output", type=FILE, help="Tệp docx, pdf, html, json hoặc txt của bản đã ban hành.")
@click.option("--yes", is_flag=True, help="Không hỏi lại, cả khi số liệu chưa đủ.")
@told
def issue_report(
    data: Path,
    at_ms: int | None,
    checkpoints: tuple[str, ...],
    area: str | None,
    number: str,
    output: Path | None,
    yes: bool,
) -> None:
    """Ban hành: số liệu được chốt, ký và giữ nguyên / freeze, sign and keep a report.

    Dữ liệu đến sau không đổi bản đã ban hành; xem phần bổ sung bằng chot report show.

    Ví dụ: chot report issue --at 18:00 --number 05 --output bao-cao-05.docx
    """
    kind = kind_of(output)
    check_file(kind, output)
    if not number.strip():
        raise click.ClickException("--number: cần số của văn bản.")
    with viewed(data) as store:
        name, checkpoints = asked(store, checkpoints, area)
        now = now_ms()
        config = load_config(data)
        at = at_ms if at_ms is not None else previous_cut_ms(now, config.report_hours)
        made = made_report(store, config, at, checkpoints, now, None, name)
        if not made.is_complete and not yes:
            for line in completeness_lines(made):
                click.echo(f"  {line}", err=True)
            click.confirm("Số liệu chưa đủ. Vẫn ban hành?", abort=True, err=True)
        head = _letterhead(data, made.unit)
        key = KeyRing.load_or_create(data).signing
        try:
            issued = issue(store, key, made, head, number, now, "cli")
        except DraftError:
            raise click.ClickException(
                f"Chưa đến {moment(at)}: dự thảo thì không ban hành được."
            ) from None
        except ReportNumberError:
            raise click.ClickException(f"Số {number} đã dùng trong năm này.") from None
        click.echo(f"Đã ban hành số {number}: nhật ký đến số {made.n}", err=True)
        click.echo(f"sha256 {issued.sha256.hex()}", err=True)
        if output is not None:
            try:
                put(made, kind, output, head, number, issued.sha256.hex())
            except OSError as error:
                raise click.ClickException(
                    f"Báo cáo số {number} đã ban hành, tệp thì chưa ghi được: {error.strerror}. "
                    f"Ghi lại: chot report show {number} --output TỆP"
                ) from None


@report.command("list")
@DATA
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def list_reports(data: Path, is_json: bool) -> None:
    """Các báo cáo đã ban hành / the reports that were issued.

    Ví dụ: chot report list
    """
    with opened_store(data) as store:
        issued = store.issued_reports()
    if is_json:
        made = [
            {"year": one.year, "number": one.number, "at_ms": one.at_ms,
             "issued_ms": one.issued_ms, "by": one.who, "sha256": one.sha256.hex()}
            for one in issued
        ]  # fmt: skip
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        for one in issued:
            click.echo(f"{one.year}\t{one.number}\t{moment(one.at_ms)}\t{one.sha256.hex()[:16]}")


@report.command("show")
@DATA
@click.argument("number")
@click.option("--year", type=int, help="Năm, khi số có ở nhiều năm.")
@click.option("--format", "layout", type=click.Choice(KINDS), help="Mặc định theo tên tệp.")
@click.option("--output", type=FILE, help="Tệp đích.")
@told
def show(
    data: Path, number: str, year: int | None, layout: Kind | None, output: Path | None
) -> None:
    """Đọc lại bản đã ban hành, kiểm tra chữ ký, nêu phần bổ sung / read an issued report again.

    Ví dụ: chot report show 05
    """
    with viewed(data) as store:
        stored = issued_report(store, number, year)
        again = opened(stored, KeyRing.load_or_create(data).signing.public_key())
        store.audit(AuditEntry(now_ms(), "cli", "report.show", number))
        if not again.is_whole:
            raise click.ClickException(f"Báo cáo số {number} không còn khớp chữ ký.")
        kind = layout or kind_of(output)
        put(again.report, kind, output, again.letterhead, number, stored.sha256.hex())
        later = list(addendum_lines(addendum(store, again.report)))
        later += goods_later_lines(goods_later(store, again.report))
        later += later_lines(later_reports(store, again.report))
        click.echo(f"Chữ ký đúng. sha256 {stored.sha256.hex()}", err=True)
        click.echo("Bổ sung sau khi ban hành:" if later else "Không có gì đến sau.", err=True)
        for line in later:
            click.echo(f"  {line}", err=True)


def _letterhead(data: Path, unit: str) -> Letterhead:
    try:
        return load_letterhead(data, unit)
    except LetterheadError as error:
        raise click.ClickException(str(error)) from None
