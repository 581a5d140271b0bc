"""`chot audit`: who looked at what, and who did what. Reading it is an entry too."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, opened, told
from cli.remote import Remote, another_version, ask, remote_of, with_remote
from cli.shown import JSON, tell_rows
from schemas.overseeing import MOST_ENTRIES
from server.audit_reading import Wanted, details_text, look_into_audit
from server.store.published import AuditEntry

NAMES = [one.name for one in fields(AuditEntry)]
HEADINGS = {
    "n": "số",
    "at": "lúc",
    "who": "ai",
    "what": "việc",
    "subject": "về",
    "purpose": "mục đích",
    "reference": "số văn bản",
    "details": "chi tiết",
}


@click.command()
@DATA
@click.option("--from", "from_ms", type=Moment(), help="Từ / since.")
@click.option("--to", "to_ms", type=Moment(end=True), help="Đến hết / until.")
@click.option("--who", default="", help="Tên đăng nhập, mã người dùng hoặc 'cli'.")
@click.option("--what", default="", help="Việc, cả nhóm: 'export' là mọi lần xuất / a kind.")
@click.option("--about", default="", help="Mã hồ sơ, máy, chốt mà dòng ấy nói tới / a subject.")
@click.option("--text", default="", help="Chữ có trong mục đích, số văn bản, chi tiết / any text.")
@click.option(
    "--last",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    help="Nhiều nhất mấy dòng.",
)
@click.option("--verify", is_flag=True, help="Kiểm tra chuỗi; đứt thì mã thoát 1.")
@with_remote
@JSON
@told
def audit(
    data: Path,
    from_ms: int | None,
    to_ms: int | None,
    who: str,
    what: str,
    about: str,
    text: str,
    last: int,
    verify: bool,
    is_json: bool,
    **where: Any,
) -> None:
    """Đọc và tìm trong nhật ký truy cập / read and search the audit log.

    Cũ trước, mới sau. Lần đọc này cũng được ghi. Nhiều hơn thì: chot export audit.

    \b
    Ví dụ / examples:
      chot audit --last 20
      chot audit --who canhsat --what search --from yesterday
      chot audit --verify
      chot audit --server https://chot.example:8443 --token-file doc.token --what export
    """
    if from_ms is not None and to_ms is not None and to_ms < from_ms:
        raise click.ClickException("--to đứng trước --from / is before --from.")
    wanted = Wanted(from_ms, to_ms, who, what, about, text)
    if (remote := remote_of(where)) is not None:
        found, broken = _from_afar(remote, wanted, last, verify)
    else:
        with opened(data) as store:
            broken = store.verify_audit() if verify else None
            found = look_into_audit(store, wanted, last, "cli", now_ms())
    tell_rows(HEADINGS, [_row(n, one, is_json) for n, one in found], is_json)
    if verify:
        if broken is not None:
            raise click.ClickException(
                f"Nhật ký đứt ở dòng {broken}: đã bị sửa. Giữ nguyên ổ đĩa và báo phụ trách."
                f" / broken at entry {broken}."
            )
        click.echo("Chuỗi nhật ký nguyên vẹn / the chain is whole.", err=True)


def _from_afar(
    remote: Remote, wanted: Wanted, last: int, verify: bool
) -> tuple[list[tuple[int, AuditEntry]], int | None]:
    if last > MOST_ENTRIES:
        raise click.ClickException(f"Từ xa nhiều nhất {MOST_ENTRIES} dòng; hơn: chot export audit.")
    sent = asdict(wanted) | {"last": last, "verify": verify}
    told = ask(remote, "/audit", {}, sent, roles="approver hoặc admin")
    try:
        # By name: a newer server may say more of each.
        found = [
            (one["n"], AuditEntry(**{name: one[name] for name in NAMES})) for one in told["entries"]
        ]
        return found, told["broken_at"]
    except (KeyError, TypeError):
        raise another_version(remote) from None


def _row(n: int, one: AuditEntry, is_json: bool) -> dict[str, Any]:
    at = datetime.fromtimestamp(one.at_ms / 1000, VIETNAM)
    return {
        "n": n,
        "at": at.isoformat() if is_json else at.strftime("%Y-%m-%d %H:%M:%S"),
        "who": one.who,
        "what": one.what,
        "subject": one.subject,
        "purpose": one.purpose,
        "reference": one.reference,
        "details": one.details if is_json else details_text(one),
    }
