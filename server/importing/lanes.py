"""Lanes of checkpoints: names that tablets are bound to, with the direction in their ending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.importing.plan import Plan, Shown, compared, rows_read
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.issuing.values import folded
from server.store.registered import Checkpoint, Device

MAX_LANES = 20
_LANE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SEPARATORS = re.compile(r"\s*[;,\n]\s*")
_ENDINGS = {"vao": "-vao", "in": "-vao", "ra": "-ra", "out": "-ra", "hai chieu": "", "both": ""}


def lane_name_of(text: str) -> str | None:
    """A lane's id of what people write: "Xe máy" is xe-may, "o-to-vao" stays."""
    name = folded(text).replace(" ", "-")
    return name if _LANE.fullmatch(name) else None


def ending_of(text: str) -> str | None:
    """What the direction adds to the name: "-vao", "-ra", or "" for both ways."""
    return _ENDINGS.get(folded(text))


COLUMNS: tuple[Column, ...] = (
    Column("checkpoint", "Mã chốt", "checkpoint", 41, required=True, example="hd-ql6"),
    Column("lane", "Làn", "lane", 32, lane_name_of, "lane", required=True, example="Xe tải"),
    Column("direction", "Chiều", "direction", 12, ending_of, "direction", example="ra"),
)
"""All rows of a checkpoint are all its lanes, in their order; other checkpoints stay."""


def lanes_planned(
    table: Table, checkpoints: Sequence[Checkpoint], devices: Sequence[Device]
) -> tuple[Plan[Checkpoint], list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    held = {one.id: one for one in checkpoints}
    lanes: dict[str, list[tuple[int, str]]] = {}
    for read in rows_read(table, COLUMNS, errors):
        name, lane = read.claims.get("checkpoint", ""), read.claims.get("lane", "")
        if name not in held:
            if name:
                errors.append(RowError(read.number, "checkpoint", "checkpoint", {"value": name}))
            continue
        ending = read.claims.get("direction", "")
        whole = lane if not ending or lane.endswith(ending) else lane + ending
        listed = lanes.setdefault(name, [])
        other = next((row for row, one in listed if one == whole), None)
        if other is not None:
            errors.append(RowError(read.number, "lane", "named_twice", {"other": other}))
        listed.append((read.number, whole))
    found = [
        (rows[0][0], replace(held[name], lanes=tuple(one for _, one in rows)))
        for name, rows in lanes.items()
    ]
    for row, one in found:
        if len(one.lanes) > MAX_LANES:
            errors.append(RowError(row, "lane", "many_lanes", {"limit": MAX_LANES}))
    say_lost_lanes(found, devices, errors, "lane")
    plan = compared(
        found, checkpoints, lambda one: one.id, _shown, lambda one: f"{one.id} {one.name}"
    )
    return plan, errors


def shown(checkpoints: Iterable[Checkpoint]) -> list[Shown]:
    """The rows of a file that changes nothing."""
    return [
        {"checkpoint": one.id, "lane": lane, "direction": ""}
        for one in checkpoints
        for lane in one.lanes
    ]


def lanes_of(row: int, text: str, errors: list[RowError]) -> tuple[str, ...]:
    """The lanes in one cell, apart by semicolons or commas."""
    written = [one for one in _SEPARATORS.split(text) if one]
    names = [lane_name_of(one) for one in written]
    if None in names:
        errors.append(RowError(row, "lanes", "lane"))
    found = tuple(dict.fromkeys(one for one in names if one is not None))
    if len(found) > MAX_LANES:
        errors.append(RowError(row, "lanes", "many_lanes", {"limit": MAX_LANES}))
    return found


def say_lost_lanes(
    found: Iterable[tuple[int, Checkpoint]],
    devices: Sequence[Device],
    errors: list[RowError],
    column: str = "lanes",
) -> None:
    """A lane that a tablet stands in is not taken from under it."""
    for row, one in found:
        for device in devices:
            is_here = device.checkpoint == one.id and device.revoked_ms is None
            if is_here and device.lane and device.lane not in one.lanes:
                values = {"lane": device.lane, "device": device.name}
                errors.append(RowError(row, column, "lane_in_use", values))


def _shown(one: Checkpoint) -> Shown:
    return {"lane": "; ".join(one.lanes)}
