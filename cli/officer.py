"""`chot officer`: who may open a shift, and their badges."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import get_args

import click

from cli.data import DATA, now_ms, opened, told
from server.config import load_config
from server.document_keys import DAY_MS
from server.issuing.badges import BADGE_VALIDITY_DAYS
from server.issuing.sign import issue_document
from server.keys import KeyRing
from server.packs import officer_kek, publish_packs
from server.png import qr_png
from server.store.published import AuditEntry
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
@told
def add(
    data: Path,
    identifier: str,
    name: str,
    role: OfficerRole,
    checkpoints: tuple[str, ...],
    badge: Path,
    pin: str,
) -> None:
    """Thêm cán bộ và in thẻ / add an officer and write the badge's QR code.

    Mã bí mật trên thẻ và PIN không được lưu ở đâu; mất thẻ thì cấp thẻ mới.

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
        secret = secrets.token_bytes(16)
        made = issue_document(
            keys,
            "badge",
            {"sub": identifier, "sec": to_base64url(secret)},
            now,
            now + BADGE_VALIDITY_DAYS * DAY_MS,
        )
        badge.write_bytes(qr_png(made.texts[0]))
        kek = officer_kek(secret, pin, identifier)
        store.put_officer(Officer(identifier, name, role, checkpoints, kek, False))
        store.audit(AuditEntry(now, "cli", "officer.put", identifier, details={"role": role}))
        publish_packs(store, keys, now)
    click.echo(f"Đã lưu {identifier}; thẻ ở {badge}. Máy bảng nhận danh sách mới ở lần gửi tới.")


@officer.command("list")
@DATA
@told
def list_officers(data: Path) -> None:
    """Liệt kê cán bộ / list the officers."""
    with opened(data) as store:
        for one in store.officers():
            state = "thu hồi" if one.revoked else "tốt"
            click.echo(f"{one.id}\t{one.role}\t{state}\t{','.join(one.checkpoints)}\t{one.name}")
