"""What a report is asked about: its cut-off, and checkpoints or a place."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import click

from cli.data import VIETNAM, Moment, now_ms
from server.config import Config
from server.reporting.area import checkpoints_in, places_known
from server.reporting.document import Report
from server.reporting.report import make_report
from server.reporting.rolled_up import CountedTwiceError
from server.store.protocol import Store


class CutOff(Moment):
    """A cut-off: a time of today (18:00, 18h) or a whole moment."""

    name = "cut-off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        of_day = re.fullmatch(r"\s*(\d{1,2})[h:](\d{2})?\s*", str(value).lower())
        if of_day is not None and int(of_day[1]) < 24 and int(of_day[2] or 0) < 60:
            today = datetime.fromtimestamp(now_ms() / 1000, VIETNAM)
            hour, minute = int(of_day[1]), int(of_day[2] or 0)
            at = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return round(at.timestamp() * 1000)
        return super().convert(value, param, ctx)


AT = click.option("--at", "at_ms", type=CutOff(), help="Giờ chốt số liệu: 18:00, hoặc cả ngày giờ.")
PLACES = click.option("--checkpoint", "checkpoints", multiple=True, help="Chỉ các chốt này.")
AREA = click.option("--unit", "area", help="Chỉ các chốt thuộc xã, huyện hay tỉnh này (mã, tên).")


def asked(
    store: Store, checkpoints: tuple[str, ...], area: str | None
) -> tuple[str, tuple[str, ...]]:
    """What the report is about: the place's name where one was asked for, and its checkpoints."""
    check_known(store, checkpoints)
    if area is None:
        return "", checkpoints
    if checkpoints:
        raise click.ClickException("--unit và --checkpoint không dùng cùng nhau.")
    name, found = checkpoints_in(store, area)
    if not found:
        known = "\n  ".join(places_known(store))
        raise click.ClickException(
            f"Không có chốt nào thuộc '{area}'. Các địa bàn có chốt:\n  {known}"
        )
    return name, tuple(found)


def made_report(
    store: Store,
    config: Config,
    at_ms: int,
    checkpoints: tuple[str, ...],
    now: int,
    n: int | None,
    area: str,
) -> Report:
    """The report; a checkpoint that would be counted twice is the user's to sort out."""
    try:
        return make_report(store, config, at_ms, checkpoints, now, n, area)
    except CountedTwiceError as error:
        checkpoint, one, other = error.args
        raise click.ClickException(
            f"Chốt {checkpoint} có trong cả {one} và {other}: sẽ bị cộng hai lần. Bỏ một bên, "
            "ví dụ: chot report unit remove."
        ) from None


def check_known(store: Store, checkpoints: tuple[str, ...]) -> None:
    """ClickException for a checkpoint that there is none of."""
    known = {one.id for one in store.checkpoints()}
    if unknown := [one for one in checkpoints if one not in known]:
        raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
