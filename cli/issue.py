"""`chot issue`: documents in bulk from a file; every row is judged first, all or none issued."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.issuing import NOTHING_ISSUED, finish_cut_off, signed, write_documents
from cli.progress import progress
from cli.wrong_rows import refuse_rows, tell_guesses
from server.config import load_config
from server.document_keys import DAY_MS
from server.issuing.badges import BADGE_VALIDITY_DAYS, Badge, badge_drafts, take_up, write_pins
from server.issuing.columns import COLUMNS, KINDS, Kind, headings
from server.issuing.folder import ISSUED, write_csv
from server.issuing.rows import Defaults, drafts_of, headed
from server.issuing.sheet_files import sheets_said
from server.issuing.sign import Document
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.issuing.whole_folder import mark_of, to_disk, whole_folder
from server.keys import KeyRing
from server.packs import publish_packs
from server.store.published import AuditEntry


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@DATA
@click.option("--from", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Tệp .csv hoặc .xlsx.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Thư mục mới để ghi mã và bản in / a new folder.")  # fmt: skip
@click.option("--until", "until_ms", type=Moment(end=True),
              help="Hết hạn, cho các dòng không ghi / end of rows that give none.")  # fmt: skip
@click.option("--windscreen", is_flag=True, help="Bản in A5 để dán kính / A5 sheets for passes.")
@click.option("--no-pdf", is_flag=True, help="Không làm bản in PDF / codes only.")
@click.option("--template", is_flag=True, help="Chỉ ghi tệp CSV mẫu vào --out / headings only.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def issue(
    kind: Kind,
    data: Path,
    source: Path | None,
    out: Path | None,
    until_ms: int | None,
    windscreen: bool,
    no_pdf: bool,
    template: bool,
    lang: str,
) -> None:
    """Cấp giấy tờ QR hàng loạt từ một tệp / issue QR documents in bulk.

    permit giấy đi đường · pass luồng xanh · manifest xe đưa đón công nhân · card thẻ có dữ kiện
    tiêm, xét nghiệm, khỏi bệnh · badge thẻ cán bộ. Có một dòng sai thì không cấp dòng nào.

    \b
    Ví dụ / examples:
      chot issue permit --template --out mau.csv
      chot issue permit --from giay.csv --out giay-di-duong --until 31/12/2026
      chot issue pass --from xe.xlsx --out luong-xanh --windscreen
    """
    if out is None or (source is None) != template:
        raise click.UsageError("Cần --from và --out, hoặc --template và --out.")
    if windscreen and kind != "pass":
        raise click.UsageError("--windscreen chỉ dành cho pass / is for passes only.")
    if template:
        write_csv(out, headings(kind, lang), [])
        click.echo(f"{out}: {len(COLUMNS[kind])} cột / columns")
        return
    assert source is not None
    if not no_pdf:
        _ask_for_pdf(lang)
    now = now_ms()
    try:
        table = headed(read_table(source), COLUMNS[kind])
        drafts, errors = drafts_of(kind, table, _defaults(kind, now, until_ms))
    except TableError as error:
        raise click.ClickException(f"{source}: {said(error.code, lang, **error.values)}") from None
    tell_guesses(table, COLUMNS[kind], lang)
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        badges: list[Badge] = []
        if kind == "badge":
            known = {one.id: one.name for one in store.checkpoints()}
            with progress("Thẻ / badges", lines=True) as tell:
                drafts, badges = badge_drafts(drafts, known, errors, tell)
        if errors:
            refuse_rows(source, errors, COLUMNS[kind], lang, NOTHING_ISSUED)
        finish_cut_off(store, out, f"issue.{kind}")
        first: list[Document] = []

        def documents() -> Iterator[Document]:
            for document in signed(keys, drafts, now, errors, lang):
                if not first:
                    first.append(document)
                yield document

        with whole_folder(out) as folder:
            unit = None if no_pdf else load_config(data).unit
            write_documents(folder, documents(), len(drafts), unit=unit, windscreen=windscreen)
            if errors:
                refuse_rows(source, errors, COLUMNS[kind], lang, NOTHING_ISSUED)
            if badges:
                write_pins(folder, badges)
            to_disk()
            details = {"count": len(drafts), "kid": first[0].kid, "folder": mark_of(folder)}
            entry = AuditEntry(now, "cli", f"issue.{kind}", first[0].id, details=details)
            take_up(store, badges, entry)
        if badges:
            publish_packs(store, keys, now)
    printed = "" if no_pdf else f", {sheets_said(len(drafts))}"
    click.echo(f"{len(drafts)} {kind} → {out}: {ISSUED}, codes/{printed}")


def _defaults(kind: Kind, now: int, until_ms: int | None) -> Defaults:
    if until_ms is None and kind == "badge":
        until_ms = now + BADGE_VALIDITY_DAYS * DAY_MS
    return Defaults(now, until_ms)


def _ask_for_pdf(lang: str) -> None:
    """Before anything is signed."""
    from server.issuing.paper import PRINT_EXTRA, can_print

    if not can_print():
        raise click.ClickException(f"{said('extra', lang, extra=PRINT_EXTRA)} (--no-pdf)")
