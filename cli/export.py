"""`chot export`: what the log holds, as files that open everywhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, SEQUENCE, Moment, now_ms, told, viewed
from cli.export_file import STREAMED, layout_of, one_file
from cli.remote import REMOTE, remote_of, with_remote
from cli.remote_export import for_the_owner, table_from
from server.exporting.formats import FORMATS
from server.exporting.run import Asked
from server.exporting.tables import TABLES, columns_of
from server.store.export_protocol import Column
from server.store.protocol import Store
from server.store.published import AuditEntry

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def export() -> None:
    """Xuất dữ liệu / exports. Thời gian là giờ Việt Nam; mặc định không có thông tin cá nhân.

    Tệp chỉ hiện ra khi đã đủ; bị ngắt giữa chừng thì chạy lại lệnh ấy để làm tiếp. Cạnh tệp có
    .sha256 để kiểm tra (sha256sum -c).
    """


_OPTIONS = (
    DATA,
    click.option("--from", "from_ms", type=Moment(), required=True, help="Từ, ví dụ 15/08/2021."),
    click.option("--to", "to_ms", type=Moment(end=True), required=True, help="Đến hết."),
    click.option("--checkpoint", "checkpoints", multiple=True, help="Mã chốt; lặp lại được."),
    click.option("--columns", default="", help="Chỉ các cột này, tên tiếng Anh, cách bởi dấu phẩy"),
    click.option("--format", "layout", type=click.Choice([*FORMATS]), help="Mặc định theo tên tệp"),
    click.option("--lang", type=click.Choice(["vi", "en"]), help="Mặc định vi cho csv và xlsx."),
    click.option("--output", type=FILE, help="Tệp đích; không có thì ra màn hình (csv, jsonl)."),
    click.option("--compress", is_flag=True, help="Nén gzip; tự bật khi tên tệp có đuôi .gz."),
    click.option("--restart", is_flag=True, help="Bỏ phần dở dang, làm lại từ đầu."),
    click.option(
        "--as-of",
        "as_of_ms",
        type=Moment(),
        help="Như máy chủ đã biết lúc đó, ví dụ '2021-08-01T06:00+07:00'.",
    ),
    click.option(
        "--as-of-sequence",
        "as_of",
        type=SEQUENCE,
        help="Như máy chủ đã biết đến số này của nhật ký.",
    ),
    click.option(
        "--late", type=FILE, help="Tệp cho những lượt trong khoảng ấy mà máy chủ nhận sau đó."
    ),
    *REMOTE,
    click.option("--unmask", is_flag=True, help="Kèm thông tin cá nhân; cần --purpose và --case."),
    click.option("--purpose", default="", help="Mục đích, ví dụ 'truy vết'. Được ghi nhật ký."),
    click.option("--case", "case", default="", help="Số văn bản hoặc vụ việc. Được ghi nhật ký."),
)  # fmt: skip


def _command(name: str, summary: str, example: str) -> None:
    def run(**options: Any) -> None:
        _export(name, **options)

    run.__doc__ = f"{summary}\n\n    Ví dụ: {example}"
    command: Callable[..., None] = told(run)
    for option in reversed(_OPTIONS):
        command = option(command)
    export.command(name)(command)


_command(
    "crossings",
    "Mỗi lượt qua chốt một dòng / one row a crossing. Lượt trùng nêu lượt được tính.",
    "chot export crossings --from today --to now --output luot.xlsx",
)
_command(
    "turn-backs",
    "Mỗi lượt quay đầu một dòng / one row a crossing that was turned back.",
    "chot export turn-backs --from yesterday --to yesterday --output quay-dau.csv",
)
_command(
    "goods",
    "Mỗi dòng hàng một dòng / one row a goods line; lượt hủy và lượt trùng có cờ.",
    "chot export goods --from yesterday --to now --checkpoint nt-ca-na --output hang.csv",
)
_command(
    "passengers",
    "Mỗi người một dòng / one row a person; ai thì chỉ khi --unmask.",
    "chot export passengers --from today --to now --unmask --purpose 'truy vết'"
    " --case 12/CV-CDC --output nguoi.xlsx",
)

_command(
    "alerts",
    "Mỗi cảnh báo một dòng, như đang đứng lúc này / one row an alert, as it stands now.",
    "chot export alerts --from yesterday --to now --output canh-bao.xlsx",
)
_command(
    "notes",
    "Mỗi việc trong sổ một dòng: vi phạm, sự việc, test, hàng chờ / one row a record of the book.",
    "chot export notes --from yesterday --to now --output so-viec.xlsx",
)
_command(
    "conflicts",
    "Mỗi giá trị đang tranh chấp một dòng / one row a value that competes for a field.",
    "chot export conflicts --from yesterday --to now --output xung-dot.csv",
)
_command(
    "audit",
    "Mỗi lần xem hay làm một dòng / one row an entry of the audit log.",
    "chot export audit --from 01/11/2021 --to 30/11/2021 --output nhat-ky-xem.csv",
)
_command(
    "events",
    "Mỗi sự kiện đã nhận một dòng, theo giờ nhận / one row an accepted event, by its receipt.",
    "chot export events --from yesterday --to yesterday --output su-kien.jsonl.gz",
)


@export.command("arrivals")
@DATA
@click.option(
    "--commune",
    "communes",
    multiple=True,
    required=True,
    help="Xã: 'Cà Ná, Thuận Nam, Ninh Thuận' hoặc mã 2021-22910; lặp lại được.",
)
@click.option("--from", "from_ms", type=Moment(), default="today", help="Mặc định 00:00 hôm nay.")
@click.option("--to", "to_ms", type=Moment(end=True), default="now", help="Mặc định lúc này.")
@click.option(
    "--for",
    "audience",
    type=click.Choice(["team", "lodging"]),
    default="team",
    show_default=True,
    help="team: Tổ COVID cộng đồng. lodging: thêm số giấy tờ và lý do, cho hệ thống lưu trú.",
)
@click.option("--recipient", default="", help="Giao cho ai, ví dụ 'Tổ COVID thôn Lạc Nghiệp'.")
@click.option("--format", "layout", type=click.Choice([*FORMATS]), help="Mặc định theo tên tệp")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Mặc định vi cho csv và xlsx.")
@click.option("--output", type=FILE, help="Tệp đích; không có thì ra màn hình (csv, jsonl).")
@click.option("--restart", is_flag=True, help="Bỏ phần dở dang, làm lại từ đầu.")
@with_remote
@told
def arrivals(**options: Any) -> None:
    """Người sẽ đến một xã / who is on the way to a commune: its daily list.

    Người đã được cho vào và nêu xã ấy là nơi đến: họ tên, điện thoại, địa chỉ. Ai lấy, giao cho ai
    được ghi nhật ký; tệp chỉ người lấy đọc được.

    \b
    Ví dụ / examples:
      chot export arrivals --commune 'Cà Ná, Thuận Nam, Ninh Thuận' --output den-ca-na.xlsx
      chot export arrivals --commune 2021-22910 --recipient 'Tổ COVID thôn Lạc Nghiệp' \\
        --server https://chot.example:8443 --output den-ca-na.xlsx
    """
    from cli.export_arrivals import export_arrivals

    export_arrivals(**options)


def _export(
    table: str,
    *,
    data: Path,
    from_ms: int,
    to_ms: int,
    checkpoints: tuple[str, ...],
    columns: str,
    layout: str | None,
    lang: Any,
    output: Path | None,
    compress: bool,
    restart: bool,
    as_of_ms: int | None,
    as_of: int | None,
    late: Path | None,
    unmask: bool,
    purpose: str,
    case: str,
    **where: Any,
) -> None:
    if to_ms < from_ms:
        raise click.ClickException("--to đứng trước --from.")
    if as_of_ms is not None and as_of is not None:
        raise click.ClickException("Chỉ một trong --as-of và --as-of-sequence.")
    if late is not None and as_of_ms is None and as_of is None:
        raise click.ClickException("--late cần --as-of hoặc --as-of-sequence.")
    if late is not None and output is not None and late.resolve() == output.resolve():
        raise click.ClickException("--late và --output là một tệp: tệp sau sẽ đè tệp trước.")
    if not TABLES[table].has_past and (as_of_ms is not None or as_of is not None):
        raise click.ClickException(f"{table} chỉ có như đang đứng lúc này: bỏ --as-of.")
    if unmask and not (purpose.strip() and case.strip()):
        raise click.ClickException(
            "--unmask cần --purpose và --case: ai xem, vì việc gì, được ghi lại."
        )
    if (remote := remote_of(where)) is not None:
        query = {
            "from_ms": from_ms,
            "to_ms": to_ms,
            "checkpoint": checkpoints,
            "columns": columns,
            "lang": lang,
        }
        why = {"purpose": purpose, "case": case} if unmask else None

        def fetch(file: Path | None, **more: Any) -> int:
            kind = layout_of(layout, file)
            if file is None and kind not in STREAMED:
                raise click.ClickException(f"Định dạng {kind} cần --output.")
            more |= {"format": kind, "compress": compress or _is_packed(file)}
            return table_from(remote, table, query | more, why, file)

        n = fetch(output, as_of=as_of, as_of_ms=as_of_ms)
        if late is not None:
            fetch(late, came_after=n)
        return
    with viewed(data) as store:
        known = {one.id for one in store.checkpoints()}
        if unknown := [one for one in checkpoints if one not in known]:
            raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
        if as_of_ms is not None:
            as_of = store.number_at(as_of_ms)
        kind = layout_of(layout, output)
        asked = Asked(
            table,
            (from_ms, to_ms),
            checkpoints,
            _chosen(columns_of(store, table, unmask), columns),
            kind,
            lang or FORMATS[kind].lang,
            as_of,
            unmasked=unmask,
            compressed=compress or _is_packed(output),
        )
        why = {"purpose": purpose.strip(), "case": case.strip()} if unmask else {}
        _made(store, asked, why, output, restart)
        if as_of is not None:
            click.echo(f"Theo nhật ký đến số {as_of}.", err=True)
        if late is not None and as_of is not None:
            kind = layout_of(layout, late)
            after = replace(
                asked,
                n=None,
                came_after=as_of,
                layout=kind,
                lang=lang or FORMATS[kind].lang,
                compressed=compress or _is_packed(late),
            )
            _made(store, after, why, late, restart)


def _made(
    store: Store, asked: Asked, why: dict[str, str], output: Path | None, restart: bool
) -> None:
    """The file, after the audit: one that was interrupted was read as well."""
    details = asked.looked_at() | why
    store.audit(AuditEntry(now_ms(), "cli", f"export.{asked.table}", details=details))
    with for_the_owner() if asked.unmasked else nullcontext():
        one_file(store, asked, output, restart)


def _is_packed(file: Path | None) -> bool:
    return file is not None and file.suffix == ".gz"


def _chosen(known: tuple[Column, ...], names: str) -> tuple[Column, ...]:
    if not names.strip():
        return known
    by_name = {one.name: one for one in known}
    asked = [one.strip() for one in names.split(",") if one.strip()]
    if unknown := [one for one in asked if one not in by_name]:
        raise click.ClickException(f"Không có cột: {', '.join(unknown)}. Có: {', '.join(by_name)}")
    return tuple(by_name[one] for one in dict.fromkeys(asked))
