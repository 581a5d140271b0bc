"""An entry of the watchlist as one line on the terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cli.data import VIETNAM
from server.store.watch_protocol import WatchEntry
from server.watch.views import place_text

TELL_TABLETS = "Máy bảng chưa biết; công bố bằng / tablets learn by: chot watchlist publish"

_SHOWN = ("id", "category", "id_number", "name", "place", "from_ms", "until_ms", "added_ms")


def entry_line(one: WatchEntry) -> str:
    """An entry for somebody who has the list."""
    return "\t".join(list(entry_row(one).values())[1:])


def entry_row(one: WatchEntry) -> dict[str, str]:
    """The same, by name, with its id."""
    return {
        "id": one.id,
        "category": one.category,
        "id_number": _hidden(one.id_number),
        "name": one.name,
        "place": place_text(one.place),
        "window": f"{_clock(one.from_ms)} – {_clock(one.until_ms)}",
    }


def entry_json(one: WatchEntry) -> dict[str, Any]:
    """What a row shows, for programs: the place as its code, times as Unix milliseconds."""
    return {name: getattr(one, name) for name in _SHOWN} | {"id_number": _hidden(one.id_number)}


def _hidden(id_number: str) -> str:
    """Of the number the last four."""
    return "*" * (len(id_number) - 4) + id_number[-4:]


def _clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M")
