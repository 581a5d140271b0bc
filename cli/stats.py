"""`chot stats`: how much went through, drawn in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, told, viewed
from cli.remote import ask, remote_of, with_remote
from cli.shown import JSON, fitted, tell_json, terminal_columns
from server.stats import DAY_MS, Stats, make_stats
from server.store.published import AuditEntry

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"
NAME_COLUMNS = 22
DECISIONS = (
    ("passed", "cho qua", "green"),
    ("referred", "kiểm tra thêm", "yellow"),
    ("turned_back", "quay đầu", "red"),
)
SUMS = (
    ("crossings", "lượt"),
    ("people", "người"),
    ("vehicles", "xe"),
    ("in", "vào"),
    ("out", "ra"),
    ("review_open", "chờ xem"),
)


@click.command()
@DATA
@click.option("--from", "from_ms", type=Moment(), default="today", show_default=True, help="Từ.")
@click.option("--to", "to_ms", type=Moment(end=True), default="now", show_default=True, help="Đến.")
@click.option("--checkpoint", "checkpoints", multiple=True, help="Mã chốt; lặp lại được.")
@with_remote
@JSON
@told
def stats(
    data: Path,
    from_ms: int,
    to_ms: int,
    checkpoints: tuple[str, ...],
    is_json: bool,
    **where: Any,
) -> None:
    """Vẽ số lượt qua chốt / draw how much went through.

    Chỉ có số đếm, không nêu ai. Mặc định từ 00:00 hôm nay (giờ Việt Nam).

    \b
    Ví dụ / examples:
      chot stats
      chot stats --from yesterday --to yesterday --checkpoint nt-ca-na
      chot stats --from 15/08/2021 --to 20/08/2021 --json
      chot stats --server https://chot.example:8443 --token-file doc.token
    """
    if to_ms <= from_ms:
        raise click.ClickException("--to đứng trước --from / is before --from.")
    if (remote := remote_of(where)) is not None:
        query = {"from_ms": from_ms, "to_ms": to_ms + 1, "checkpoint": checkpoints}
        _show(Stats.from_json(ask(remote, "/stats", query)), is_json)
        return
    with viewed(data) as store:
        known = {one.id for one in store.checkpoints()}
        if unknown := [one for one in checkpoints if one not in known]:
            raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
        details = {"from_ms": from_ms, "to_ms": to_ms, "checkpoints": list(checkpoints)}
        store.audit(AuditEntry(now_ms(), "cli", "stats", details=details))
        try:
            found = make_stats(store, from_ms, to_ms + 1, checkpoints)
        except ValueError:
            raise click.ClickException("Khoảng thời gian quá dài / too long a window.") from None
    _show(found, is_json)


def _show(found: Stats, is_json: bool) -> None:
    if is_json:
        tell_json(found.to_json())
    else:
        tell_stats(found)


def tell_stats(found: Stats) -> None:
    """The picture: sums, decisions, time, checkpoints; never wider than the terminal."""
    columns = terminal_columns()
    draws = _draws_blocks()
    click.echo(f"{_time(found.from_ms)} – {_time(found.to_ms)}  (giờ Việt Nam)")
    for line in _wrapped([f"{found.total[name]:,} {word}" for name, word in SUMS], columns):
        click.echo(line.replace(",", "."))
    if found.total["crossings"] == 0:
        click.echo("Chưa có lượt nào trong khoảng này / no crossings in this window.")
        _tell_lag(found)
        return
    click.echo()
    most = max(found.total[name] for name, _, _ in DECISIONS)
    room = max(8, columns - NAME_COLUMNS - 16)
    for name, word, colour in DECISIONS:
        _bar(word, found.total[name], most, room, colour, draws, found.total["crossings"])
    click.echo()
    _tell_time(found, columns, draws)
    click.echo()
    most = max(counts["crossings"] for _, _, counts in found.by_checkpoint)
    for _, name, counts in found.by_checkpoint:
        _bar(name, counts["crossings"], most, room, "cyan", draws, found.total["crossings"])
    _tell_lag(found)


def _bar(word: str, value: int, most: int, room: int, colour: str, draws: bool, of: int) -> None:
    share = f"{100 * value / of:.0f}%" if of else ""
    bar = click.style(bar_of(value, most, room, draws), fg=colour)
    click.echo(f"{fitted(word, NAME_COLUMNS)} {value:>7} {share:>4}  {bar}".rstrip())


def bar_of(value: int, most: int, room: int, draws: bool = True) -> str:
    """A bar of at most `room` columns, in eighths of a column; # where blocks cannot be shown."""
    eighths = round(8 * room * value / most) if most else 0
    if not draws:
        return "#" * max(eighths // 8, value > 0)
    eighths = max(eighths, int(value > 0))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def spark(values: list[int], draws: bool = True) -> str:
    """One character a value; a value above 0 is never drawn as nothing."""
    most = max(values, default=0)
    levels = LEVELS if draws else ".:-=+*#@"
    return "".join(
        levels[min(len(levels) - 1, (one * len(levels) - 1) // most)] if one else " "
        for one in values
    )


def _tell_time(found: Stats, columns: int, draws: bool) -> None:
    values = [one.crossings for one in found.steps]
    shown, width = found.steps, 1
    if len(values) <= 24 and columns >= 72:
        width = 2
    if len(values) * width > columns:
        shown = found.steps[-columns:]
        values = values[-columns:]
    line = "".join(one * width for one in spark(values, draws))
    step_ms = found.steps[0].to_ms - found.steps[0].from_ms
    click.echo(click.style(line, fg="blue"))
    begins, ends = _time(shown[0].from_ms), _time(shown[-1].to_ms)
    if len(begins) + len(ends) + 2 <= len(line):
        click.echo(begins + " " * (len(line) - len(begins) - len(ends)) + ends)
    most = max(shown, key=lambda one: one.crossings)
    unit = "giờ" if step_ms < DAY_MS else "ngày"
    click.echo(f"đông nhất: {_time(most.from_ms)}, {most.crossings} lượt ({unit})")


def _tell_lag(found: Stats) -> None:
    if found.lag:
        click.echo(f"Còn {found.lag} sự kiện chưa tính tới / not counted yet.", err=True)


def _wrapped(parts: list[str], columns: int) -> list[str]:
    lines = [""]
    for one in parts:
        joined = f"{lines[-1]} · {one}" if lines[-1] else one
        if len(joined) > columns and lines[-1]:
            lines.append(one)
        else:
            lines[-1] = joined
    return lines


def _draws_blocks(environment: Mapping[str, str] = os.environ) -> bool:
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return encoding == "utf8" and environment.get("TERM") != "dumb"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m %H:%M")
