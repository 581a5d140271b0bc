"""`chot levels show` and `place`: what is published, and which place a name or code means."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened, told
from cli.levels.telling import JSON, MAX_CHANGES_SAID
from rules.levels import levels_at, upcoming
from server.issuing.said import local_time
from server.levels.draft import in_force
from server.places.units import DATASETS, find, made_of, name_of, now_part_of, unit

UPCOMING_HOURS = 48


@click.command("show")
@DATA
@click.option("--at", "at_ms", type=Moment(), help="Vào lúc; mặc định bây giờ / as of.")
@JSON
@told
def show(data: Path, at_ms: int | None, as_json: bool) -> None:
    """Cấp đang công bố, và những gì đổi trong 48 giờ tới / the published levels.

    Ví dụ: chot levels show --at 17/10/2021
    """
    at = now_ms() if at_ms is None else at_ms
    with opened(data) as store:
        force = in_force(store)
    book = force.book
    names = {window.place: window.name for window in book.windows}
    now = levels_at(book.windows, at)
    soon = upcoming(book.windows, at, UPCOMING_HOURS)
    if as_json:
        value = {
            "version": force.base,
            "at": local_time(at),
            "grace_hours": book.grace_hours,
            "levels": [{"place": key, "name": names[key], "level": now[key]} for key in now],
            "upcoming": [asdict(one) for one in soon],
        }
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    click.echo(
        f"Gói levels phiên bản / version {force.base}, lúc / at {local_time(at)}, "
        f"{book.grace_hours} giờ ân hạn / hours of grace"
    )
    for key in sorted(now, key=lambda one: (-now[one], names[one])):
        click.echo(f"{now[key]}\t{key}\t{names[key]}")
    for one in soon:
        was = "–" if one.from_level is None else one.from_level
        click.echo(f"sắp / soon {local_time(one.starts_ms)}: {one.name} {was} → {one.level}")


@click.command("place")
@click.argument("text", nargs=-1, required=True)
@click.option("--dataset", type=click.Choice(DATASETS), default="2021", show_default=True)
def place(text: tuple[str, ...], dataset: str) -> None:
    """Tra mã và tên địa bàn, trước và sau 1/7/2025 / look up a place.

    Ví dụ: chot levels place "Cà Ná, Ninh Thuận"; chot levels place 22910
    """
    asked = " ".join(text)
    one = unit(dataset, asked)
    found = [one] if one is not None else find(dataset, tuple(asked.split(",")))
    if not found:
        raise click.ClickException(f"Không có / no such place: {asked} ({dataset})")
    for one in found[:MAX_CHANGES_SAID]:
        click.echo(f"{one.dataset}/{one.code}\t{one.path}")
        for whole, partly in now_part_of(one.code) if dataset == "2021" else ():
            part = " (một phần / a part)" if partly else ""
            click.echo(f"  nay thuộc / now in\t2025/{whole.code}\t{whole.path}{part}")
        for code, partly in made_of(one.code) if dataset == "2025" else ():
            part = " (một phần / a part)" if partly else ""
            click.echo(f"  gồm / made of\t2021/{code}\t{name_of('2021', code) or '?'}{part}")
