"""Packs that come down: verified against the pinned root key, stored as they were signed. SPEC U7.

A relay signs none. Versions only rise: an upstream that announces or sends an older one is told on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from credentials.dates import epoch_ms_of_instant
from credentials.pack import PackError, PackPayload, verify_pack
from server.store.protocol import Store
from server.store.published import Pack

Fetch = Callable[[str, str], Mapping[str, Any]]
"""(name, scope) → {name, version, jws} as the upstream answers."""

ROLLBACK = "pack.rollback"


def copy_packs(
    store: Store,
    announced: Iterable[Mapping[str, Any]],
    fetch: Fetch,
    root_key: Mapping[str, Any],
    now_ms: int,
) -> list[str]:
    """Fetch and store what is newer; "code name" of each pack that was refused (K1–K4)."""
    refused: list[str] = []
    for item in announced:
        name, scope, version = item["name"], item["scope"], item["version"]
        held = store.pack(name, scope)
        if held is not None and version == held.version:
            continue
        if held is not None and version < held.version:
            refused.append(f"{ROLLBACK} {name}")
            continue
        jws = fetch(name, scope).get("jws")
        try:
            pack = _checked(jws, name, scope, root_key, now_ms)
        except PackError as error:
            refused.append(f"pack.{error.code} {name}")
            continue
        if held is not None and pack.version <= held.version:
            refused.append(f"{ROLLBACK} {name}")
            continue
        store.publish(pack)
    return refused


def _checked(jws: object, name: str, scope: str, root_key: Mapping[str, Any], now_ms: int) -> Pack:
    """The pack, if the home server signed it for this name and scope. A stale one is passed on.

    A tablet judges by its own clock; this one may be wrong.
    """
    if not isinstance(jws, str):
        raise PackError("malformed")
    try:
        payload: PackPayload = verify_pack(jws, root_key, now_ms)
    except PackError as error:
        if error.payload is None:
            raise
        payload = error.payload
    if (payload.name, payload.scope) != (name, scope):
        raise PackError("malformed")
    issued_ms = epoch_ms_of_instant(payload.issued_at)
    return Pack(name, scope, payload.version, issued_ms or 0, jws)
