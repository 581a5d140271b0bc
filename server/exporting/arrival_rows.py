"""Who is on the way to a commune: for its community team, and for whoever registers lodging.

The same crossings that make an arrival (SPEC L6): came in, passed, counts, and named the commune.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from server.exporting.opened import ChosenCrossings, CrossingLine
from server.exporting.rows import Row, Wanted
from server.exporting.styled import styled
from server.places.units import Unit
from server.store.export_protocol import Column
from server.store.protocol import Store
from server.store.view_protocol import CrossingWhole

ARRIVAL = (
    *(Column("occurred", "moment"), Column("name", free=True), Column("phone", free=True)),
    *(Column("address", free=True), Column("people", "whole")),
    *(Column("origin", vocabulary="place"), Column("destination", vocabulary="place")),
    *(Column("checkpoint"), Column("record")),
)
"""What an arrival tells, and nothing else."""

LODGING = (Column("id_number", free=True), Column("purpose", vocabulary="purpose"))
"""What a notice of stay needs besides (Law on Residence 68/2020/QH14, article 30)."""

_PERSON = ("name", "phone", "address", "id_number")


class ArrivalRows:
    """One row a person; of a crossing that names nobody one row, so that it is not missed."""

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._wanted = wanted
        self._destinations = frozenset(one.replace("-", ":", 1) for one in wanted.destinations)
        self._chosen = ChosenCrossings(
            store, wanted.window, wanted.checkpoints, wanted.n, self._arrives
        )
        self.n = self._chosen.n
        self.total = self.counted = self._chosen.total

    def pages(self, position: int) -> Iterator[tuple[int, list[Row]]]:
        columns, style = self._wanted.columns, self._wanted.style
        for reached, some in self._chosen.pages(position):
            yield (
                reached,
                [
                    tuple(
                        style.place(values[column.name])
                        if column.vocabulary == "place" and values[column.name]
                        else styled(column, values, style)
                        for column in columns
                    )
                    for whole in some
                    for values in _people(whole)
                ],
            )

    def _arrives(self, line: CrossingLine) -> bool:
        return arrives(line) and line["destination"] in self._destinations


def arrives(line: CrossingLine) -> bool:
    """Whether somebody came in and was let through: they are on the way to somewhere."""
    return line["action"] == "passed" and line["direction"] == "in"


def named_coarser(store: Store, window: tuple[int, int], units: Sequence[Unit]) -> int:
    """Crossings of whom nobody knows whether they go there: they named what it lies in."""
    around = {f"{above.dataset}:{above.code}" for one in units for above in one.parents}

    def is_one(line: CrossingLine) -> bool:
        return arrives(line) and line["destination"] in around

    return ChosenCrossings(store, window, (), None, is_one).total


def _people(whole: CrossingWhole) -> Iterator[dict[str, Any]]:
    crossing = {
        "record": whole.row.record,
        "occurred": whole.row.occurred_ms,
        "checkpoint": whole.row.checkpoint,
        "origin": _place(whole.fields.get("origin")),
        "destination": whole.row.destination,
        "people": whole.row.people,
        "purpose": whole.row.purpose,
    }
    there = [one for _, one in sorted(whole.people.items()) if not one.get("removed")]
    for one in there or [{}]:
        yield crossing | {name: one.get(name) or "" for name in _PERSON}


def _place(place: Any) -> str:
    return f"{place['dataset']}-{place['code']}" if isinstance(place, dict) else ""
