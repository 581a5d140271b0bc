"""`chot trust`: whose vaccine passports and health cards the tablets believe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened, told
from cli.shown import JSON, tell_rows
from cli.verify import json_of
from credentials import TrustError, import_revocations, import_trust
from server.foreign_trust import adopt_revocations, adopt_signers
from server.keys import KeyRing
from server.packs import trust_in_force

LIST = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def trust() -> None:
    """Khóa ký hộ chiếu vắc-xin được tin / whose vaccine passports count."""


@trust.command("signers")
@DATA
@LIST
@click.option("--issuer", help="Địa chỉ của bên công bố JWKS / whose JWKS it is.")
@told
def signers(data: Path, file: Path, issuer: str | None) -> None:
    """Nạp danh sách khóa (DSC JSON hoặc JWKS), thay danh sách trước / replace the signers.

    Ví dụ: chot trust signers dsc.json
    """
    try:
        found = import_trust(json_of(file), issuer)
        if not found.keys:
            raise click.ClickException(f"{file}: không có khóa nào dùng được / no usable key")
        with opened(data) as store:
            keys = KeyRing.load_or_create(data)
            pack = adopt_signers(store, keys, found, file.name, "cli", now_ms())
    except ValueError as error:
        raise click.ClickException(_said(file, error)) from None
    click.echo(
        f"{len(found.keys)} khóa / keys, {len(found.unusable)} không dùng được / refused, "
        f"{len(found.skipped)} không đọc được / unread. Gói trust phiên bản / version "
        f"{pack.version}."
    )


@trust.command("revocations")
@DATA
@LIST
@told
def revocations(data: Path, file: Path) -> None:
    """Nạp danh sách thu hồi (EU, SMART Health Cards) / take a list of withdrawn documents.

    Ví dụ: chot trust revocations thu-hoi.json
    """
    try:
        found = import_revocations(json_of(file))
        with opened(data) as store:
            keys = KeyRing.load_or_create(data)
            pack = adopt_revocations(store, keys, found, file.name, "cli", now_ms())
    except ValueError as error:
        raise click.ClickException(_said(file, error)) from None
    count = sum(len(one["fingerprints"]) for one in found.revocations)
    click.echo(
        f"{count} thu hồi / revoked, {found.skipped} không đọc được / unread. "
        f"Gói trust phiên bản / version {pack.version}."
    )


@trust.command("list")
@DATA
@JSON
@told
def list_trust(data: Path, is_json: bool) -> None:
    """Khóa theo nơi cấp / keys by issuer.

    Ví dụ: chot trust list
    """
    with opened(data) as store:
        content = trust_in_force(store) or {"keys": []}
    issuers: dict[tuple[str, str], int] = {}
    for key in content["keys"]:
        place = (key["issuer"], " ".join(key["usage"]))
        issuers[place] = issuers.get(place, 0) + 1
    rows = [
        {"issuer": issuer, "keys": count, "usage": usage}
        for (issuer, usage), count in sorted(issuers.items())
    ]
    tell_rows({"issuer": "nơi cấp", "keys": "khóa", "usage": "ký loại"}, rows, is_json)


def _said(file: Path, error: Any) -> str:
    why = str(error) if isinstance(error, TrustError) else f"không dùng được / {error}"
    return f"{file}: {why}"
