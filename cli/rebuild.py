"""`chot rebuild`: make the view again from the log."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, opened, told
from server.projector import rebuild as rebuild_view


@click.command()
@DATA
@told
def rebuild(data: Path) -> None:
    """Dựng lại dữ liệu tra cứu từ nhật ký / rebuild what people search from the log.

    Máy chủ vẫn chạy được trong lúc này; bản mới thay bản cũ khi xong.
    """
    with opened(data):
        watermark = rebuild_view(data)
    click.echo(f"Đã dựng lại từ {watermark} sự kiện.")
