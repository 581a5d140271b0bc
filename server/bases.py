"""Where a tablet finds servers: the pack `bases`, made by the home server from its settings.

The order is the order in which a tablet tries them. A server lets exactly the origins in the packs
it holds call its API from another origin (`server/cors.py`), and its tablet page call exactly them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from credentials.jws import JwsError, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from server.config import Base, ConfigError, server_url
from server.keys import KeyRing
from server.packs import checkpoint_scope, publish
from server.store.protocol import Store
from server.store.published import Pack

BASES = "bases"
REREAD_MS = 2_000
"""A pack may be published by another process; every page need not ask for it."""


def bases_content(bases: Sequence[Base], checkpoint: str) -> dict[str, Any]:
    """What the tablets of one checkpoint are told: the bases of everybody and its own, in order."""
    return {
        "bases": [
            {
                "url": one.url,
                "server": one.server,
                "level": one.level,
                "receipt_key": dict(one.receipt_key),
            }
            for one in bases
            if not one.checkpoints or checkpoint in one.checkpoints
        ]
    }


def publish_bases(store: Store, keys: KeyRing, bases: Sequence[Base], now_ms: int) -> list[Pack]:
    """Sign a `bases` pack for each checkpoint whose list changed; the new ones. No relay does."""
    made: list[Pack] = []
    if store.relay_state():
        return made
    for place in store.checkpoints():
        scope = checkpoint_scope(place.id)
        if not bases and store.pack(BASES, scope) is None:
            continue
        pack = publish(store, keys, BASES, scope, bases_content(bases, place.id), now_ms)
        made += [] if pack is None else [pack]
    return made


class AllowedOrigins:
    """The origins in the `bases` packs that this server holds; read again now and then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()
        self._read_ms = -REREAD_MS

    def at(self, now_ms: int) -> tuple[str, ...]:
        """All of them, sorted."""
        with self._lock:
            if not 0 <= now_ms - self._read_ms < REREAD_MS:
                self._known = tuple(sorted(set(self._read())))
                self._read_ms = now_ms
            return self._known

    def _read(self) -> list[str]:
        found: list[str] = []
        for place in self._store.checkpoints():
            pack = self._store.pack(BASES, checkpoint_scope(place.id))
            if pack is not None:
                found += _urls(pack)
        return found


def _urls(pack: Pack) -> list[str]:
    """The URLs in a pack that was verified when it was stored."""
    try:
        content = json.loads(parse_jws(pack.jws, MAX_PACK_CHARACTERS).payload)["content"]
    except (JwsError, ValueError, KeyError):
        return []
    return [url for one in content.get("bases", ()) if (url := _origin(one.get("url"))) is not None]


def _origin(url: object) -> str | None:
    """What may stand in a policy header; None where the home server signed something else."""
    try:
        return server_url("bases", url)
    except ConfigError:
        return None
