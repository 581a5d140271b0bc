"""The communes that the published levels name, for the lists of forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from server.packs import EVERYBODY
from server.store.protocol import Store

MAX_PLACES = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A commune: "2021/22738" and how it is called."""

    place: str
    name: str


def known_places(store: Store) -> tuple[Known, ...]:
    """By name; empty where no levels were published."""
    pack = store.pack("levels", EVERYBODY)
    return () if pack is None else _named(pack.jws)


@lru_cache(maxsize=2)
def _named(jws: str) -> tuple[Known, ...]:
    # From our own store, so its signature need not be checked for every visitor of a form.
    content = parse_json(parse_jws(jws, MAX_PACK_CHARACTERS).payload)["content"]
    found: dict[str, Known] = {}
    for level in content.get("levels", ()):
        place, name = level.get("place") or {}, level.get("name")
        key = f"{place.get('dataset')}/{place.get('code')}"
        if name:
            found.setdefault(key, Known(key, str(name)))
    return tuple(sorted(found.values(), key=lambda one: one.name)[:MAX_PLACES])
