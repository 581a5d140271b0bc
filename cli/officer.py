"""`chot officer`: who may open a shift, and their badges."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from cli.data import DATA, now_ms, opened, opened_home, told
from cli.importing import Asked, imports, judged, tell
from cli.issuing import NOTHING_ISSUED, finish_cut_off, signed, write_documents
from cli.progress import progress
from cli.shown import JSON, tell_rows
from cli.wrong_rows import refuse_rows
from server.config import load_config
from server.document_keys import DAY_MS
from server.importing.officers import COLUMNS, NewOfficer, officers_planned, shown
from server.importing.plan import Plan
from server.issuing.badges import BADGE_VALIDITY_DAYS, badge_drafts, write_pins
from server.issuing.paper import can_print
from server.issuing.rows import RowError
from server.issuing.sign import issue_document
from server.issuing.tables import Table
from server.issuing.values import folded
from server.issuing.whole_folder import mark_of, to_disk, whole_folder
from server.keys import KeyRing, write_private
from server.packs import officer_kek, publish_packs
from server.png import qr_png
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.reference_protocol import Reference
from server.store.registered import Officer, OfficerRole
from sync.encoding import to_base64url


@click.group()
def officer() -> None:
    """Cán bộ chốt / officers."""


@officer.command("add")
@DATA
@click.argument("identifier")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(get_args(OfficerRole)), required=True)
@click.option("--checkpoint", "checkpoints", multiple=True, required=True, help="Lặp lại được.")
@click.option("--badge", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="Tệp PNG để in thẻ.")  # fmt: skip
@click.password_option("--pin", prompt="PIN (6 số)", help="Hỏi khi không cho sẵn.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def add(
    data: Path,
    identifier: str,
    name: str,
    role: OfficerRole,
    checkpoints: tuple[str, ...],
    badge: Path,
    pin: str,
    yes: bool,
) -> None:
    """Thêm cán bộ và in thẻ / add an officer and write the badge's QR code.

    Mã bí mật trên thẻ và PIN không được lưu ở đâu; mất thẻ thì cấp thẻ mới vào một tệp mới. Mã đang
    là của người tên khác thì hỏi trước / asks where the id is somebody else's.

    Ví dụ: chot officer add hd-an --name "Nguyễn Văn An" --role officer
    --checkpoint hd-ql6 --badge the-an.png
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", identifier):
        raise click.ClickException("Mã cán bộ chỉ gồm chữ thường không dấu, số và gạch ngang.")
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise click.ClickException("PIN cần đúng 6 chữ số.")
    now = now_ms()
    keys = KeyRing.load_or_create(load_config(data).data_dir)
    with opened(data) as store:
        known = {one.id for one in store.checkpoints()}
        if unknown := [one for one in checkpoints if one not in known]:
            raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
        held = next((one for one in store.officers() if one.id == identifier), None)
        if held is not None and folded(held.name) != folded(name) and not yes:
            click.confirm(
                f"Mã {identifier} đang là của {held.name} ({', '.join(held.checkpoints)}): thẻ và"
                f" PIN của người đó sẽ không mở máy được nữa. Thay bằng {name}?",
                abort=True,
            )
        secret = secrets.token_bytes(16)
        made = issue_document(
            keys,
            "badge",
            {"sub": identifier, "sec": to_base64url(secret)},
            now,
            now + BADGE_VALIDITY_DAYS * DAY_MS,
        )
        write_private(badge, qr_png(made.texts[0]))
        kek = officer_kek(secret, pin, identifier)
        store.put_officer(Officer(identifier, name, role, checkpoints, kek, False))
        store.audit(AuditEntry(now, "cli", "officer.put", identifier, details={"role": role}))
        publish_packs(store, keys, now)
    click.echo(f"Đã lưu {identifier}; thẻ ở {badge}. Máy bảng nhận danh sách mới ở lần gửi tới.")


