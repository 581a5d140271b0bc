"""`chot alerts`: what turned out afterwards, for who works without the console. Nobody is named."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from cli.data import DATA, VIETNAM, now_ms, told, viewed
from cli.shown import JSON, tell_rows
from schemas.home_records import ALERT_CODES
from server.store.alert_protocol import AlertRow, AlertState
from server.store.published import AuditEntry

PAGE_ROWS = 200
HEADINGS = {"occurred": "lúc", "code": "loại", "checkpoint": "chốt", "record": "mã cảnh báo",
            "crossings": "các lượt"}  # fmt: skip


@click.group()
def alerts() -> None:
    """Cảnh báo của máy chủ gốc / the home server's alerts."""


@alerts.command("list")
@click.option("--state", type=click.Choice(get_args(AlertState)), default="new", show_default=True)
@click.option("--code", type=click.Choice(ALERT_CODES), help="Chỉ một loại / one kind only.")
@DATA
@JSON
@told
def list_alerts(state: AlertState, code: str | None, data: Path, is_json: bool) -> None:
    """Liệt kê, mới nhất trước / newest first: thời điểm, loại, chốt, mã cảnh báo, các lượt.

    Ví dụ: chot alerts list --state taken
    """
    found: list[dict[str, Any]] = []
    with viewed(data) as store:
        store.audit(AuditEntry(now_ms(), "cli", "alerts", details={"state": state}))
        after = ""
        while True:
            rows, after = store.alerts(state, (code,) if code else (), after, PAGE_ROWS)
            found += [_row(one, is_json) for one in rows]
            if not after:
                break
    tell_rows(HEADINGS, found, is_json)


@alerts.command("show")
@click.argument("record")
@DATA
@told
def show_alert(record: str, data: Path) -> None:
    """In một cảnh báo và ai đã xử lý, dạng JSON / print one alert as JSON.

    Ví dụ: chot alerts show 019a…
    """
    with viewed(data) as store:
        store.audit(AuditEntry(now_ms(), "cli", "alert", record))
        found = store.alert(record)
        if found is None:
            raise click.ClickException(f"{record}: không có cảnh báo này.")
        acts = [
            {"state": one.state, "who": one.officer, "at": _time(one.at_ms), "note": one.note}
            for one in found.acts
        ]
    click.echo(json.dumps(found.fields | {"acts": acts}, ensure_ascii=False, indent=2))


def _row(one: AlertRow, is_json: bool) -> dict[str, Any]:
    crossings = [row.record for row in one.crossings]
    return {
        "occurred": _time(one.occurred_ms),
        "code": one.code,
        "checkpoint": one.checkpoint,
        "record": one.record,
        "crossings": crossings if is_json else " ".join(crossings),
        "state": one.state,
        "withdrawn": one.withdrawn,
    }


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).isoformat(timespec="seconds")
