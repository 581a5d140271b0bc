"""`chot demo`: a data directory with two units, three days of synthetic traffic, and logins."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, now_ms, told
from cli.demo.make import DemoRefusedError, make_demo


@click.command()
@DATA
@click.option("--days", type=click.IntRange(0, 30), default=3, show_default=True,
              help="Số ngày lưu lượng; 0: chỉ có chốt, người và khóa.")  # fmt: skip
@told
def demo(data: Path, days: int) -> None:
    """Tạo hoặc bổ sung dữ liệu diễn tập / make the demo, or top it up to now.

    Hà Đông 8/2021 và Ninh Thuận 10/2021; người, biển số và khóa đều không có thật.

    Ví dụ: chot demo --days 1
    """
    try:
        result = make_demo(data, now_ms(), lambda text: click.echo(text, err=True), days)
    except DemoRefusedError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Dữ liệu diễn tập trong {data}: {result.crossings} lượt mới, đến bây giờ.")
    for login in result.logins:
        click.echo(f"  {login['role']:<10} {login['login']:<10} {login['password']}")
