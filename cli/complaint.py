"""`chot complaint`: the crossing that a traveller's complaint code names. Nobody is named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cli.data import DATA, VIETNAM, now_ms, told, viewed
from server.store.published import AuditEntry
from server.store.view_protocol import Criteria, CrossingRow
from sync.complaint import code_of_number, complaint_number, shown_code

MOST = 20


@click.command()
@click.argument("code")
@DATA
@told
def complaint(code: str, data: Path) -> None:
    """Tìm lượt qua chốt theo mã khiếu nại / find the crossing of a complaint code.

    In thời điểm, chốt, làn, chiều, kết luận, xử lý, lý do, mã lượt. Mỗi lần tra được ghi nhật ký.

    Ví dụ: chot complaint 4K7Q-M2XR
    """
    number = complaint_number(code)
    if number is None:
        raise click.ClickException(
            "Mã không đúng: 8 ký tự như 4K7Q-M2XR. Hỏi lại từng ký tự; có thể chép sai một chữ."
        )
    shown = shown_code(code_of_number(number))
    with viewed(data) as store:
        store.audit(
            AuditEntry(now_ms(), "cli", "search", "", "complaint", f"complaint_code={shown}")
        )
        rows, _ = store.search(Criteria(complaint=number), "", MOST)
    if not rows:
        raise click.ClickException(
            f"{shown}: chưa có lượt nào. Máy ở chốt có thể chưa gửi về; thử lại khi chốt có mạng."
        )
    for row in rows:
        click.echo(_line(row))


def _line(row: CrossingRow) -> str:
    at = datetime.fromtimestamp(row.occurred_ms / 1000, VIETNAM).isoformat(timespec="seconds")
    facts = (
        at,
        row.checkpoint,
        row.lane,
        row.direction,
        row.outcome,
        row.action,
        " ".join(row.reasons),
        " ".join(row.flags),
        row.record,
    )
    return "\t".join(one or "–" for one in facts)
