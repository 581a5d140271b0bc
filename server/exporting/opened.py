"""Some crossings of a window with their person parts opened: chosen by their rows, then read.

A row costs microseconds and an opened crossing a thousand times that, so nobody opens what the rows
already rule out. All is pinned at one number of the log.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from server.exporting.words import style_of
from server.store.export_protocol import PAGE, Pinned, Value, ViewChangedError
from server.store.protocol import Store
from server.store.view_protocol import CrossingWhole

LEFT_OUT = frozenset({"voided", "duplicate"})
READ = 200
"""Crossings opened at once."""

CrossingLine = Mapping[str, Value]
"""A crossing by the names of `_NAMES`, in the wire's words; places as "2021:58"."""

_NAMES = ("record", "direction", "action", "purpose", "goods", "flags", "destination")


class ChosenCrossings:
    """What counts and is wanted, in the order of time; `n` is where it was pinned."""

    def __init__(
        self,
        store: Store,
        window: tuple[int, int],
        checkpoints: Sequence[str],
        n: int | None,
        is_wanted: Callable[[CrossingLine], bool],
    ) -> None:
        self._store = store
        self._window = window
        self._checkpoints = checkpoints
        self._is_wanted = is_wanted
        self._pinned = self._choose(n)
        self.n = self._pinned.n
        self.total = len(self._pinned.ids)

    def pages(self, position: int = 0) -> Iterator[tuple[int, list[CrossingWhole]]]:
        """(position after it, its crossings) of each portion from `position` on."""
        while position < self.total:
            ids = self._pinned.ids[position : position + READ]
            try:
                some = self._store.export_persons(replace(self._pinned, ids=ids), 0)
            except ViewChangedError:
                self._pinned = self._choose(self.n)
                continue
            position += len(ids)
            yield position, some

    def each(self) -> Iterator[CrossingWhole]:
        """All of them, one after the other."""
        for _, some in self.pages():
            yield from some

    def _choose(self, n: int | None) -> Pinned:
        known = {one.name: one for one in self._store.export_columns("crossings")}
        columns = [known[name] for name in _NAMES]
        style = style_of("en", "ms", defused=False)
        while True:
            pinned = self._store.pin("crossings", self._window, self._checkpoints, n)
            chosen = array("q")
            try:
                for position in range(0, len(pinned.ids), PAGE):
                    rows = self._store.export_page("crossings", pinned, position, columns, style)
                    ids = pinned.ids[position : position + PAGE]
                    for record_id, values in zip(ids, rows, strict=True):
                        line = dict(zip(_NAMES, values, strict=True))
                        counts = not LEFT_OUT & set(str(line["flags"]).split("; "))
                        if counts and self._is_wanted(line):
                            chosen.append(record_id)
            except ViewChangedError:
                n = pinned.n
                continue
            return replace(pinned, ids=chosen)
