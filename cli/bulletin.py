"""`chot bulletin`: documents that count past their printed end, by an announcement."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened, opened_home, told
from cli.shown import JSON, tell_rows
from credentials.bulletins import BULLETIN_TYPES, Bulletin
from server.issuing.said import local_time
from server.keys import KeyRing
from server.revocations import add_bulletin, bulletins, end_bulletin


@click.group()
def bulletin() -> None:
    """Thông báo gia hạn giấy tờ / announcements that extend documents."""


@bulletin.command("add")
@DATA
@click.option("--type", "typ", type=click.Choice(BULLETIN_TYPES), required=True)
@click.option(
    "--expired-after",
    "after_ms",
    type=Moment(),
    required=True,
    help="Giấy hết hạn từ lúc này / those that expire from then on.",
)
@click.option(
    "--counts-until",
    "until_ms",
    type=Moment(end=True),
    required=True,
    help="Còn giá trị đến hết / count until the end of.",
)
@click.option("--reference", required=True, help="Số, ngày văn bản / the document that says so.")
@click.option("--issuer", help="Chỉ giấy của nơi cấp này / of this issuer only.")
@told
def add(
    data: Path, typ: str, after_ms: int, until_ms: int, reference: str, issuer: str | None
) -> None:
    """Gia hạn: giấy quá hạn vẫn có giá trị / let expired documents count.

    Ví dụ: chot bulletin add --type pass --expired-after 01/11/2026 --counts-until 31/12/2029
    --reference "5187/VPCP-CN ngày 29/7/2021"
    """
    now = now_ms()
    if until_ms <= after_ms or until_ms <= now:
        raise click.ClickException(
            "--counts-until phải sau --expired-after và sau bây giờ / must be later than both."
        )
    with opened_home(data) as store:
        try:
            # Moment gives the last millisecond of a day; the end of validity is exclusive.
            made = Bulletin(typ, issuer, after_ms, until_ms + 1, reference)
            pack = add_bulletin(store, KeyRing.load_or_create(data), made, "cli", now)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Gói trust phiên bản / version {pack.version}.")


@bulletin.command("list")
@DATA
@JSON
@told
def list_bulletins(data: Path, is_json: bool) -> None:
    """Liệt kê thông báo / list the bulletins.

    Ví dụ: chot bulletin list
    """
    headings = {"number": "số", "type": "loại", "window": "thời hạn", "issuer": "nơi cấp",
                "reference": "số văn bản"}  # fmt: skip
    with opened(data) as store:
        rows = [
            {
                "number": number,
                "type": one.type,
                "window": f"{local_time(one.expired_after_ms)} → {local_time(one.counts_until_ms)}",
                "expired_after_ms": one.expired_after_ms,
                "counts_until_ms": one.counts_until_ms,
                "issuer": one.issuer,
                "reference": one.reference,
            }
            for number, one in enumerate(bulletins(store), 1)
        ]
    tell_rows(headings, rows, is_json)


@bulletin.command("end")
@DATA
@click.argument("number", type=click.IntRange(1, 1_000_000))
@told
def end(data: Path, number: int) -> None:
    """Chấm dứt thông báo theo số trong danh sách / end a bulletin by its number in the list.

    Ví dụ: chot bulletin end 1
    """
    with opened_home(data) as store:
        try:
            pack = end_bulletin(store, KeyRing.load_or_create(data), number, "cli", now_ms())
        except IndexError:
            raise click.ClickException(f"Không có thông báo số {number} / no such.") from None
    click.echo(f"Gói trust phiên bản / version {pack.version}.")