@officer.command("import")
@click.option(
    "--badges",
    type=click.Path(file_okay=False, path_type=Path),
    help="Thư mục mới cho thẻ và PIN của người mới / a new folder for new badges.",
)
@imports(COLUMNS, lambda store: map(shown, store.officers()))
@told
def import_(asked: Asked, badges: Path | None) -> None:
    """Nạp cán bộ từ tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Người đã có giữ nguyên thẻ và PIN; ô để trống thì giữ như cũ. Người mới được cấp thẻ vào thư mục
    --badges (mã QR, pins.csv). Thu hồi: ghi «thu hồi» ở cột Trạng thái.

    \b
    Ví dụ / examples:
      chot officer import --template can-bo.xlsx
      chot officer import can-bo.xlsx --dry-run
      chot officer import can-bo.xlsx --badges the-moi
    """
    now = now_ms()
    new: list[NewOfficer] = []

    def take(table: Table) -> tuple[Plan[Officer], list[RowError]]:
        known = {one.id for one in store.checkpoints()}
        until_ms = now + BADGE_VALIDITY_DAYS * DAY_MS
        plan, found, errors = officers_planned(table, store.officers(), known, until_ms)
        new.extend(found)
        return plan, errors

    with opened_home(asked.data) as store:
        if not asked.dry_run:
            finish_cut_off(store, badges, "officer.import")
        plan = judged(asked, take)
        if new and badges is None and not asked.dry_run:
            raise click.UsageError(
                f"Có {len(new)} người mới: cần --badges THƯ-MỤC / new officers need --badges."
            )
        keys = KeyRing.load_or_create(asked.data)
        if not tell(asked, plan):
            # A run that was cut off may have taken them in and published no rosters.
            if not asked.dry_run:
                publish_packs(store, keys, now)
            return
        kept = [one for one in plan.put if one.kek]
        if not new or badges is None:
            _take_in(store, kept, plan, {"file": asked.file.name}, now)
            publish_packs(store, keys, now)
            return
        known = {one.id: one.name for one in store.checkpoints()}
        with progress("Thẻ / badges", lines=True) as tell_done:
            drafts, made = badge_drafts([one.draft for one in new], known, [], tell_done)
        with whole_folder(badges) as folder:
            errors: list[RowError] = []
            unit = load_config(asked.data).unit if can_print() else None
            documents = signed(keys, drafts, now, errors, asked.lang)
            write_documents(folder, documents, len(drafts), unit=unit)
            if errors:
                refuse_rows(asked.file, errors, asked.columns, asked.lang, NOTHING_ISSUED)
            write_pins(folder, made)
            to_disk()
            put = [*kept, *(one.officer for one in made)]
            _take_in(store, put, plan, {"file": asked.file.name, "folder": mark_of(folder)}, now)
        publish_packs(store, keys, now)
    if not asked.as_json:
        click.echo(f"Thẻ và pins.csv / badges and PINs: {badges}")


def _take_in(
    store: Store, put: Sequence[Officer], plan: Plan[Officer], about: dict[str, str], now: int
) -> None:
    """With their audit entries, all or none; the caller publishes the rosters."""
    entries = [
        AuditEntry(now, "cli", "officer.put", one.id, details={"role": one.role}) for one in put
    ]
    entries.append(AuditEntry(now, "cli", "officer.import", details={**plan.counts, **about}))
    store.take_in(Reference(officers=put), entries)


@officer.command("list")
@DATA
@JSON
@told
def list_officers(data: Path, is_json: bool) -> None:
    """Liệt kê cán bộ / list the officers.

    Ví dụ: chot officer list
    """
    headings = {"id": "mã", "role": "vai trò", "state": "thẻ", "checkpoints": "chốt", "name": "tên"}
    with opened(data) as store:
        rows = [
            {
                "id": one.id,
                "role": one.role,
                "state": "thu hồi" if one.revoked else "tốt",
                "revoked": one.revoked,
                "checkpoints": one.checkpoints,
                "name": one.name,
            }
            for one in store.officers()
        ]
    tell_rows(headings, rows, is_json)
