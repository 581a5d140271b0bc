"""`chot revoke`: documents that no longer count, by their id."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, now_ms, opened_home, told
from server.keys import KeyRing
from server.revocations import UnknownIdError, revoke_documents

MAX_FILE_BYTES = 16 * 1024 * 1024


@click.command()
@click.argument("ids", nargs=-1)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp, mỗi dòng một mã, hoặc issued.csv / one id a line, or issued.csv.",
)
@click.option("--reason", default="", help="Lý do, ghi vào nhật ký / kept in the audit log.")
@DATA
@told
def revoke(ids: tuple[str, ...], batch: Path | None, reason: str, data: Path) -> None:
    """Thu hồi giấy tờ đã cấp / revoke documents by their id (jti).

    Máy bảng từ chối chúng sau lần gửi tới / tablets refuse them after their next sync.

    \b
    Ví dụ / examples:
      chot revoke 7QK2M9XW3ABCD
      chot revoke --batch giay-di-duong/issued.csv --reason "Cấp nhầm"
    """
    wanted = list(ids)
    if batch is not None:
        wanted += _listed(batch)
    if not wanted:
        raise click.UsageError("Cần ít nhất một mã hoặc --batch / an id or --batch.")
    with opened_home(data) as store:
        keys, now = KeyRing.load_or_create(data), now_ms()
        try:
            fresh, pack = revoke_documents(store, keys, wanted, "cli", reason, now)
        except UnknownIdError as error:
            raise click.ClickException(
                f"“{error.id}” không phải mã giấy tờ; chưa thu hồi gì / is no id; nothing was done."
            ) from None
    click.echo(
        f"Thu hồi {fresh} giấy mới / newly revoked, gói trust phiên bản / version {pack.version}."
    )


def _listed(path: Path) -> list[str]:
    from server.issuing.tables import TableError, read_table
    from server.issuing.texts import said

    if path.suffix.lower() in (".csv", ".xlsx"):
        try:
            table = read_table(path)
        except TableError as error:
            raise click.ClickException(
                f"{path}: {said(error.code, 'vi', **error.values)}"
            ) from None
        names = [one.casefold() for one in table.headings]
        if "id" in names:
            at = names.index("id")
            return [row.cells[at] for row in table.rows if len(row.cells) > at and row.cells[at]]
    if path.stat().st_size > MAX_FILE_BYTES:
        raise click.ClickException(f"{path}: quá lớn / too large")
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise click.ClickException(f"{path}: không phải UTF-8 / not UTF-8") from None
    return [line.strip() for line in lines if line.strip()]
