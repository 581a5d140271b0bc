"""`chot trust`: whose vaccine passports and health cards the tablets believe."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, now_ms, opened, told
from cli.shown import JSON, tell_rows
from cli.verify import json_of
from credentials import TrustError, import_revocations, import_trust
from server.document_keys import document_keys
from server.foreign_trust import (
    adopt_revocations,
    adopt_signers,
    foreign_fingerprints,
    foreign_keys,
    with_revocations,
    with_signers,
)
from server.keys import KeyRing
from server.packs import trust_content, trust_in_force
from server.store.protocol import Store
from server.store.published import Pack

Content = dict[str, Any]
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Chỉ xem sẽ đổi gì / show what would change."
)
LIST = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def trust() -> None:
    """Khóa ký hộ chiếu vắc-xin được tin / whose vaccine passports count."""


@trust.command("signers")
@DATA
@LIST
@click.option("--issuer", help="Địa chỉ của bên công bố JWKS / whose JWKS it is.")
@DRY_RUN
@told
def signers(data: Path, file: Path, issuer: str | None, dry_run: bool) -> None:
    """Nạp danh sách khóa (DSC JSON hoặc JWKS), thay danh sách trước / replace the signers.

    \b
    Ví dụ / examples:
      chot trust signers dsc.json --dry-run
      chot trust signers dsc.json
    """
    try:
        found = import_trust(json_of(file), issuer)
        if not found.keys:
            raise click.ClickException(f"{file}: không có khóa nào dùng được / no usable key")
        with opened(data) as store:
            keys = KeyRing.load_or_create(data)
            _tell_changes(
                store, keys, foreign_keys, lambda now, ours: with_signers(now, found, ours)
            )
            pack = None
            if not dry_run:
                pack = adopt_signers(store, keys, found, file.name, "cli", now_ms())
    except ValueError as error:
        raise click.ClickException(_said(file, error)) from None
    click.echo(
        f"{len(found.keys)} khóa / keys, {len(found.unusable)} không dùng được / refused, "
        f"{len(found.skipped)} không đọc được / unread. {_version(pack)}"
    )


@trust.command("revocations")
@DATA
@LIST
@DRY_RUN
@told
def revocations(data: Path, file: Path, dry_run: bool) -> None:
    """Nạp danh sách thu hồi (EU, SMART Health Cards) / take a list of withdrawn documents.

    \b
    Ví dụ / examples:
      chot trust revocations thu-hoi.json --dry-run
      chot trust revocations thu-hoi.json
    """
    try:
        found = import_revocations(json_of(file))
        with opened(data) as store:
            keys = KeyRing.load_or_create(data)
            _tell_changes(
                store,
                keys,
                foreign_fingerprints,
                lambda now, ours: with_revocations(now, found, ours),
            )
            pack = None
            if not dry_run:
                pack = adopt_revocations(store, keys, found, file.name, "cli", now_ms())
    except ValueError as error:
        raise click.ClickException(_said(file, error)) from None
    count = sum(len(one["fingerprints"]) for one in found.revocations)
    click.echo(
        f"{count} thu hồi / revoked, {found.skipped} không đọc được / unread. {_version(pack)}"
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


def _tell_changes(
    store: Store,
    keys: KeyRing,
    listed: Callable[[Content, Collection[str]], dict[str, set[str]]],
    change: Callable[[Content, Collection[str]], Content],
) -> None:
    """By issuer or key, how many come and go; nothing where nothing does."""
    ours = {one.kid for one in document_keys(keys)}
    content = trust_content(keys, now_ms(), trust_in_force(store))
    before, after = listed(content, ours), listed(change(content, ours), ours)
    for name in sorted(before.keys() | after.keys()):
        came = after.get(name, set()) - before.get(name, set())
        gone = before.get(name, set()) - after.get(name, set())
        if came or gone:
            click.echo(f"{name}\t+{len(came)}\t-{len(gone)}")


def _version(pack: Pack | None) -> str:
    if pack is None:
        return "Chưa nhận gì / nothing was taken (--dry-run)."
    return f"Gói trust phiên bản / version {pack.version}."
