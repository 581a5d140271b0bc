"""From a file of rows to the pack that every tablet has: shown, refused whole, or published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import now_ms, opened_home
from cli.importing import Asked, tell
from server.importing.plan import Plan
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_changed
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack

Content = dict[str, Any]


def publish_file(
    asked: Asked,
    name: str,
    content: Callable[[Store], Content],
    plan: Plan[Any],
    details: Mapping[str, int],
) -> None:
    """Say what changes; unless it was asked for only that, publish the pack for everybody."""
    tell(asked, plan)
    if asked.dry_run:
        return
    pack = publish_rows(asked.data, name, content, asked.file.name, details)
    if not asked.as_json:
        tell_pack(name, pack)


def publish_rows(
    data: Path,
    name: str,
    content: Callable[[Store], Content],
    reference: str,
    details: Mapping[str, int],
) -> Pack | None:
    """Publish the pack for everybody and note it; None where it says what is in force already."""
    now = now_ms()
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        pack = publish_changed(store, keys, name, EVERYBODY, lambda _: content(store), now)
        if pack is not None:
            entry = AuditEntry(now, "cli", f"{name}.published", reference, details=dict(details))
            store.audit(entry)
    return pack


def tell_pack(name: str, pack: Pack | None) -> None:
    """The version that tablets get now."""
    if pack is None:
        click.echo("Không có gì mới / nothing new.")
    else:
        click.echo(f"Gói {name} phiên bản / version {pack.version}.")
