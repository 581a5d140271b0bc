"""`chot audit`: who looked at what, and who did what. Reading it is an entry too."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, opened, told
from cli.shown import JSON, tell_rows
from server.store.protocol import Store
from server.store.published import AuditEntry

PAGE = 1_000
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
    "--last", type=click.IntRange(1), default=50, show_default=True, help="Nhiều nhất mấy dòng."
)
@click.option("--verify", is_flag=True, help="Kiểm tra chuỗi; đứt thì mã thoát 1.")
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
) -> None:
    """Đọc và tìm trong nhật ký truy cập / read and search the audit log.

    Cũ trước, mới sau. Lần đọc này cũng được ghi. Nhiều hơn thì: chot export audit.

    \b
    Ví dụ / examples:
      chot audit --last 20
      chot audit --who canhsat --what search --from yesterday
      chot audit --verify
    """
    with opened(data) as store:
        broken = store.verify_audit() if verify else None
        now = now_ms()
        details = {"who": who, "what": what, "about": about, "from_ms": from_ms, "to_ms": to_ms}
        newest = store.audit(
            AuditEntry(now, "cli", "audit", details={k: v for k, v in details.items() if v})
        )
        logins = {one.id: one.login for one in store.users()}
        names = {who, *(one.id for one in store.users() if one.login == who)}

        def is_wanted(entry: AuditEntry) -> bool:
            return (
                (from_ms is None or entry.at_ms >= from_ms)
                and (to_ms is None or entry.at_ms <= to_ms)
                and (not who or entry.who in names)
                and (not what or entry.what == what or entry.what.startswith(f"{what}."))
                and (not about or entry.subject == about)
                and (not text or text.lower() in _all_text(entry).lower())
            )

        found = deque(
            ((n, one) for n, one in _entries(store, newest) if is_wanted(one)), maxlen=last
        )
    tell_rows(HEADINGS, [_row(n, one, logins, is_json) for n, one in found], is_json)
    if verify:
        if broken is not None:
            raise click.ClickException(
                f"Nhật ký đứt ở dòng {broken}: đã bị sửa. Giữ nguyên ổ đĩa và báo phụ trách."
                f" / broken at entry {broken}."
            )
        click.echo("Chuỗi nhật ký nguyên vẹn / the chain is whole.", err=True)


def _entries(store: Store, newest: int) -> Iterator[tuple[int, AuditEntry]]:
    """All entries before `newest`, which is that of this look."""
    after = 0
    while some := store.audited(after, PAGE):
        yield from ((n, one) for n, one in some if n < newest)
        after = some[-1][0]


def _row(n: int, one: AuditEntry, logins: dict[str, str], is_json: bool) -> dict[str, Any]:
    at = datetime.fromtimestamp(one.at_ms / 1000, VIETNAM)
    return {
        "n": n,
        "at": at.isoformat() if is_json else at.strftime("%Y-%m-%d %H:%M:%S"),
        "who": logins.get(one.who, one.who),
        "what": one.what,
        "subject": one.subject,
        "purpose": one.purpose,
        "reference": one.reference,
        "details": one.details if is_json else _details(one),
    }


def _details(one: AuditEntry) -> str:
    return json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else ""


def _all_text(one: AuditEntry) -> str:
    return " ".join((one.what, one.subject, one.purpose, one.reference, _details(one)))
