"""`chot offences`: on whose word violations are punished, checked by counsel, on every tablet."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.wrong_rows import refuse_rows
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.offences import COLUMNS
from server.offences import offences as offences_in
from server.packs import EVERYBODY, publish, said_by
from server.store.published import AuditEntry


@click.group()
def offences() -> None:
    """Căn cứ xử lý vi phạm / on whose word violations are punished."""


@offences.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def import_(file: Path, data: Path, lang: str) -> None:
    """Công bố căn cứ đã đối chiếu từ tệp .csv, .xlsx / publish what was checked.

    Máy bảng thôi ghi «chưa xác nhận văn bản» cho các vi phạm có trong tệp.

    \b
    Cột / columns: Vi phạm (tên như trong sổ việc, hoặc mã như no_mask), Văn bản, Điều khoản

    Ví dụ: chot offences import can-cu.csv
    """
    try:
        content, errors = offences_in(read_table(file))
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        refuse_rows(file, errors, COLUMNS, lang, ("chưa nhận dòng nào", "nothing was taken"))
    now = now_ms()
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        pack = publish(store, keys, "offences", EVERYBODY, content, now)
        if pack is None:
            click.echo("Không có gì mới / nothing new.")
            return
        details = {"rows": len(content["legal"])}
        store.audit(AuditEntry(now, "cli", "offences.published", file.name, details=details))
    click.echo(f"Gói offences phiên bản / version {pack.version}.")


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
