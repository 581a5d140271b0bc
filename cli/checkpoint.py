"""`chot checkpoint`: where the checkpoints are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, now_ms, opened, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from cli.shown import JSON, tell_rows
from server.importing.checkpoints import CLASSES, COLUMNS, Known, checkpoints_planned, shown
from server.issuing.rows import RowError
from server.issuing.tables import Row, Table
from server.issuing.texts import said
from server.keys import KeyRing
from server.packs import publish_packs
from server.store.published import AuditEntry
from server.store.reference_protocol import Reference

_OPTIONS = {
    "checkpoint": "Mã chốt", "name": "--name", "road": "--road", "commune": "--commune",
    "district": "--district", "province": "--province", "hotline": "--hotline", "lanes": "--lane",
}  # fmt: skip
"""What stands in a column of a file, as it is said here."""


@click.group()
def checkpoint() -> None:
    """Chốt kiểm soát / checkpoints."""


@checkpoint.command("add")
@DATA
@click.argument("identifier")
@click.option("--name", required=True)
@click.option("--road", required=True, help="Tuyến đường, ví dụ 'Quốc lộ 6'.")
@click.option("--province", required=True, help="Mã hoặc tên tỉnh (bộ mã 2021).")
@click.option("--district", required=True, help="Mã hoặc tên huyện.")
@click.option("--commune", required=True, help="Mã hoặc tên xã.")
@click.option("--class", type=click.Choice(CLASSES), help="Chốt mới: border.")
@click.option("--hotline", default="", help="Đường dây nóng công khai.")
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    help="Lặp lại cho từng làn; đuôi -vao hoặc -ra: làn một chiều / one way.",
)
@told
def add(data: Path, identifier: str, lanes: tuple[str, ...], **rest: str | None) -> None:
    """Thêm hoặc sửa một chốt / add or change a checkpoint.

    Chốt đã có giữ loại, đường dây nóng, làn và trạng thái khi không nêu / what is not said stays.

    Ví dụ: chot checkpoint add bg-dinh-ke --name "Chốt Dĩnh Kế" --road "Quốc lộ 31"
    --province 24 --district 213 --commune 07216 --lane o-to --lane xe-may
    """
    cells = {"checkpoint": identifier, **rest, "lanes": "; ".join(lanes)}
    with opened_home(data) as store:
        plan, errors = checkpoints_planned(
            _as_row({name: text for name, text in cells.items() if text}),
            Known(store.checkpoints(), store.roads(), store.devices()),
        )
        if errors:
            raise click.ClickException("; ".join(map(_sentence, errors)) + ".")
        if plan.put:
            entry = AuditEntry(now_ms(), "cli", "checkpoint.put", identifier)
            store.take_in(Reference(checkpoints=plan.put), [entry])
            publish_packs(store, KeyRing.load_or_create(data), now_ms())
    click.echo(f"Đã lưu chốt {identifier}." if plan.put else f"Chốt {identifier}: như cũ.")


def _as_row(cells: dict[str, str]) -> Table:
    """What the options say, as a file's one row: it is judged like any other."""
    return Table(tuple(cells), (Row(1, tuple(cells.values())),))


def _sentence(error: RowError) -> str:
    return f"{_OPTIONS.get(error.column, error.column)}: {said(error.code, 'vi', **error.values)}"


@checkpoint.command("import")
@imports(COLUMNS, lambda store: map(shown, store.checkpoints()))
@told
def import_(asked: Asked) -> None:
    """Nạp nhiều chốt từ tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Cùng mã là cùng một chốt: ô để trống thì giữ như cũ. Chốt không có trong tệp vẫn như cũ.
    Xã, huyện, tỉnh ghi tên hay mã (bộ mã 2021) đều được.

    \b
    Ví dụ / examples:
      chot checkpoint import --template chot.xlsx
      chot checkpoint import chot.xlsx --dry-run
      chot checkpoint import chot.xlsx
    """
    with opened_home(asked.data) as store:
        known = Known(store.checkpoints(), store.roads(), store.devices())
        plan = judged(asked, lambda table: checkpoints_planned(table, known))
        reference = Reference(checkpoints=plan.put)
        if take_in(asked, store, plan, reference, "checkpoint.import", "checkpoint.put"):
            publish_packs(store, KeyRing.load_or_create(asked.data), now_ms())


@checkpoint.command("renew-key")
@DATA
@click.argument("identifier")
@told
def renew_key(data: Path, identifier: str) -> None:
    """Đổi khóa dữ liệu trên máy bảng của một chốt / another key for its tablets' history.

    Khi mất thẻ cùng máy: thẻ cũ không mở được dữ liệu mới. Cấp thẻ mới cho người mất thẻ trước.

    Ví dụ: chot checkpoint renew-key hd-ql6
    """
    with opened_home(data) as store:
        if store.history_key(identifier) is None:
            raise click.ClickException(f"Không có chốt '{identifier}'.")
        store.renew_history_key(identifier)
        store.audit(AuditEntry(now_ms(), "cli", "checkpoint.renew_key", identifier))
        publish_packs(store, KeyRing.load_or_create(data), now_ms())
    click.echo("Đã đổi khóa. Máy bảng dùng khóa mới từ lần mở ca sau khi nhận danh sách mới.")


@checkpoint.command("list")
@DATA
@JSON
@told
def list_checkpoints(data: Path, is_json: bool) -> None:
    """Liệt kê các chốt / list the checkpoints.

    Ví dụ: chot checkpoint list
    """
    headings = {"id": "mã", "klass": "loại", "state": "trạng thái", "road": "tuyến", "name": "tên"}
    with opened(data) as store:
        tell_rows(headings, [asdict(one) for one in store.checkpoints()], is_json)
