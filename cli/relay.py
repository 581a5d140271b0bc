"""`chot relay`: how a relay and its upstream stand, and the entry that names it to tablets."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from cli.data import DATA, VIETNAM, now_ms, opened, told
from server.config import load_config, server_url
from server.keys import KeyRing, public_jwk
from server.relay.state import Upstream, read_upstream
from server.relay.status import relay_status


@click.group()
def relay() -> None:
    """Trạm trung chuyển / relays."""


@relay.command("status")
@DATA
@click.option("--json", "as_json", is_flag=True, help="Một đối tượng JSON / one JSON object.")
@told
def status(data: Path, as_json: bool) -> None:
    """Còn gì chờ gửi lên, lần liên lạc cuối / what waits upwards, and since when.

    Mã thoát 1: lần liên lạc cuối không thành.

    Ví dụ: chot relay status
    """
    with opened(data) as store:
        upstream = read_upstream(store)
        if upstream is None:
            raise click.ClickException("Máy chủ này không có máy chủ cấp trên.")
        found = relay_status(store, upstream)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        click.echo(f"Máy chủ cấp trên  {upstream.server}  {upstream.url}")
        click.echo(f"Đường lên         {' → '.join(upstream.path)}")
        click.echo(f"Các chốt          {', '.join(upstream.checkpoints)}")
        click.echo(f"Liên lạc cuối     {_when(upstream)}")
        click.echo(f"Chờ gửi lên       {found.batches_waiting} gói")
        click.echo(f"Cấp trên chưa ký  {found.events_unreceipted} sự kiện")
        click.echo(f"Về tới gốc chưa   {found.events_not_home} sự kiện")
        for code, count in sorted(found.refused.items()):
            click.echo(f"Không được nhận   {code}: {count} gói")
        for alert in upstream.alerts:
            click.echo(f"Cảnh báo          {alert}")
    if upstream.failure:
        raise click.ClickException(f"Lần liên lạc cuối không thành: {upstream.failure}")


@relay.command("base")
@DATA
@click.option("--url", required=True, help="Địa chỉ mà máy bảng thấy, ví dụ https://chot:8443.")
@told
def base(data: Path, url: str) -> None:
    """In mục `bases` của máy này để đặt vào config.json của máy chủ gốc / its `bases` entry.

    Ví dụ: chot relay base --url https://chot.example:8443
    """
    with opened(data) as store:
        entry = {
            "url": server_url("--url", url),
            "server": store.server_id,
            "level": load_config(data).level,
            "receipt_key": public_jwk(KeyRing.load_or_create(data).signing),
        }
        upstream = read_upstream(store)
        if upstream is not None:
            entry["checkpoints"] = list(upstream.checkpoints)
    click.echo(json.dumps(entry, ensure_ascii=False))


def _when(upstream: Upstream) -> str:
    if upstream.contact_ms == 0:
        return "chưa có"
    at = datetime.fromtimestamp(upstream.contact_ms / 1000, VIETNAM).strftime("%d/%m %H:%M:%S")
    return f"{at} ({max(0, now_ms() - upstream.contact_ms) // 1000} giây trước)"
