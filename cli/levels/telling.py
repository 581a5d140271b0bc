"""What the commands of `chot levels` share: options, what changes, what is wrong in a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from cli.wrong_rows import refuse_rows
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.said import local_time
from server.levels.content import Change
from server.levels.rows import COLUMNS, LevelRow

MAX_CHANGES_SAID = 200
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="In JSON / for programs.")
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
WAYS = {"up": "▲ tăng", "down": "▼ giảm", "new": "+ mới", "ended": "− hết", "same": "× bỏ"}


def tell(found: Sequence[Change], rows: Sequence[LevelRow], as_json: bool, now: int) -> None:
    if as_json:
        moved = [one.row for one in rows if one.moved]
        told_changes: list[dict[str, Any]] = [asdict(one) | {"way": one.way} for one in found]
        value = {"changes": told_changes, "moved_rows": moved}
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    for row in rows:
        if row.moved:
            begins = local_time(row.from_ms)
            click.echo(f"Dòng / row {row.row}: dời đến lúc công bố / moved to {begins}")
    for one in found[:MAX_CHANGES_SAID]:
        at = "ngay / at once" if one.at_ms <= now else local_time(one.at_ms)
        levels = f"{_said(one.from_level)} → {_said(one.to_level)}"
        if one.way == "same":
            levels = f"{_said(one.to_level)} (đã định / was to be {_said(one.instead_of)})"
        click.echo(f"{WAYS[one.way]}\t{at}\t{one.place}\t{one.name}\t{levels}")
    if len(found) > MAX_CHANGES_SAID:
        click.echo(f"… {len(found) - MAX_CHANGES_SAID} thay đổi nữa / more")
    ups = sum(one.way == "up" for one in found)
    downs = sum(one.way == "down" for one in found)
    click.echo(f"{len(found)} thay đổi / changes: {ups} tăng / up, {downs} giảm / down")


def _said(level: int | None) -> str:
    return "–" if level is None else str(level)


def refuse(
    source: Path, errors: list[RowError], lang: str, columns: Sequence[Column] = COLUMNS
) -> NoReturn:
    refuse_rows(source, errors, columns, lang, ("chưa nhận dòng nào", "nothing was taken"))
