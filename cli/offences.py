"""`chot offences`: on whose word violations are punished, checked by counsel, on every tablet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, opened_home, told
from cli.importing import Asked, imports, judged
from cli.rows_to_pack import publish_file
from cli.shown import JSON, tell_json
from server.importing.plan import replaced
from server.offences import COLUMNS, shown
from server.offences import offences as offences_in
from server.packs import EVERYBODY, said_by
from server.store.protocol import Store


@click.group()
def offences() -> None:
    """Căn cứ xử lý vi phạm / on whose word violations are punished."""


def _in_force(store: Store) -> Mapping[str, Any]:
    pack = store.pack("offences", EVERYBODY)
    return {} if pack is None else said_by(pack)


@offences.command("import")
@imports(COLUMNS, lambda store: shown(_in_force(store)))
@told
def import_(asked: Asked) -> None:
    """Công bố căn cứ đã đối chiếu từ tệp .csv, .xlsx / publish what was checked.

    Máy bảng thôi ghi «chưa xác nhận văn bản» cho các vi phạm có trong tệp. Vi phạm: tên như trong
    sổ việc, hoặc mã như no_mask. Tệp thay cả danh sách cũ.

    \b
    Ví dụ / examples:
      chot offences import --template can-cu.csv
      chot offences import can-cu.csv --dry-run
    """
    content = judged(asked, offences_in)
    with opened_home(asked.data) as store:
        before = shown(_in_force(store))
    plan = replaced(before, shown(content), ("what",), ("what", "document", "clause"))
    publish_file(asked, "offences", lambda _: content, plan, {"rows": len(content["legal"])})


@offences.command("show")
@DATA
@JSON
@told
def show(data: Path, is_json: bool) -> None:
    """Căn cứ đang công bố / what is in force.

    Ví dụ: chot offences show
    """
    with opened_home(data) as store:
        content = _in_force(store)
    if is_json:
        tell_json(content)
        return
    for one in content.get("legal", ()):
        click.echo(f"{one['what']}\t{one['document']}\t{one['clause']}")
