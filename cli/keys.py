"""`chot keys`: the keys that sign our own QR documents."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, opened, opened_home, told
from cli.shown import JSON, tell_rows
from cli.verify import EXPORTED
from server.document_keys import (
    DOCUMENT_ISSUER,
    DOCUMENT_USAGE,
    document_keys,
    generate_key,
    publish_keys,
    rotate_key,
)
from server.issuing.said import local_time
from server.keys import KeyRing
from server.packs import publish_packs, trust_in_force
from server.store.protocol import Store
from server.store.published import AuditEntry

HOUR_MS = 3_600_000
ANNOUNCE_HOURS = 72
"""A tablet may be offline that long (field facts), so a new key is known before it signs."""

STATES = {
    "unpublished": "chưa công bố",
    "waiting": "chờ ký",
    "signing": "đang ký",
    "retired": "thôi ký",
    "ended": "hết hạn",
    "withdrawn": "đã thu hồi",
}


@click.group()
def keys() -> None:
    """Khóa ký giấy tờ QR / the keys that sign QR documents."""


@keys.command("list")
@DATA
@JSON
@told
def list_keys(data: Path, is_json: bool) -> None:
    """Liệt kê khóa và thời hạn / list the keys and their windows.

    Ví dụ: chot keys list
    """
    rows = []
    with opened(data):
        ring, now = KeyRing.load_or_create(data), now_ms()
        for one in document_keys(ring):
            begins = "…" if one.not_before_ms is None else local_time(one.not_before_ms)
            ends = "…" if one.not_after_ms is None else local_time(one.not_after_ms)
            state = one.state(now)
            rows.append(
                {
                    "kid": one.kid,
                    "state": state if is_json else f"{state} ({STATES[state]})",
                    "window": f"{begins} – {ends}",
                    "not_before_ms": one.not_before_ms,
                    "not_after_ms": one.not_after_ms,
                    "issuer": one.issuer,
                    "usage": one.usage,
                }
            )
    headings = {"kid": "mã khóa", "state": "trạng thái", "window": "thời hạn",
                "issuer": "nơi cấp", "usage": "ký loại"}  # fmt: skip
    tell_rows(headings, rows, is_json)


@keys.command("generate")
@DATA
@click.option("--from", "from_ms", type=Moment(), help="Ký từ lúc / signs from.")
@click.option("--until", "until_ms", type=Moment(end=True), help="Ký đến hết / signs until.")
@click.option("--issuer", default=DOCUMENT_ISSUER, show_default=True, help="Tên nơi cấp / issuer.")
@click.option("--use", "usage", type=click.Choice(DOCUMENT_USAGE), multiple=True,
              help="Chỉ ký loại này; lặp lại được / only this type.")  # fmt: skip
@told
def generate(
    data: Path, from_ms: int | None, until_ms: int | None, issuer: str, usage: tuple[str, ...]
) -> None:
    """Tạo một khóa, chưa công bố / make a key; it signs once it is published.

    Ví dụ: chot keys generate --from 01/12/2026 --until 31/12/2027
    """
    if from_ms is not None and until_ms is not None and until_ms <= from_ms:
        raise click.ClickException("--until đứng trước --from / is before --from.")
    if not 1 <= len(issuer) <= 64:
        raise click.ClickException("Tên nơi cấp dài 1–64 ký tự / an issuer has 1–64 characters.")
    with opened_home(data) as store:
        ring, now = KeyRing.load_or_create(data), now_ms()
        made = generate_key(ring, now, from_ms, until_ms, usage or DOCUMENT_USAGE, issuer)
        store.audit(AuditEntry(now, "cli", "key.generated", made.kid))
    click.echo(f"{made.kid}: chưa công bố / not published yet. Tiếp: chot keys publish")


@keys.command("publish")
@DATA
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Ghi nội dung gói trust cho chot verify --trust / write the trust content.",
)
@told
def publish(data: Path, out: Path | None) -> None:
    """Công bố khóa mới trong gói trust / publish new keys in the trust pack.

    Máy bảng tin chữ ký của khóa sau lần gửi tới / tablets believe a key after their next sync.

    Ví dụ: chot keys publish --out trust.json
    """
    with opened_home(data) as store:
        ring, now = KeyRing.load_or_create(data), now_ms()
        fresh = publish_keys(ring, now)
        for one in fresh:
            store.audit(AuditEntry(now, "cli", "key.published", one.kid))
        click.echo(f"{len(fresh)} khóa mới / new. {_trust(store, ring, now)}")
        if out is not None:
            exported = {**(trust_in_force(store) or {}), EXPORTED: now}
            text = json.dumps(exported, ensure_ascii=False, indent=1)
            out.write_text(text + "\n", "utf-8")


@keys.command("rotate")
@DATA
@click.option(
    "--in-hours",
    type=click.IntRange(0, 24 * 365),
    default=ANNOUNCE_HOURS,
    show_default=True,
    help="Khóa mới ký sau chừng này giờ / the new key signs then.",
)
@click.option(
    "--compromised",
    is_flag=True,
    help="Khóa cũ bị lộ: giấy đã ký mất giá trị ngay / drop the old keys now.",
)
@told
def rotate(data: Path, in_hours: int, compromised: bool) -> None:
    """Thay khóa: khóa mới được công bố trước khi ký / replace the key that signs.

    Khóa cũ còn trong gói trust đến khi giấy đã ký hết hạn; giấy đã cấp vẫn có giá trị.
    The old public key stays in the trust pack until what it signed has ended.

    Ví dụ: chot keys rotate --in-hours 72
    """
    if compromised:
        click.confirm(
            "Mọi giấy tờ và thẻ cán bộ do khóa cũ ký sẽ mất giá trị. Tiếp tục? / "
            "Everything the old keys signed, badges too, will no longer count. Go on?",
            abort=True,
        )
    with opened_home(data) as store:
        ring, now = KeyRing.load_or_create(data), now_ms()
        made = rotate_key(ring, now, now + in_hours * HOUR_MS, compromised=compromised)
        details = {"compromised": compromised}
        store.audit(AuditEntry(now, "cli", "key.rotated", made.kid, details=details))
        told_trust = _trust(store, ring, now)
    begins = local_time(made.not_before_ms or now)
    click.echo(f"{made.kid}: ký từ / signs from {begins}. {told_trust}")


def _trust(store: Store, ring: KeyRing, now: int) -> str:
    publish_packs(store, ring, now)
    pack = store.pack("trust", "all")
    assert pack is not None
    return f"Gói trust phiên bản / version {pack.version}."
