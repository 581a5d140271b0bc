"""`chot schedule`: the reports that the server writes and mails by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened, told, viewed
from cli.shown import JSON, tell_json
from server.config import load_config
from server.reporting.words import clock, moment
from server.scheduling.due import Job, next_run
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import Ledger, open_fault, read_ledger
from server.scheduling.mailing import send, trial_message
from server.scheduling.running import Runner
from server.scheduling.settings import SCHEDULE_FILE, Schedule, load_schedule
from server.store.published import AuditEntry
from server.store.sqlite import open_store

KINDS_VI = {"draft": "dự thảo", "report": "báo cáo"}
SHOWN = 6


@click.group()
def schedule() -> None:
    """Báo cáo tự động / reports that the server writes and mails by itself.

    Cài đặt nằm trong schedule.json ở thư mục dữ liệu. Máy chủ (chot serve) tự làm; không chạy máy
    chủ thì dùng chot schedule run trong systemd timer.
    """


@schedule.command("show")
@DATA
@JSON
@told
def show(data: Path, is_json: bool) -> None:
    """Cài đặt, lần tới, lần trước, lỗi / what is set, comes next, was done and went wrong.

    Mã thoát 1 khi có việc chưa làm được / exits with 1 while something could not be done.

    Ví dụ: chot schedule show
    """
    with opened(data) as store:
        config, now = load_config(data), now_ms()
        with _mistakes():
            asked = _asked(data)
        ledger = read_ledger(store)
    job, run_ms = next_run(now, config.report_hours, asked.wait_minutes, asked.draft_minutes)
    wrong = open_fault(ledger, now)
    if is_json:
        tell_json(_as_json(asked, ledger, job, run_ms, wrong))
    else:
        click.echo(f"Thư mục   {asked.folder}")
        click.echo(f"Định dạng {', '.join(asked.formats)}")
        if asked.goods_flow:
            click.echo(f"Hàng hóa  {asked.goods_flow}")
        click.echo(f"Thư đến   {', '.join(asked.mail.to) if asked.mail else '(không gửi thư)'}")
        click.echo(f"Lần tới   {_named(job)}, làm lúc {clock(run_ms)}")
        for one in sorted(ledger.written.values(), key=lambda one: one.made_ms)[-SHOWN:]:
            click.echo(f"Đã làm    {_named(one.job)}{_mailed(ledger, one.job, one.to_mail)}")
        if wrong is not None:
            about = "" if wrong.job is None else f"{_named(wrong.job)}: "
            click.echo(f"Lỗi       {about}{wrong.code}, lúc {moment(wrong.at_ms)}")
    if wrong is not None:
        raise SystemExit(1)


@schedule.command("run")
@DATA
@told
def run(data: Path) -> None:
    """Làm một lượt việc đã đến giờ / write and mail what is due now, once.

    Chạy mấy lần cũng không làm hai lần một việc, cả khi máy chủ đang chạy. Mã thoát 1 khi có việc
    không làm được; lần chạy sau thử lại.

    Ví dụ: chot schedule run
    """
    with viewed(data):
        pass
    config = load_config(data)
    with _mistakes():
        _asked(data)
        done = Runner(config).run(lambda: open_store(config), now_ms())
    for one in done.written:
        click.echo(f"{_named(one.job)}: {', '.join(one.files)}")
    for sent in done.mailed:
        refused = f", {sent.refused} địa chỉ bị từ chối" if sent.refused else ""
        click.echo(f"{_named(sent.job)}: đã gửi thư{refused}")
    for _, job, error in done.faults:
        click.echo(f"{_named(job)}: {error} ({error.code})", err=True)
    if done.faults:
        raise SystemExit(1)
    if not (done.written or done.mailed):
        click.echo("Chưa có việc đến giờ / nothing is due.", err=True)


@schedule.command("test-mail")
@DATA
@told
def test_mail(data: Path) -> None:
    """Gửi một thư thử, không kèm báo cáo / send a mail that holds nothing.

    Ví dụ: chot schedule test-mail
    """
    with opened(data) as store:
        config = load_config(data)
        with _mistakes():
            asked = _asked(data)
            if asked.mail is None:
                raise ScheduleError("settings", f"{SCHEDULE_FILE}: chưa có mail")
            made = trial_message(asked.mail, config.unit, now_ms())
            store.audit(AuditEntry(now_ms(), "cli", "schedule.test-mail"))
            refused = send(asked.mail, made, data)
    for one in refused:
        click.echo(f"{one}: bị từ chối / refused", err=True)
    taken = len(asked.mail.to) - len(refused)
    click.echo(f"{asked.mail.host} đã nhận thư cho {taken}/{len(asked.mail.to)} địa chỉ.")
    if refused:
        raise SystemExit(1)


def _asked(data: Path) -> Schedule:
    asked = load_schedule(data)
    if asked is None:
        raise ScheduleError(
            "settings", f"Chưa có {data / SCHEDULE_FILE}: xem docs/how-to/schedule.md"
        )
    return asked


@contextlib.contextmanager
def _mistakes() -> Iterator[None]:
    try:
        yield
    except ScheduleError as error:
        raise click.ClickException(f"{error} ({error.code})") from None


def _named(job: Job) -> str:
    return f"{KINDS_VI[job.kind]} {moment(job.at_ms)}"


def _mailed(ledger: Ledger, job: Job, to_mail: bool) -> str:
    sent = ledger.mailed.get(job)
    if sent is None:
        return ", CHƯA gửi thư" if to_mail else ""
    refused = f", {sent.refused} địa chỉ bị từ chối" if sent.refused else ""
    return f", gửi thư {clock(sent.at_ms)}{refused}"


def _as_json(asked: Schedule, ledger: Ledger, job: Job, run_ms: int, wrong: Any) -> dict[str, Any]:
    mail = asked.mail
    return {
        "folder": str(asked.folder),
        "formats": asked.formats,
        "goods_flow": asked.goods_flow,
        "mail": None if mail is None else {"host": mail.host, "to": mail.to},
        "next": {"cut_ms": job.at_ms, "kind": job.kind, "run_ms": run_ms},
        "written": [
            {
                "cut_ms": one.job.at_ms,
                "kind": one.job.kind,
                "made_ms": one.made_ms,
                "n": one.n,
                "files": one.files,
                "mailed_ms": sent.at_ms if (sent := ledger.mailed.get(one.job)) else None,
            }
            for one in sorted(ledger.written.values(), key=lambda one: one.made_ms)[-SHOWN:]
        ],
        "fault": None if wrong is None else {"code": wrong.code, "at_ms": wrong.at_ms},
    }
