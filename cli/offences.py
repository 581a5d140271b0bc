"""`chot offences`: on whose word violations are punished, checked by counsel, on every tablet."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, opened_home, told
from cli.rows_to_pack import FILE, LANG, publish_rows, rows_of
from server.offences import COLUMNS
from server.offences import offences as offences_in
from server.packs import EVERYBODY, said_by


@click.group()
def offences() -> None:
    """Căn cứ xử lý vi phạm / on whose word violations are punished."""


@offences.command("import")
@FILE
@DATA
@LANG
@told
def import_(file: Path, data: Path, lang: str) -> None:
    """Công bố căn cứ đã đối chiếu từ tệp .csv, .xlsx / publish what was checked.

    Máy bảng thôi ghi «chưa xác nhận văn bản» cho các vi phạm có trong tệp.

    \b
    Cột / columns: Vi phạm (tên như trong sổ việc, hoặc mã như no_mask), Văn bản, Điều khoản

    Ví dụ: chot offences import can-cu.csv
    """
    content = rows_of(file, offences_in, COLUMNS, lang)
    rows = {"rows": len(content["legal"])}
    publish_rows(data, "offences", lambda _: content, file.name, rows)


@offences.command("show")
@DATA
@told
def show(data: Path) -> None:
    """Căn cứ đang công bố / what is in force."""
    with opened_home(data) as store:
        pack = store.pack("offences", EVERYBODY)
        content = {} if pack is None else said_by(pack)
    for one in content.get("legal", ()):
        click.echo(f"{one['what']}\t{one['document']}\t{one['clause']}")
