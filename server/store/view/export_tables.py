"""Which tables of the view an export may read, and the SQL of each of their columns."""

from __future__ import annotations

from dataclasses import dataclass

from server.store.export_protocol import Column


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the view: what it is joined from, and the SQL of each of its columns."""

    columns: dict[Column, str]
    tables: str = "crossings c"
    order: str = ""
    """Within one crossing."""
    action: str = ""
    """Only crossings that ended so."""
    flag: str = ""
    """Only crossings that carry it."""


CROSSING = {
    Column("record"): "c.record",
    Column("occurred", "moment"): "c.occurred_ms",
    Column("received", "moment"): "c.received_ms",
    Column("checkpoint"): "c.checkpoint",
    Column("lane", free=True): "c.lane",
    Column("direction", vocabulary="direction"): "c.direction",
    Column("mode", vocabulary="mode"): "c.mode",
    Column("purpose", vocabulary="purpose"): "c.purpose",
    Column("plate", free=True): "c.plate",
    Column("plate_read", free=True): "c.plate_read",
    Column("vehicle_class", vocabulary="vehicle"): "c.vehicle_class",
    Column("people", "whole"): "c.people",
    Column("goods", "whole"): "c.goods",
    Column("families", vocabulary="family", many=True): "c.families",
    Column("outcome", vocabulary="outcome"): "c.outcome",
    Column("action", vocabulary="action"): "c.action",
    Column("reasons", many=True, free=True): "c.reasons",
    Column("override", vocabulary="override"): "c.override",
    Column("flags", vocabulary="flag", many=True): "c.flags",
    Column("counted_as"): "c.counted_as",
    Column("review", vocabulary="review"): "c.review",
    Column("destination", vocabulary="place"): "c.destination",
    Column("officer"): "c.officer",
    Column("device"): "c.device",
}
_NAMED = ("occurred", "checkpoint", "direction", "plate", "vehicle_class", "action", "flags")
_OF_ITS_CROSSING = {one: CROSSING[one] for one in CROSSING if one.name in _NAMED}
"""What every line of a crossing says of it."""

GOODS = {
    Column("record"): "c.record",
    Column("line"): "g.item",
    **_OF_ITS_CROSSING,
    Column("group", vocabulary="goods"): "g.goods_group",
    Column("quantity", "number"): "g.quantity",
    Column("unit", vocabulary="unit"): "g.unit",
    Column("perishable", "flag"): "g.perishable",
    Column("origin", vocabulary="place"): "g.origin",
    Column("destination", vocabulary="place"): "g.destination",
    Column("seal", free=True): "g.seal",
}
PASSENGERS = {
    Column("record"): "c.record",
    Column("person"): "p.item",
    **_OF_ITS_CROSSING,
    Column("role", vocabulary="as"): "p.role",
    Column("family", vocabulary="family"): "p.family",
    Column("evidence", vocabulary="status"): "p.status",
    Column("code", free=True): "p.code",
    Column("outcome", vocabulary="outcome"): "p.outcome",
}
CONFLICTS = {
    name: CROSSING[name]
    for name in CROSSING
    if name.name in ("record", "occurred", "checkpoint", "direction", "plate")
}
SOURCES = {
    "crossings": Source(CROSSING),
    "turn-backs": Source(CROSSING, action="turned_back"),
    "conflicts": Source(CONFLICTS, flag="conflict"),
    "goods": Source(GOODS, "crossings c JOIN crossing_goods g ON g.crossing = c.id", "g.item"),
    "passengers": Source(
        PASSENGERS, "crossings c JOIN crossing_people p ON p.crossing = c.id", "p.item"
    ),
}
