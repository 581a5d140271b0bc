"""`chot rebuild`: make the view again from the log."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, opened, told
from server.compare import OtherViewError, compare_view
from server.config import load_config
from server.keys import KeyRing
from server.projector import rebuild as rebuild_view
from server.store.reader import ViewMissingError


@click.command()
@DATA
@click.option("--compare", is_flag=True, help="Chỉ so bản đang dùng với bản dựng lại, không thay.")
@told
def rebuild(data: Path, compare: bool) -> None:
    """Dựng lại dữ liệu tra cứu từ nhật ký / rebuild what people search from the log.

    Máy chủ vẫn chạy được trong lúc này; bản mới thay bản cũ khi xong. Với --compare, mã thoát 1
    khi hai bản khác nhau / exit status 1 where the two differ.

    Ví dụ: chot rebuild --compare
    """
    with opened(data):
        if compare:
            _compare(data)
            return
        watermark = rebuild_view(data)
    click.echo(f"Đã dựng lại từ {watermark} sự kiện.")


def _compare(data: Path) -> None:
    try:
        compared = compare_view(load_config(data), KeyRing.load_or_create(data))
    except (ViewMissingError, OtherViewError):
        raise click.ClickException(
            "Chưa có bản để so, hoặc bản đang dùng thuộc nhật ký hay phiên bản khác:"
            " chạy chot rebuild."
        ) from None
    for table, digest in compared.digests.items():
        click.echo(f"{table:<16} {digest[:16]}")
    first = compared.difference
    if first is None:
        click.echo(f"Khớp: bản đang dùng giống bản dựng lại từ {compared.watermark} sự kiện.")
        return
    what = ", ".join(first.columns) or "chỉ có ở một bản"
    raise click.ClickException(f"Khác nhau: bảng {first.table}, dòng {first.row}: {what}")
