"""`chot worker`: permits for the people on companies' lists, issued once and taken back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.importing import Asked, imports, judged, tell
from cli.wrong_rows import refuse_rows
from server.config import load_config
from server.document_keys import NoSigningKeyError
from server.importing.plan import Plan
from server.importing.workers import COLUMNS, Held, Worker, WorkerPlan, workers_planned
from server.issuing.folder import whole_folder, write_codes
from server.issuing.paper import can_print
from server.issuing.rows import Defaults, RowError
from server.issuing.sign import Document, issue_draft
from server.issuing.tables import Table
from server.issuing.texts import said
from server.keys import KeyRing
from server.permits import permit_lists
from server.revocations import revoke_documents
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.reference_protocol import Reference, WorkerPermit
from server.withdrawn import Withdrawn

_REASON = "danh sách người lao động"


@click.group()
def worker() -> None:
    """Người lao động và giấy của họ / workers and their permits."""


@worker.command("import")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Thư mục mới cho mã QR và bản in / a new folder for codes and sheets.",
)
@click.option(
    "--until",
    "until_ms",
    type=Moment(end=True),
    help="Giấy hết hạn, cho các dòng không ghi / end of rows that give none.",
)
@click.option(
    "--replace",
    "replaces",
    is_flag=True,
    help="Ai của đơn vị mà tệp không còn ghi là đã nghỉ / whoever is left out has left.",
)
@click.option("--no-pdf", is_flag=True, help="Không làm bản in PDF / codes only.")
@imports(COLUMNS)
@told
def import_(
    asked: Asked, out: Path | None, until_ms: int | None, replaces: bool, no_pdf: bool
) -> None:
    """Cấp giấy đi đường cho người trong danh sách của đơn vị, mỗi người một lần / permits, once.

    Nạp lại tệp cũ không cấp thêm giấy nào. Dòng đổi nội dung: giấy mới, giấy cũ bị thu hồi. Trạng
    thái «nghỉ việc»: thu hồi. Máy chủ không lưu tên ai. Đơn vị phải có trong: chot company list.

    \b
    Ví dụ / examples:
      chot worker import --template nguoi.xlsx
      chot worker import nguoi.xlsx --until 31/12/2026 --dry-run
      chot worker import nguoi.xlsx --until 31/12/2026 --out giay
    """
    now = now_ms()
    found: list[WorkerPlan] = []
    with opened_home(asked.data) as store:
        keys = KeyRing.load_or_create(asked.data)
        # Moment gives the last millisecond of a day; the end of a permit is exclusive.
        defaults = Defaults(now, None if until_ms is None else until_ms + 1)
        held = Held(
            store.companies(),
            permit_lists(store),
            store.worker_permits(),
            keys.derive("worker permits"),
            defaults,
            replaces,
        )

        def take(table: Table) -> tuple[Plan[Worker], list[RowError]]:
            plan, errors = workers_planned(table, held)
            found.append(plan)
            return plan.plan, errors

        plan = judged(asked, take)
        if plan.put and out is None and not asked.dry_run:
            raise click.UsageError(
                f"Có {len(plan.put)} giấy phải cấp: cần --out THƯ-MỤC / a folder for permits."
            )
        if not tell(asked, plan):
            return
        gone = found[0].gone
        documents = _signed(asked, keys, plan.put, now)
        if out is None or not documents:
            _take_in(store, keys, asked, plan, [], gone, now)
            return
        with whole_folder(out) as folder:
            with click.progressbar(length=len(documents), label="Mã QR", file=sys.stderr) as bar:
                write_codes(folder, documents, lambda: bar.update(1))
            if not no_pdf and can_print():
                from server.issuing.sheets import sheets_pdf

                unit = load_config(asked.data).unit
                (folder / "sheets.pdf").write_bytes(sheets_pdf(documents, unit=unit))
            _take_in(store, keys, asked, plan, documents, gone, now)
    if not asked.as_json:
        click.echo(f"{len(documents)} giấy / permits → {out}")


@worker.command("list")
@DATA
@told
def list_workers(data: Path) -> None:
    """Số giấy đang có giá trị của từng đơn vị, và mã từng giấy / permits in force by company.

    Ví dụ: chot worker list
    """
    now = now_ms()
    with opened_home(data) as store:
        names = {one.id: one.name for one in store.companies()}
        for one in store.worker_permits():
            if one.expires_ms > now:
                click.echo(f"{names.get(one.company, one.company)}\t{one.permit}")


def _signed(asked: Asked, keys: KeyRing, workers: Sequence[Worker], now: int) -> list[Document]:
    documents: list[Document] = []
    errors: list[RowError] = []
    try:
        for one in workers:
            made = issue_draft(keys, one.draft, now)
            if isinstance(made, RowError):
                errors.append(made)
            else:
                documents.append(made)
    except NoSigningKeyError:
        raise click.ClickException(said("no_key", asked.lang)) from None
    if errors:
        nothing = ("chưa cấp giấy nào", "nothing was issued")
        refuse_rows(asked.file, errors, asked.columns, asked.lang, nothing)
    return documents


def _take_in(
    store: Store,
    keys: KeyRing,
    asked: Asked,
    plan: Plan[Worker],
    documents: Sequence[Document],
    gone: Sequence[WorkerPermit],
    now: int,
) -> None:
    """First nobody's old permit counts any more, then the new ones are known: never both."""
    replaced = [one.old for one in plan.put if one.old is not None]
    ended = [one for one in (*gone, *replaced) if one.expires_ms > now]
    if ended:
        documents_gone = [Withdrawn(one.permit, one.kid, one.expires_ms) for one in ended]
        revoke_documents(store, keys, documents_gone, "cli", _REASON, now)
    permits = [
        WorkerPermit(one.company, one.person, one.said, made.id, made.kid, made.expires_ms)
        for one, made in zip(plan.put, documents, strict=True)
    ]
    details = {**plan.counts, "file": asked.file.name, "count": len(documents)}
    entry = AuditEntry(now, "cli", "worker.import", details=details)
    store.take_in(Reference(workers=permits, gone_workers=gone), [entry])
