"""The tables that can be exported: their columns, masked and unmasked, and where rows come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.exporting.arrival_rows import ARRIVAL, LODGING, ArrivalRows
from server.exporting.crossing_rows import ConflictRows, CrossingRows
from server.exporting.log_rows import AlertRows, AuditRows, EventRows
from server.exporting.noted_rows import NOTED, NotedRows
from server.exporting.noted_rows import UNMASKED as NOTED_UNMASKED
from server.exporting.rows import Rows, Wanted
from server.exporting.unmasked import UNMASKED
from server.store.export_protocol import Column
from server.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Table:
    """`own`: columns that the view does not have. `unmasked`: those that are about somebody.

    `is_pinned`: the same number of the log gives the same rows, so a part can be gone on with.
    `has_past`: it can be made again as of a number of the log, and what came after it told apart.
    `names_people`: also where nothing is unmasked; that is `arrivals`, asked for by another way.
    """

    rows: Callable[[Store, Wanted], Rows]
    own: tuple[Column, ...] = ()
    unmasked: tuple[Column, ...] = ()
    in_view: bool = True
    is_pinned: bool = True
    has_past: bool = True
    names_people: bool = False


_EVENT = (
    *(Column("n", "whole"), Column("device"), Column("seq", "whole"), Column("branch", "whole")),
    *(Column("kind"), Column("record"), Column("checkpoint"), Column("officer")),
    *(Column("received", "moment"), Column("previous"), Column("commitment"), Column("body")),
)
_AUDIT = (
    *(Column("n", "whole"), Column("at", "moment"), Column("who", free=True), Column("what")),
    *(Column("subject", free=True), Column("purpose", free=True), Column("reference", free=True)),
    Column("details"),
)
_ALERT = (
    *(Column("record"), Column("alert", vocabulary="alert"), Column("checkpoint")),
    *(Column("occurred", "moment"), Column("state", vocabulary="alert_state")),
    *(Column("withdrawn", "flag"), Column("crossings", many=True), Column("plates", many=True)),
    *(Column("by"), Column("at", "moment")),
)
_CONFLICT = (
    *(Column("path"), Column("value", free=True), Column("ref"), Column("by")),
    *(Column("written", "moment"), Column("received", "moment")),
)
TABLES = {
    "crossings": Table(CrossingRows, unmasked=UNMASKED["crossings"]),
    "turn-backs": Table(CrossingRows, unmasked=UNMASKED["turn-backs"]),
    "goods": Table(CrossingRows, unmasked=UNMASKED["goods"]),
    "passengers": Table(CrossingRows, unmasked=UNMASKED["passengers"]),
    "conflicts": Table(ConflictRows, _CONFLICT),
    "arrivals": Table(ArrivalRows, ARRIVAL, LODGING, in_view=False, names_people=True),
    "alerts": Table(AlertRows, _ALERT, (Column("note", free=True),), False, False, False),
    "notes": Table(NotedRows, NOTED, NOTED_UNMASKED, False, False, False),
    "audit": Table(AuditRows, _AUDIT, in_view=False, has_past=False),
    "events": Table(EventRows, _EVENT, (Column("person", free=True),), False),
}


def columns_of(store: Store, table: str, unmasked: bool) -> tuple[Column, ...]:
    """All columns of a table; what says who somebody is only where it is unmasked."""
    one = TABLES[table]
    in_view = tuple(store.export_columns(table)) if one.in_view else ()
    return (*in_view, *one.own, *(one.unmasked if unmasked else ()))
