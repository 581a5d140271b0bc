"""`chot doctor`: what is wrong, and the command that mends it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, no_data, now_ms, told
from server.doctor import Finding, Level, examine

SIGNS: dict[Level, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "bad": ("✗", "red"),
}


@click.command()
@DATA
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def doctor(data: Path, is_json: bool) -> None:
    """Khám máy chủ: chỗ nào hỏng, lệnh nào sửa / what is wrong, and what mends it.

    Chỉ đọc, chạy được khi máy chủ đang chạy. Mã thoát 0: tốt, 1: cần để ý, 2: hỏng.

    Ví dụ: chot doctor
    """
    if not data.is_dir():
        raise no_data(data)
    found = []
    for one in examine(data, now_ms()):
        found.append(one)
        if not is_json:
            _tell(one)
    if is_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    levels = {one.level for one in found}
    raise SystemExit(2 if "bad" in levels else 1 if "warn" in levels else 0)


def _tell(one: Finding) -> None:
    sign, colour = SIGNS[one.level]
    click.echo(f"{click.style(sign, fg=colour, bold=True)} {one.check:<17} {one.said}")
    if one.mend:
        click.echo(f"    → {one.mend}")
