"""`chot watchlist list`, `check` and `export`: looks that name their purpose and are audited."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import get_args

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.shown import JSON, tell_json, tell_rows
from cli.watchlist.lines import entry_json, entry_row
from server.issuing.texts import said
from server.spreadsheet import defused
from server.watch.importing import commune_of
from server.watch.views import (
    PURPOSES,
    Sheet,
    WatchPurpose,
    WatchPurposeError,
    WatchView,
    commune_view,
    health_view,
    last_day,
    looked_at,
    looked_up,
    place_text,
    steering_view,
)

FILE = click.Path(dir_okay=False, path_type=Path)
PURPOSE = click.option(
    "--purpose",
    type=click.Choice(list(PURPOSES)),
    required=True,
    help="Mục đích, ghi vào nhật ký / why, for the audit log.",
)
REFERENCE = click.option(
    "--reference", required=True, help="Số văn bản hoặc yêu cầu / the document or request."
)
ON = click.option(
    "--on", "at_ms", type=Moment(), default="now", help="Vào lúc; mặc định bây giờ / as of."
)
HEADINGS = {
    "id": "mã",
    "category": "diện",
    "id_number": "số giấy tờ",
    "name": "họ tên",
    "place": "xã",
    "window": "từ – đến",
}


@click.command("list")
@DATA
@PURPOSE
@REFERENCE
@ON
@click.option("--commune", default="", help="Chỉ một xã / one commune, 2021/22738.")
@JSON
@told
def list_entries(
    data: Path, purpose: WatchPurpose, reference: str, at_ms: int, commune: str, is_json: bool
) -> None:
    """Từng mục đang có hiệu lực, với mã để sửa hoặc xóa / entries in force, with their ids.

    \b
    Ví dụ / examples:
      chot watchlist list --purpose home_visit --reference "45/KH-UBND"
      chot watchlist list --purpose home_visit --reference "45/KH-UBND" --json
    """
    with opened_home(data) as store:
        place = _commune(commune)
        try:
            entries = looked_at(
                store, "list", purpose, reference, at_ms, "cli", now_ms(), commune=place
            )
        except WatchPurposeError:
            raise _purpose_refused("list") from None
    if is_json:
        tell_json([entry_json(one) for one in entries])
    else:
        tell_rows(HEADINGS, [entry_row(one) for one in entries])
    click.echo(f"{len(entries)} mục / entries", err=True)


@click.command("check")
@DATA
@REFERENCE
@told
def check_person(data: Path, reference: str) -> None:
    """Trả lời chốt trưởng gọi về: người này có trong danh sách không / is one person listed now?

    Số giấy tờ được hỏi sau, không ghi trên dòng lệnh / the number is asked for, not an argument.

    Ví dụ: chot watchlist check --reference "gọi 14:05"
    """
    number = click.prompt("Số giấy tờ / ID number", err=True)
    with opened_home(data) as store:
        try:
            entries = looked_up(store, number, reference, "cli", now_ms())
        except WatchPurposeError:
            raise click.ClickException("--reference còn trống / is empty.") from None
        except ValueError:
            raise click.ClickException(f"Số giấy tờ {said('watch_number', 'vi')}.") from None
    for one in entries:
        click.echo(
            f"CÓ / listed\t{one.name}\t{place_text(one.place)}\tđến hết / until {last_day(one)}"
        )
    if not entries:
        click.echo("KHÔNG có trong danh sách / not listed")


@click.command("export")
@DATA
@click.option("--view", type=click.Choice(get_args(WatchView)), required=True,
              help="commune ủy ban xã · health trung tâm y tế · steering ban chỉ đạo.")  # fmt: skip
@PURPOSE
@REFERENCE
@ON
@click.option("--commune", default="", help="Xã / commune, 2021/22738; cần cho --view commune.")
@click.option("--output", type=FILE, help="Tệp CSV đích / target.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def export_view(
    data: Path,
    view: WatchView,
    purpose: WatchPurpose,
    reference: str,
    at_ms: int,
    commune: str,
    output: Path | None,
    lang: str,
) -> None:
    """Ba bản cho ba nơi, mỗi nơi chỉ thấy phần việc của mình / three role-filtered views.

    \b
    Ví dụ / examples:
      chot watchlist export --view commune --commune 2021/22738 \\
        --purpose home_visit --reference "45/KH-UBND" --output xa.csv
      chot watchlist export --view steering --purpose report --reference "BC 22/11"
    """
    if view == "commune" and not commune:
        raise click.UsageError("--view commune cần --commune / needs a commune.")
    place = _commune(commune)
    with opened_home(data) as store:
        try:
            entries = looked_at(
                store, view, purpose, reference, at_ms, "cli", now_ms(), commune=place
            )
        except WatchPurposeError:
            raise _purpose_refused(view) from None
    if view == "commune":
        sheet = commune_view(entries)
    else:
        sheet = health_view(entries, at_ms) if view == "health" else steering_view(entries)
    text = _csv(sheet, lang)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.touch(mode=0o600)
        output.write_text("\ufeff" + text, "utf-8", newline="")
        click.echo(f"{output}: {len(sheet.rows)} dòng / rows")


def _csv(sheet: Sheet, lang: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([vi if lang == "vi" else en for en, vi in sheet.headings])
    writer.writerows([[defused(cell) for cell in row] for row in sheet.rows])
    return text.getvalue()


def _commune(text: str) -> str:
    place = commune_of(text) if text else ""
    if place is None:
        raise click.UsageError(f"--commune {said('commune', 'vi')}.")
    return place


def _purpose_refused(what: str) -> click.ClickException:
    fitting = ", ".join(name for name, views in PURPOSES.items() if what in views)
    return click.ClickException(
        f"Cần --purpose {fitting} và --reference có nội dung / with a reference."
    )
