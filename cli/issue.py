"""`chot issue`: documents in bulk from a file; every row is judged first, all or none issued."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.wrong_rows import refuse_rows, tell_guesses
from server.config import load_config
from server.document_keys import DAY_MS, NoSigningKeyError
from server.issuing.badges import BADGE_VALIDITY_DAYS, Badge, badge_drafts, take_up, write_pins
from server.issuing.columns import COLUMNS, KINDS, Kind, headings
from server.issuing.folder import ISSUED, whole_folder, write_codes, write_csv
from server.issuing.rows import Defaults, Draft, RowError, drafts_of, headed
from server.issuing.sign import Document, issue_draft
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.keys import KeyRing
from server.packs import publish_packs
from server.store.published import AuditEntry

SHEETS = "sheets.pdf"


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
            drafts, badges = badge_drafts(drafts, {one.id for one in store.checkpoints()}, errors)
        documents = _issue(keys, drafts, now, errors, lang) if not errors else []
        if errors:
            nothing = ("chưa cấp giấy nào", "nothing was issued")
            refuse_rows(source, errors, COLUMNS[kind], lang, nothing)
        with whole_folder(out) as folder:
            with click.progressbar(length=len(documents), label="Mã QR", file=sys.stderr) as bar:
                write_codes(folder, documents, lambda: bar.update(1))
            if not no_pdf:
                _print(folder / SHEETS, documents, load_config(data).unit, windscreen)
            if badges:
                write_pins(folder, badges)
                take_up(store, badges, now)
                publish_packs(store, keys, now)
            details = {"count": len(documents), "kid": documents[0].kid}
            store.audit(AuditEntry(now, "cli", f"issue.{kind}", documents[0].id, details=details))
    printed = "" if no_pdf else f", {SHEETS}"
    click.echo(f"{len(documents)} {kind} → {out}: {ISSUED}, codes/{printed}")


def _defaults(kind: Kind, now: int, until_ms: int | None) -> Defaults:
    if until_ms is None and kind == "badge":
        until_ms = now + BADGE_VALIDITY_DAYS * DAY_MS
    return Defaults(now, until_ms)


def _issue(
    keys: KeyRing, drafts: list[Draft], now: int, errors: list[RowError], lang: str
) -> list[Document]:
    documents: list[Document] = []
    try:
        for draft in drafts:
            made = issue_draft(keys, draft, now)
            if isinstance(made, RowError):
                errors.append(made)
            else:
                documents.append(made)
    except NoSigningKeyError:
        raise click.ClickException(said("no_key", lang)) from None
    return documents


def _ask_for_pdf(lang: str) -> None:
    """Before anything is signed."""
    from server.issuing.paper import PRINT_EXTRA, can_print

    if not can_print():
        raise click.ClickException(f"{said('extra', lang, extra=PRINT_EXTRA)} (--no-pdf)")


def _print(path: Path, documents: list[Document], unit: str, windscreen: bool) -> None:
    from server.issuing.sheets import sheets_pdf

    path.write_bytes(sheets_pdf(documents, unit=unit, windscreen=windscreen))
