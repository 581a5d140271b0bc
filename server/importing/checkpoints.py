"""Checkpoints from a file: where they stand by code or by name, their class, state and lanes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

from server.importing.lanes import lanes_of, say_lost_lanes
from server.importing.plan import Plan, Read, Shown, compared, rows_read, say_twice
from server.importing.roads import road_named, split_km
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.issuing.values import folded
from server.places.units import Unit, find, means, name_of, unit
from server.shifts.phone_rows import number_from_cell, number_of
from server.store.reference_protocol import Road
from server.store.registered import Checkpoint, Device

DATASET = "2021"
"""Checkpoints stand in communes of 2021, which rules and reports are written in."""

NEW_LANES = ("lan-1",)
CLASSES: tuple[str, ...] = get_args(get_type_hints(Checkpoint)["klass"])
STATES: tuple[str, ...] = get_args(get_type_hints(Checkpoint)["state"])
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_CLASS_WORDS = {
    "cua ngo": "city", "thanh pho": "city", "xa": "ward", "phuong": "ward", "noi bo": "ward",
    "giap ranh": "border", "lien tinh": "border", "cho": "market", "vung phong toa": "ring",
    "phong toa": "ring", "luu dong": "mobile", **{one: one for one in CLASSES},
}  # fmt: skip
_STATE_WORDS = {
    "du kien": "planned", "hoat dong": "active", "dang hoat dong": "active",
    "tam dung": "hibernating", "tam nghi": "hibernating", "dong": "closed", "da dong": "closed",
    **{one: one for one in STATES},
}  # fmt: skip
_SAID_CLASS = {
    "city": "cửa ngõ", "ward": "xã phường", "border": "giáp ranh", "market": "chợ",
    "ring": "phong tỏa", "mobile": "lưu động",
}  # fmt: skip
_SAID_STATE = {
    "planned": "dự kiến", "active": "hoạt động", "hibernating": "tạm dừng", "closed": "đóng",
}  # fmt: skip


def identifier_of(text: str) -> str | None:
    """An id of a checkpoint: it stands in links, feeds and file names."""
    return text if _IDENTIFIER.fullmatch(text) else None


def class_of(text: str) -> str | None:
    return _CLASS_WORDS.get(folded(text), "ward" if folded(text) == "xa phuong" else None)


def state_of(text: str) -> str | None:
    return _STATE_WORDS.get(folded(text))


def _padded(digits: int) -> Any:
    return lambda text: text.zfill(digits) if text.isdecimal() and len(text) <= digits else None


COLUMNS: tuple[Column, ...] = (
    Column(
        "checkpoint", "Mã chốt", "id", 41, identifier_of, "checkpoint_id", required=True,
        example="bg-dinh-ke",
    ),
    Column("name", "Tên chốt", "name", 120, example="Chốt Dĩnh Kế"),
    Column("road", "Tuyến đường", "road", 120, example="Quốc lộ 31"),
    Column("km", "Lý trình", limit=20, example="Km 3+200"),
    Column("commune", "Xã", limit=120, digits=True, restore=_padded(5), example="07231"),
    Column("district", "Huyện", limit=120, digits=True, restore=_padded(3), example="213"),
    Column("province", "Tỉnh", limit=120, digits=True, restore=_padded(2), example="Bắc Giang"),
    Column("class", "Loại", "klass", 20, class_of, "checkpoint_class", example="giáp ranh"),
    Column("state", "Trạng thái", "state", 20, state_of, "checkpoint_state", example="hoạt động"),
    Column(
        "hotline", "Đường dây nóng", "hotline", 24, number_of, "hotline", digits=True,
        restore=number_from_cell, example="0204 000 0113",
    ),
    Column("lanes", "Làn", "lanes", 400, example="o-to; xe-may; luong-xanh"),
)  # fmt: skip
"""A cell that is empty, or a column that is not there, leaves a known checkpoint as it is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are compared with."""

    checkpoints: Sequence[Checkpoint]
    roads: Sequence[Road]
    devices: Sequence[Device]


def checkpoints_planned(table: Table, known: Known) -> tuple[Plan[Checkpoint], list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    held = {one.id: one for one in known.checkpoints}
    found: list[tuple[int, Checkpoint]] = []
    for read in rows_read(table, COLUMNS, errors):
        one = _checkpoint(read, held.get(read.claims.get("id", "")), known.roads, errors)
        if one is not None:
            found.append((read.number, one))
    say_twice(found, lambda one: one.id, errors)
    say_lost_lanes(found, known.devices, errors)
    plan = compared(
        found, known.checkpoints, lambda one: one.id, shown, lambda one: f"{one.id} {one.name}"
    )
    return plan, errors


def shown(one: Checkpoint) -> Shown:
    road, km = split_km(one.road)
    return {
        "checkpoint": one.id,
        "name": one.name,
        "road": road,
        "km": km,
        "commune": one.commune,
        "district": one.district,
        "province": one.province,
        "class": _SAID_CLASS[one.klass],
        "state": _SAID_STATE[one.state],
        "hotline": one.hotline,
        "lanes": "; ".join(one.lanes),
    }


def _checkpoint(
    read: Read, old: Checkpoint | None, roads: Sequence[Road], errors: list[RowError]
) -> Checkpoint | None:
    before = len(errors)
    claims: dict[str, Any] = dict(read.claims)
    place = _place(read, old, errors)
    claims["road"] = _road(read, old, roads, errors)
    if "lanes" in claims:
        claims["lanes"] = lanes_of(read.number, claims["lanes"], errors)
    if old is None and "name" not in claims:
        errors.append(RowError(read.number, "name", "missing"))
    if len(errors) > before or "id" not in claims:
        return None
    if old is not None:
        return replace(old, **claims, **place)
    new: dict[str, Any] = {"klass": "border", "state": "active", "hotline": "", "lanes": NEW_LANES}
    return Checkpoint(**(new | claims | place))


def _road(read: Read, old: Checkpoint | None, roads: Iterable[Road], errors: list[RowError]) -> str:
    """The road with its kilometre; of known roads by the name that they have there."""
    text, km = read.cells.get("road", ""), read.cells.get("km", "")
    if not text and not km:
        if old is None:
            errors.append(RowError(read.number, "road", "missing"))
        return "" if old is None else old.road
    road, written_km = split_km(text or ("" if old is None else old.road))
    if km:
        written_km = split_km(f"x {km if km.lower().startswith('km') else 'Km ' + km}")[1]
        if not written_km:
            errors.append(RowError(read.number, "km", "km_post"))
    whole = f"{road} {written_km}".strip()
    listed = list(roads)
    found = road_named(whole, listed)
    if listed and found is None:
        names = ", ".join(one.name for one in listed[:8])
        errors.append(RowError(read.number, "road", "no_road", {"road": road, "known": names}))
    return found or whole


def _place(read: Read, old: Checkpoint | None, errors: list[RowError]) -> dict[str, Any]:
    """Province, district and commune by code; each cell may be a code or a name."""
    cells = {name: read.cells.get(name, "") for name in ("commune", "district", "province")}
    if not any(cells.values()) and old is not None:
        return {}
    if not cells["commune"]:
        errors.append(RowError(read.number, "commune", "missing"))
        return {}
    one = _commune(read.number, cells, errors)
    if one is None:
        return {}
    district, province = one.parents
    return {"commune": one.code, "district": district.code, "province": province.code}


def _commune(row: int, cells: Mapping[str, str], errors: list[RowError]) -> Unit | None:
    text = cells["commune"]
    above = {name: cells[name] for name in ("district", "province") if cells[name]}
    if text.isdecimal():
        found = unit(DATASET, text)
        if found is None or len(found.parents) != 2:
            errors.append(
                RowError(row, "commune", "unknown_code", {"code": text, "dataset": DATASET})
            )
            return None
        for name, parent in zip(("district", "province"), found.parents, strict=True):
            if name in above and not _is(above[name], parent):
                errors.append(RowError(row, name, "name_differs", {"name": parent.path}))
                return None
        return found
    named = tuple(one for one in above.values() if not one.isdecimal())
    fitting = [
        one
        for one in find(DATASET, (text, *named))
        if len(one.parents) == 2
        and all(
            _is(above[name], parent)
            for name, parent in zip(("district", "province"), one.parents, strict=True)
            if name in above
        )
    ]
    # "Ia Băng" and "Ia Bang" lie in one district.
    exact = [one for one in fitting if f" {one.name}".casefold().endswith(f" {text}".casefold())]
    if len(fitting) == 1 or len(exact) == 1:
        return (exact or fitting)[0]
    if fitting:
        some = "; ".join(f"{one.code} {one.path}" for one in fitting[:3])
        errors.append(RowError(row, "commune", "many_places", {"places": some}))
    else:
        whole = ", ".join([text, *above.values()])
        errors.append(RowError(row, "commune", "no_place", {"name": whole}))
    return None


def _is(text: str, one: Unit) -> bool:
    return text == one.code if text.isdecimal() else means(text, one)


def place_name(one: Checkpoint) -> str:
    """Where a checkpoint stands, as people read it."""
    return name_of(DATASET, one.commune) or one.commune
