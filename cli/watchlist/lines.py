"""An entry of the watchlist as one line on the terminal."""

from __future__ import annotations

from datetime import datetime

from cli.data import VIETNAM
from server.store.watch_protocol import WatchEntry
from server.watch.views import place_text

TELL_TABLETS = "Máy bảng chưa biết; công bố bằng / tablets learn by: chot watchlist publish"


def entry_line(one: WatchEntry) -> str:
    """An entry for somebody who has the list: of the number the last four."""
    hidden = "*" * (len(one.id_number) - 4) + one.id_number[-4:]
    window = f"{_clock(one.from_ms)} – {_clock(one.until_ms)}"
    return f"{one.category}\t{hidden}\t{one.name}\t{place_text(one.place)}\t{window}"


def _clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M")
