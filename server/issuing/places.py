"""The communes that the published levels name, for the lists of forms."""

from __future__ import annotations

from dataclasses import dataclass

from server.keys import KeyRing
from server.packs import EVERYBODY, content_of
from server.store.protocol import Store

MAX_PLACES = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A commune: "2021/22738" and how it is called."""

    place: str
    name: str


def known_places(store: Store, keys: KeyRing, now_ms: int) -> list[Known]:
    """By name; empty where no levels were published."""
    pack = store.pack("levels", EVERYBODY)
    content = None if pack is None else content_of(pack, keys, now_ms)
    found: dict[str, Known] = {}
    for level in (content or {}).get("levels", ()):
        place, name = level.get("place") or {}, level.get("name")
        key = f"{place.get('dataset')}/{place.get('code')}"
        if name:
            found.setdefault(key, Known(key, str(name)))
    return sorted(found.values(), key=lambda one: one.name)[:MAX_PLACES]
