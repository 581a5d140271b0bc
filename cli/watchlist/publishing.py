"""`chot watchlist publish`: what the filter costs and hides, then the signed pack."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, Amount, now_ms, opened_home, told
from server.keys import KeyRing
from server.watch.publishing import (
    LEAST_CROWD,
    LIVING_PEOPLE,
    MOST_FALSE_RATE,
    Offer,
    WatchRateError,
    filter_in_force,
    offer,
    publish_watchlist,
)


@click.command("publish")
@DATA
@click.option("--rate", type=Amount(0, 0.5, min_open=True),
              help="Tỷ lệ hỏi nhầm ít nhất, ví dụ 0.001 / least share of false hits.")  # fmt: skip
@click.option("--population", type=click.IntRange(4096), default=LIVING_PEOPLE, show_default=True,
              help="Số dân mà danh sách lấn vào / people among whom the listed hide.")  # fmt: skip
@click.option("--daily", type=click.IntRange(1), default=10_000, show_default=True,
              help="Lượt người mỗi ngày, để tính / people a day, for the figures.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Chỉ tính, không công bố / figures only.")
@told
def publish_filter(
    data: Path, rate: float | None, population: int, daily: int, dry_run: bool
) -> None:
    """Công bố bộ lọc cho máy bảng; máy chủ tự làm lại mỗi ngày / publish the tablets' filter.

    Bộ lọc không có số giấy tờ nào: mỗi người trong danh sách lẫn vào một nhóm người ngoài danh
    sách. Nhóm càng đông, máy bảng bị mất càng ít lộ, và càng nhiều người bị hỏi nhầm.

    Ví dụ: chot watchlist publish
    """
    with opened_home(data) as store:
        keys, now = KeyRing.load_or_create(data), now_ms()
        try:
            offered = offer(store.watch_entries(), now, population, rate, filter_in_force(store))
        except WatchRateError as error:
            raise click.ClickException(_rate_refused(error)) from None
        for line in _figures(offered, daily):
            click.echo(line)
        if dry_run:
            return
        pack = publish_watchlist(store, keys, offered, "cli", now)
    if pack is None:
        click.echo("Như bản đang công bố; không có gì mới / the same as published.")
    else:
        click.echo(f"Gói watchlist phiên bản / version {pack.version}.")


def _figures(offered: Offer, daily: int) -> list[str]:
    """What publishing means, before it is done: what a thief learns, what travellers pay."""
    names = f"{offered.false_names:,} người ngoài / others"
    return [
        f"{offered.people:,} người, {offered.numbers:,} số giấy tờ, "
        f"{len(str(offered.content['coded'])) * 3 // 4:,} byte.",
        f"Dò cả {offered.population:,} số / enumerating all: {names}, "
        f"{offered.people:,} người trong danh sách / listed. "
        f"Nhóm / crowd: {offered.crowd:,.0f} người.",
        f"Hỏi nhầm / false referrals: {offered.false_rate:.4%}, khoảng / about "
        f"{offered.daily_false(daily):,.1f} người trong / of {daily:,} mỗi ngày / a day.",
        "Ai có máy và biết số của một người vẫn thử được người ấy; đã nghi sẵn thì trúng là gần "
        "như chắc. / One chosen person can still be tested.",
    ]


def _rate_refused(error: WatchRateError) -> str:
    if error.code == "rate_low":
        return (
            f"Tỷ lệ phải từ {error.rate:.4%}: dưới đó nhóm ít hơn {LEAST_CROWD} người, ai dò hết "
            f"các số sẽ biết từng người. / The least rate is {error.rate:.4%}."
        )
    return (
        f"Sẽ hỏi nhầm {error.rate:.1%} số người, quá {MOST_FALSE_RATE:.0%}. Danh sách quá dài so "
        f"với số dân; nếu vẫn muốn, thêm --rate {error.rate:.3f}. / Over {MOST_FALSE_RATE:.0%} of "
        "travellers would be referred for nothing; ask for it by --rate."
    )
