"""`chot migrate`: what a new version changes in the data: foretold, copied first, looked at."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, VIETNAM, no_data, now_ms, opened, told
from cli.shown import JSON, tell_json
from server.config import load_config
from server.keys import KeyRing
from server.migrate import MigrationError, Plan, ViewState, plan
from server.migrate import migrate as migrate_log
from server.projector import ProjectorRunningError, rebuild
from server.store.published import AuditEntry

ERRORS = {
    "migrate.newer": "Nhật ký này thuộc phiên bản mới hơn ({detail}): cài phiên bản ấy.",
    "migrate.disk": "Không đủ chỗ cho bản chép ({detail}): dùng --copy ở ổ khác, hoặc --no-copy.",
    "migrate.damaged": "Sau khi chuyển, nhật ký không nguyên vẹn ({detail}): dùng lại bản chép.",
}
VIEW: dict[ViewState, str] = {
    "fits": "dữ liệu tra cứu đúng phiên bản",
    "older": "dữ liệu tra cứu sẽ được dựng lại từ nhật ký",
    "missing": "chưa có dữ liệu tra cứu: sẽ được dựng từ nhật ký",
}


@click.command()
@DATA
@click.option("--dry-run", is_flag=True, help="Chỉ nêu việc sẽ làm; mã thoát 1 khi có việc.")
@click.option(
    "--copy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Nơi chép nhật ký trước khi đổi; mặc định cạnh nó.",
)
@click.option("--no-copy", is_flag=True, help="Không chép; đã có bản sao lưu / there is a backup.")
@JSON
@told
def migrate(data: Path, dry_run: bool, copy: Path | None, no_copy: bool, is_json: bool) -> None:
    """Chuyển dữ liệu lên phiên bản này / bring the data up to this version.

    Khi máy chủ đã dừng. Nhật ký được chép trước, đổi trong một giao dịch, rồi kiểm tra; hỏng giữa
    chừng thì nhật ký vẫn như cũ. chot serve cũng tự làm, nhưng không chép.

    \b
    Ví dụ / examples:
      chot migrate --dry-run
      chot migrate
    """
    config = load_config(data)
    if not config.log_path.exists():
        raise no_data(data)
    try:
        found = plan(config)
        if dry_run:
            _tell(found, is_json)
            if not found.is_current:
                raise SystemExit(1)
            return
        at = datetime.fromtimestamp(now_ms() / 1000, VIETNAM)
        beside = config.data_dir / f"log.db.before-{at:%Y%m%d-%H%M%S}"
        kept = None if no_copy or not found.pending else copy or beside
        after = migrate_log(config, KeyRing.load_or_create(data), kept)
    except MigrationError as error:
        raise click.ClickException(ERRORS[error.code].format(detail=error.detail)) from None
    except ProjectorRunningError:
        raise click.ClickException(
            "Máy chủ đang chạy với dữ liệu này: dừng chot serve trước. / stop chot serve first."
        ) from None
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{config.log_path}: {error}. Nhật ký vẫn như cũ.") from None
    steps = [name for name, _ in found.pending]
    if steps:
        with opened(data) as store:
            store.audit(AuditEntry(now_ms(), "cli", "migrate", details={"steps": steps}))
    if after.view != "fits":
        rebuild(data)
    if is_json:
        tell_json({"done": steps, "copy": None if kept is None else str(kept)})
        return
    click.echo(f"Đã chuyển {len(steps)} bước; nhật ký nguyên vẹn, {after.events} sự kiện.")
    if after.view != "fits":
        click.echo("Đã dựng lại dữ liệu tra cứu.")
    if kept is not None:
        click.echo(
            f"Bản chép: {kept}\nXóa nó khi đã yên tâm: những gì xóa từ nay vẫn còn trong đó."
            " / delete it: it keeps what is erased from now on."
        )


def _tell(found: Plan, is_json: bool) -> None:
    if is_json:
        made: dict[str, Any] = {
            "applied": [{"step": name, "at": at} for name, at in found.applied],
            "pending": [{"step": name, "what": what} for name, what in found.pending],
            "unknown": list(found.unknown),
            "view": found.view,
            "events": found.events,
        }
        tell_json(made)
        return
    click.echo(f"Nhật ký: {found.events} sự kiện, đã qua {len(found.applied)} bước.")
    for name, what in found.pending:
        click.echo(f"  sẽ làm {name}: {what}")
    if found.unknown:
        click.echo(f"  của phiên bản mới hơn: {', '.join(found.unknown)}")
    click.echo(f"View: {VIEW[found.view]}.")
    if found.unknown:
        click.echo(
            "Cài phiên bản ấy; phiên bản này không dùng nhật ký này. / install that version."
        )
    else:
        click.echo("Không có gì phải làm." if found.is_current else "Chạy: chot migrate")
