"""`chot doctor`: what is wrong, and the command that mends it."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, no_data, now_ms, told
from cli.remote import Remote, another_version, ask, remote_of, with_remote
from server.doctor import Finding, Level, examine

SIGNS: dict[Level, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "bad": ("✗", "red"),
}
NAMES = [one.name for one in fields(Finding)]


@click.command()
@DATA
@with_remote
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def doctor(data: Path, is_json: bool, **where: Any) -> None:
    """Khám máy chủ: chỗ nào hỏng, lệnh nào sửa / what is wrong, and what mends it.

    Chỉ đọc, chạy được khi máy chủ đang chạy. Mã thoát 0: tốt, 1: cần để ý, 2: hỏng.

    \b
    Ví dụ / examples:
      chot doctor
      chot doctor --server https://chot.example:8443 --token-file doc.token
    """
    remote = remote_of(where)
    if remote is None and not data.is_dir():
        raise no_data(data)
    found = []
    for one in examine(data, now_ms()) if remote is None else _from_afar(remote):
        found.append(one)
        if not is_json:
            _tell(one)
    if is_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    levels = {one.level for one in found}
    raise SystemExit(2 if "bad" in levels else 1 if "warn" in levels else 0)


def _from_afar(remote: Remote) -> list[Finding]:
    told = ask(remote, "/doctor", {}, roles="admin")
    try:
        # By name: a newer server may say more of each.
        found = [Finding(**{name: one[name] for name in NAMES}) for one in told["findings"]]
    except (KeyError, TypeError):
        raise another_version(remote) from None
    if any(one.level not in SIGNS for one in found):
        raise another_version(remote)
    return found


def _tell(one: Finding) -> None:
    sign, colour = SIGNS[one.level]
    click.echo(f"{click.style(sign, fg=colour, bold=True)} {one.check:<17} {one.said}")
    if one.mend:
        click.echo(f"    → {one.mend}")
