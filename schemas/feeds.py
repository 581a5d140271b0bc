"""Which feed an event belongs to: it follows from the event alone (SPEC F1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

ALERTS = "alerts:home"
"""Alerts are for the home server's console: no device may ask for this feed (SPEC W1)."""


def feed_of(kind: str, home: str, fields: Mapping[str, Any]) -> str:
    """The feed "kind:id" of an event by its kind, home and `set`.

    What only a server writes for neighbours goes to a feed of its own; an amendment of it says
    again where it belongs, or it stays in the feed of its checkpoint.
    """
    if kind == "turn_back" and isinstance(fields.get("district"), str):
        return f"turn_backs:{fields['district']}"
    if kind in ("arrival", "erasure"):
        place = fields.get("destination")
        if isinstance(place, Mapping) and "dataset" in place and "code" in place:
            return f"arrivals:{place['dataset']}-{place['code']}"
    if kind == "alert" or (kind == "erasure" and fields.get("alerts") is True):
        return ALERTS
    return checkpoint_feed(home)


@lru_cache(4096)  # bounded: an event may name any checkpoint
def checkpoint_feed(checkpoint: str) -> str:
    """The feed of a checkpoint."""
    return f"checkpoint:{checkpoint}"


FEED_FIELDS = frozenset({"turn_back", "arrival", "erasure", "alert"})
"""The kinds whose feed is not that of their home."""
