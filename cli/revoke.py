"""`chot revoke`: documents that no longer count, by their id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from credentials import Trust, parse_trust, read
from credentials.dates import epoch_ms_of_instant
from credentials.own import matches_own
from server.keys import KeyRing
from server.packs import trust_content, trust_in_force
from server.revocations import UnknownIdError, revoke_documents
from server.withdrawn import Withdrawn

MAX_FILE_BYTES = 16 * 1024 * 1024
MINUTE_MS = 60_000
"""issued.csv leaves the seconds out."""


@click.command()
@click.argument("ids", nargs=-1)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp, mỗi dòng một mã, hoặc issued.csv / one id a line, or issued.csv.",
)
@click.option("--key", "kid", help="Khóa đã ký; mặc định: xem mã, hoặc mọi khóa / signing key.")
@click.option("--reason", default="", help="Lý do, ghi vào nhật ký / kept in the audit log.")
@DATA
@told
def revoke(
    ids: tuple[str, ...], batch: Path | None, kid: str | None, reason: str, data: Path
) -> None:
    """Thu hồi giấy tờ đã cấp / revoke documents by their id (jti) or the text of their code.

    Mã giấy tờ chỉ có nghĩa với khóa đã ký nó: nội dung mã QR và issued.csv cho biết khóa, số trần
    thì không, và khi đó mọi khóa của máy chủ được tính. An id means something only for the key
    that signed it: the code's text and issued.csv name it; a bare id is taken for all our keys.

    Máy bảng từ chối chúng sau lần gửi tới / tablets refuse them after their next sync.

    \b
    Ví dụ / examples:
      chot revoke 7QK2M9XW3ABCD
      chot revoke --batch giay-di-duong/issued.csv --reason "Cấp nhầm"
    """
    with opened_home(data) as store:
        keys, now = KeyRing.load_or_create(data), now_ms()
        trust = parse_trust(trust_content(keys, now, trust_in_force(store)))
        wanted = [_document(one, trust) for one in ids]
        if batch is not None:
            wanted += _listed(batch, trust)
        if not wanted:
            raise click.UsageError("Cần ít nhất một mã hoặc --batch / an id or --batch.")
        if kid is not None:
            wanted = [replace(one, kid=kid) for one in wanted]
        try:
            fresh, pack = revoke_documents(store, keys, wanted, "cli", reason, now)
        except UnknownIdError as error:
            raise click.ClickException(
                f"“{error.id}” không phải mã giấy tờ; chưa thu hồi gì / is no id; nothing was done."
            ) from None
    click.echo(
        f"Thu hồi {fresh} giấy mới / newly revoked, gói trust phiên bản / version {pack.version}."
    )


def _listed(path: Path, trust: Trust) -> list[Withdrawn]:
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
            return [one for row in table.rows if (one := _of_row(names, row.cells)) is not None]
    if path.stat().st_size > MAX_FILE_BYTES:
        raise click.ClickException(f"{path}: quá lớn / too large")
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise click.ClickException(f"{path}: không phải UTF-8 / not UTF-8") from None
    return [_document(line.strip(), trust) for line in lines if line.strip()]


def _document(text: str, trust: Trust) -> Withdrawn:
    """An id as it is; of the text of a code also whose key signed it and when it ends.

    Only a signature that verifies says so: else a forged end would take the revocation of the
    true document out of the pack too early.
    """
    if not matches_own(text):
        return Withdrawn(text)
    found = read(text, trust, 0)
    if found.expires_at is None or found.status == "claim":
        raise click.ClickException(f"{text[:20]}…: không do máy chủ này ký / not signed by us")
    subject = found.subject or {}
    return Withdrawn(subject["id"], found.key_id, epoch_ms_of_instant(found.expires_at))


def _of_row(names: Sequence[str], cells: Sequence[str]) -> Withdrawn | None:
    """A row of issued.csv, or of another table that has ids."""
    row = dict(zip(names, cells, strict=False))
    if not row["id"]:
        return None
    try:
        ends_ms = Moment(end=True).convert(row.get("expires", ""), None, None) + MINUTE_MS
    except click.BadParameter:
        ends_ms = None
    return Withdrawn(row["id"], row.get("key") or None, ends_ms)
