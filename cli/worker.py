"""`chot worker`: permits for the people on companies' lists, issued once and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.importing import Asked, imports, judged, tell
from cli.issuing import NOTHING_ISSUED, finish_cut_off, signed, write_documents
from cli.shown import JSON, tell_rows
from cli.wrong_rows import refuse_rows
from server.config import load_config
from server.importing.plan import Plan
from server.importing.workers import COLUMNS, Held, Worker, WorkerPlan, workers_planned
from server.issuing.paper import can_print
from server.issuing.rows import Defaults, RowError
from server.issuing.sign import Document
from server.issuing.tables import Table
from server.issuing.whole_folder import mark_of, to_disk, whole_folder
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
        if not asked.dry_run:
            finish_cut_off(store, out, "worker.import")
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
        if out is None or not plan.put:
            _take_in(store, keys, plan, [], gone, {"file": asked.file.name}, now)
            return
        with whole_folder(out) as folder:
            unit = load_config(asked.data).unit if not no_pdf and can_print() else None
            errors: list[RowError] = []
            permits: list[WorkerPermit] = []
            documents = _issued(signed(keys, (one.draft for one in plan.put), now, errors,
                                       asked.lang), plan.put, permits)  # fmt: skip
            write_documents(folder, documents, len(plan.put), unit=unit)
            if errors:
                refuse_rows(asked.file, errors, asked.columns, asked.lang, NOTHING_ISSUED)
            to_disk()
            about = {"file": asked.file.name, "folder": mark_of(folder)}
            _take_in(store, keys, plan, permits, gone, about, now)
    if not asked.as_json:
        click.echo(f"{len(permits)} giấy / permits → {out}")


@worker.command("list")
@DATA
@JSON
@told
def list_workers(data: Path, is_json: bool) -> None:
    """Số giấy đang có giá trị của từng đơn vị, và mã từng giấy / permits in force by company.

    Ví dụ: chot worker list
    """
    now = now_ms()
    with opened_home(data) as store:
        names = {one.id: one.name for one in store.companies()}
        rows = [
            {
                "company": names.get(one.company, one.company),
                "id": one.permit,
                "expires_ms": one.expires_ms,
            }
            for one in store.worker_permits()
            if one.expires_ms > now
        ]
    tell_rows({"company": "đơn vị", "id": "mã giấy"}, rows, is_json)


def _issued(
    documents: Iterable[Document], workers: Sequence[Worker], permits: list[WorkerPermit]
) -> Iterator[Document]:
    """Hand the documents on; of each only what the server keeps is added to `permits`."""
    for one, made in zip(workers, documents, strict=False):
        permits.append(
            WorkerPermit(one.company, one.person, one.said, made.id, made.kid, made.expires_ms)
        )
        yield made


def _take_in(
    store: Store,
    keys: KeyRing,
    plan: Plan[Worker],
    permits: Sequence[WorkerPermit],
    gone: Sequence[WorkerPermit],
    about: dict[str, str],
    now: int,
) -> None:
    """First nobody's old permit counts any more, then the new ones are known: never both."""
    replaced = [one.old for one in plan.put if one.old is not None]
    ended = [one for one in (*gone, *replaced) if one.expires_ms > now]
    if ended:
        documents_gone = [Withdrawn(one.permit, one.kid, one.expires_ms) for one in ended]
        revoke_documents(store, keys, documents_gone, "cli", _REASON, now)
    details = {**plan.counts, **about, "count": len(permits)}
    entry = AuditEntry(now, "cli", "worker.import", details=details)
    store.take_in(Reference(workers=permits, gone_workers=gone), [entry])
