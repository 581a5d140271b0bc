"""`chot purge`: let go what is over, by class of data or as the settings say, and prove it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, Moment, now_ms, told, viewed
from cli.erase import finish
from server.config import load_config
from server.projector import rebuild
from server.reporting.words import moment
from server.retention.classes import (
    CLASSES,
    Cut,
    Gone,
    Klass,
    NotHomeError,
    TooEarlyError,
    check,
    cuts_due,
    day_begins,
    let_go,
    look,
)
from server.retention.proof import State, proofs
from server.store.hold_protocol import HoldsChangedError, ViewBehindError
from server.store.protocol import Store

STATES: dict[State, str] = {
    "gone": "đã hủy, khớp nhật ký",
    "left": "CÒN ĐỌC ĐƯỢC: chạy lại chot purge",
    "compacted": "đã hủy, sự kiện đã gộp nên không đếm lại được",
    "differs": "KHÔNG KHỚP nhật ký",
    "unproved": "đã hủy bởi phiên bản cũ, không có mã băm",
}


def check_told(store: Store, cut: Cut) -> None:
    """A cut that must not be made is told in words."""
    try:
        check(store, cut, now_ms())
    except TooEarlyError as error:
        raise click.ClickException(
            "Chỉ hủy được những ngày đã qua / only days that are over."
            if error.days == 1
            else f"Chỉ gộp những gì cũ hơn {error.days} ngày."
        ) from None
    except NotHomeError as error:
        raise click.ClickException(
            f"Còn {error.events} sự kiện chưa tới máy chủ chính. Xem: chot relay status"
        ) from None


@click.command()
@DATA
@click.option("--before", "before_ms", type=Moment(), help="Trước ngày này / before this day.")
@click.option(
    "--class",
    "klass",
    type=click.Choice(CLASSES),
    default="person",
    show_default=True,
    help="Loại dữ liệu / class of data; chỉ với --before.",
)
@click.option("--due", is_flag=True, help="Mọi loại đã quá hạn theo retention của config.json.")
@click.option("--dry-run", is_flag=True, help="Chỉ đếm, không hủy gì / count, destroy nothing.")
@click.option("--proof", is_flag=True, help="Đếm lại: những ngày đã hủy có thật đã mất.")
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def purge(
    data: Path,
    before_ms: int | None,
    klass: Klass,
    due: bool,
    dry_run: bool,
    proof: bool,
    is_json: bool,
    yes: bool,
) -> None:
    """Hủy những gì đã hết hạn giữ / let go what is over.

    person: hủy khóa từng ngày nhận, mọi phần cá nhân của ngày đó mất hẳn, cả trong các bản sao làm
    sau này. crossing: lượt đã xong thành số đếm. watchlist: mục theo dõi đã hết hạn. Số đếm, nhật
    ký xem và những gì chot hold giữ thì còn. Không hoàn tác được.

    Mã thoát 1 khi --proof thấy chỗ không khớp / exits with 1 where the proof does not hold.

    Ví dụ:

    \b
      chot purge --before 2026-10-01
      chot purge --due --dry-run
      chot purge --proof
    """
    if sum((before_ms is not None, due, proof)) != 1:
        raise click.UsageError("Nêu một trong --before, --due và --proof / one of the three.")
    with viewed(data) as store:
        if proof:
            _prove(store, is_json)
            return
        if before_ms is not None:
            cuts = [Cut(klass, day_begins(before_ms))]
        else:
            cuts = cuts_due(load_config(data).retention, now_ms())
            if not cuts:
                raise click.ClickException(
                    'config.json không có retention, ví dụ {"retention": {"person": 30}}.'
                )
        for cut in cuts:
            check_told(store, cut)
        done = [_one(store, cut, dry_run, is_json, yes) for cut in cuts]
    if is_json:
        click.echo(json.dumps([_as_json(one) for one in done], ensure_ascii=False, indent=2))
    if dry_run or not any(one.is_something for one in done):
        return
    rebuild(data)
    finish(data, err=is_json)


def _one(store: Store, cut: Cut, dry_run: bool, is_json: bool, yes: bool) -> Gone:
    try:
        found = look(store, cut)
        if not is_json:
            for line in _lines(found, dry_run):
                click.echo(line)
        if dry_run or not found.is_something:
            return found
        if not yes:
            click.confirm(f"Hủy vĩnh viễn {_what(found)}?", abort=True, err=is_json)
        done = let_go(store, cut, now_ms(), "cli")
    except (HoldsChangedError, ViewBehindError):
        raise click.ClickException(
            "Lệnh giữ vừa thay đổi hoặc dữ liệu tra cứu chưa kịp; chưa hủy gì, hãy chạy lại."
        ) from None
    if not is_json:
        click.echo(f"Đã hủy {_what(done)}.")
    return done


def _what(one: Gone) -> str:
    if one.cut.klass == "person":
        return f"{len(one.days)} khóa ngày, {one.count} phần cá nhân"
    if one.cut.klass == "crossing":
        return f"nội dung {one.count} sự kiện, {one.crossings} lượt"
    return f"{one.count} mục theo dõi"


def _lines(one: Gone, dry_run: bool) -> list[str]:
    name = f"{one.cut.klass} trước {one.cut.day}"
    if not one.is_something:
        words = "Không còn khóa nào" if one.cut.klass == "person" else "Không có gì"
        lines = [f"{name}: {words} để hủy."]
    elif dry_run:
        lines = [f"{name}: sẽ hủy {_what(one)}."]
    else:
        lines = [f"{name}: {_what(one)}."]
    if one.days:
        lines.append(f"  ngày {one.days[0]} đến {one.days[-1]}")
    if one.kept:
        why = (
            "còn cần" if one.cut.klass == "crossing" else "được giữ cho vụ việc, xem chot hold list"
        )
        lines.append(f"  {one.kept} ở lại: {why}")
    return lines


def _as_json(one: Gone) -> dict[str, Any]:
    return {
        "class": one.cut.klass,
        "before": one.cut.day,
        "count": one.count,
        "kept": one.kept,
        "crossings": one.crossings,
        "days": list(one.days),
    }


def _prove(store: Store, is_json: bool) -> None:
    found = proofs(store)
    broken = store.verify_audit()
    if is_json:
        made = {"audit_broken_at": broken, "days": [asdict(one) for one in found]}
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        for one in found:
            kept = f", {one.kept} giữ cho vụ việc" if one.kept else ""
            click.echo(
                f"{one.day}\t{moment(one.at_ms)}\t{one.who}\t{one.persons} phần{kept}\t"
                f"{one.sha256[:16]}\t{STATES[one.state]}"
            )
        if not found:
            click.echo("Chưa hủy ngày nào.")
        if broken is not None:
            click.echo(f"NHẬT KÝ XEM HỎNG từ dòng {broken}.")
    if broken is not None or any(one.state in ("left", "differs") for one in found):
        raise SystemExit(1)
